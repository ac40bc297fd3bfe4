from typing import Any

import pytest

from core.access.models import User
from core.company.models import CompanyProfile
from crm.qualification.forms import AnswerForm, CriterionForm
from crm.qualification.models import Criterion
from tests.factories.core import AdminFactory
from tests.factories.crm import CriterionFactory, LeadFactory, RuleFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna(company: CompanyProfile) -> User:
    return AdminFactory(name="Anna")


def rows(*values: str, deleted: int | None = None) -> dict[str, Any]:
    data: dict[str, Any] = {"choices-TOTAL_FORMS": len(values), "choices-INITIAL_FORMS": 0}
    for number, value in enumerate(values):
        data[f"choices-{number}-value"] = value
        data[f"choices-{number}-label_en"] = value.capitalize()
        data[f"choices-{number}-ORDER"] = number + 1
    if deleted is not None:
        data[f"choices-{deleted}-DELETE"] = "on"
    return data


INTEREST = {
    "name": "Interest",
    "key": "interest",
    "kind": "choice",
    "must_have": "on",
    "active": "on",
    "question_en": "What would you like?",
    "question_hy": "Ի՞նչ կցանկանայիք։",
}


def test_a_criterion_is_added_with_its_choices_in_order(anna: User) -> None:
    data = {**INTEREST, **rows("sofa", "kitchen", "bed", deleted=2)}
    data |= {
        "choices-0-ORDER": 9,
        "choices-0-disqualifying": "on",
        "choices-1-synonyms": "cook room, kuhnya ,",
    }
    form = CriterionForm(data)
    assert form.is_valid(), (form.errors, form.choices.errors)

    assert form.save(user=anna) is not None

    criterion = Criterion.objects.get()
    assert criterion.question == {"en": "What would you like?", "hy": "Ի՞նչ կցանկանայիք։"}
    assert criterion.choices == [
        {"value": "kitchen", "label": {"en": "Kitchen"}, "synonyms": ["cook room", "kuhnya"]},
        {"value": "sofa", "label": {"en": "Sofa"}, "synonyms": []},
    ]
    assert (criterion.disqualifying, criterion.must_have, criterion.active) == (["sofa"], True, True)


def test_faults_stand_at_their_fields(anna: User) -> None:
    form = CriterionForm({**INTEREST, "key": "two words", "question_en": "", "question_hy": "", **rows()})
    assert form.is_valid()

    assert form.save(user=anna) is None

    assert form.errors["key"] == ["Use small letters, digits and underscores, beginning with a letter."]
    assert form.errors["question_en"] == ["Write the question in at least one language."]
    assert form.non_field_errors() == ["Add at least one choice."]


def test_a_choice_of_another_type_is_read_by_it(anna: User) -> None:
    data = {**INTEREST, "key": "budget", "kind": "money", **rows("500 000", "a lot")}
    form = CriterionForm(data)
    assert not form.is_valid()
    assert form.choices.errors == [{}, {"value": ["Write an amount, like 500,000 AMD."]}]


def test_an_opened_form_saves_unchanged_what_it_shows(anna: User) -> None:
    form = CriterionForm({**INTEREST, **rows("sofa", "kitchen")})
    form.is_valid()
    criterion = form.save(user=anna)
    before = Criterion.objects.values().get()

    opened = CriterionForm(criterion=criterion)
    data = {name: opened[name].value() for name in opened.fields}
    data = {name: "on" if value is True else value for name, value in data.items() if value is not False}
    again = CriterionForm({**data, **rows("sofa", "kitchen")}, criterion=criterion)
    assert again.is_valid(), again.errors
    assert again.save(user=anna) == criterion
    assert Criterion.objects.values().get() == before
    assert [row["value"].value() for row in opened.choices] == ["sofa", "kitchen"]


def test_the_second_editor_and_a_used_choice_are_told_in_words(anna: User) -> None:
    criterion = CriterionFactory(key="interest", kind="choice", name="Interest", values=["sofa", "bed"])
    RuleFactory(name="Sofas", condition={"field": "answer.interest", "op": "is", "value": "sofa"})

    stale = CriterionForm({**INTEREST, "expected": "something else", **rows("sofa")}, criterion=criterion)
    assert stale.is_valid()
    assert stale.save(user=anna) is None
    assert "has changed “Interest” in the meantime" in stale.non_field_errors()[0]

    used = CriterionForm({**INTEREST, **rows("bed")}, criterion=criterion)
    assert used.is_valid()
    assert used.save(user=anna) is None
    assert used.non_field_errors() == [
        "A choice of “Interest” is still used. Change these first. Scoring rule: Sofas."
    ]


def test_disqualifying_answers_without_a_row_are_kept(anna: User) -> None:
    criterion = CriterionFactory(key="rooms", kind="number", disqualifying=[0])
    form = CriterionForm({**INTEREST, "key": "rooms", "kind": "number", **rows()}, criterion=criterion)
    assert form.is_valid()
    form.save(user=anna)
    criterion.refresh_from_db()
    assert criterion.disqualifying == [0]


def test_a_yes_no_answer_disqualifies_by_its_own_field(anna: User) -> None:
    data = {**INTEREST, "key": "abroad", "kind": "yes_no", "disqualifying_answer": "true", **rows()}
    form = CriterionForm(data)
    assert form.is_valid()
    criterion = form.save(user=anna)
    assert criterion is not None
    assert criterion.disqualifying == [True]
    assert CriterionForm(criterion=criterion)["disqualifying_answer"].value() == "true"


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
