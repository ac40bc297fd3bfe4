import pytest

from core.access.models import User
from core.company.models import CompanyProfile
from crm.qualification.forms import AnswerForm
from tests.factories.core import AdminFactory
from tests.factories.crm import CriterionFactory, LeadFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna(company: CompanyProfile) -> User:
    return AdminFactory(name="Anna")


def test_a_fact_is_corrected_in_an_input_of_its_type(anna: User) -> None:
    criterion = CriterionFactory(key="budget", kind="money")
    lead = LeadFactory()
    form = AnswerForm({"value": "500,000"}, criterion=criterion)
    assert form.is_valid()
    form.save(lead_id=lead.pk, user=anna)
    lead.refresh_from_db()
    assert lead.answers == {"budget": {"amount": "500000.0000", "currency": "AMD"}}
    assert AnswerForm(criterion=criterion, value=lead.answers["budget"])["value"].value() == "500000 AMD"

    bad = AnswerForm({"value": "a lot"}, criterion=criterion)
    assert bad.errors == {"value": ["Write an amount, like 500,000 AMD."]}

    empty = AnswerForm({"value": ""}, criterion=criterion)
    assert empty.is_valid()
    empty.save(lead_id=lead.pk, user=anna)
    lead.refresh_from_db()
    assert lead.answers == {}


def test_choices_are_offered_in_the_active_language(anna: User) -> None:
    criterion = CriterionFactory(
        key="interest", kind="choice", choices=[{"value": "sofa", "label": {"en": "Sofa", "ru": "Диван"}}]
    )
    form = AnswerForm({"value": "boat"}, criterion=criterion)
    assert list(form.fields["value"].choices) == [("", "Not known"), ("sofa", "Sofa")]  # type: ignore[attr-defined]
    assert not form.is_valid()
