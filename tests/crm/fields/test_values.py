"""Writing the values: each checked, compared, with history, event and score in one transaction."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from core.company.models import CompanyProfile
from core.conditions import Money
from core.events.actor import SYSTEM
from core.events.models import Event
from crm.contacts.models import Contact
from crm.contacts.operations import create_contact
from crm.fields.errors import BadValues, StaleValue
from crm.fields.models import FieldKind
from crm.fields.operations import set_contact_values, set_lead_values, use_field
from crm.fields.queries import fields_of, lines_of, shown
from crm.pipeline.errors import BadGiven, StageWants, StaleLead
from crm.pipeline.models import Lead
from crm.pipeline.operations import create_lead, move_lead
from crm.scoring.models import ScoreEntry
from tests.factories.crm import ContactFactory, LeadFactory, RuleFactory, RuleSetFactory, StageFactory
from tests.factories.fields import make_field

pytestmark = pytest.mark.django_db


def kept(model: Any, pk: int) -> Any:
    """The states that the history keeps, newest first."""
    return model.pgh_event_model.objects.filter(pgh_obj_id=pk).order_by("-pgh_id")


GIVEN: list[tuple[str, Any, Any, str]] = [
    ("text", "  Blue ", {"raw": "Blue", "norm": "blue"}, "Blue"),
    ("number", 2.5, 2.5, "2.5"),
    ("number", Decimal(1000), 1000, "1,000"),
    ("money", {"amount": "12.5", "currency": "AMD"}, {"amount": "12.5000", "currency": "AMD"}, "12.5 AMD"),
    ("money", Money(Decimal(7), "USD"), {"amount": "7.0000", "currency": "USD"}, "7 USD"),
    ("date", date(2026, 3, 31), "2026-03-31", "March 31, 2026"),
    ("date", "2026-03-31", "2026-03-31", "March 31, 2026"),
    ("yes_no", False, False, "no"),
    ("choice", "large", "large", "Large"),
    ("choices", ["large", "small", "large"], ["large", "small"], "Large, Small"),
    ("link", "example.com/a", {"raw": "https://example.com/a", "norm": "https://example.com/a"}, ""),
    ("phone", "091 234567", {"raw": "+37491234567", "norm": "+37491234567"}, "+37491234567"),
    ("email", "Ani@Example.com", {"raw": "ani@example.com", "norm": "ani@example.com"}, "ani@example.com"),
]
REFUSED: list[tuple[str, Any]] = [
    ("text", 5),
    ("text", "x" * 2001),
    ("number", "many"),
    ("number", True),
    ("number", 1e16),
    ("money", {"amount": "12"}),
    ("money", {"amount": "12", "currency": "dram"}),
    ("money", 5),
    ("date", "2026-02-30"),
    ("date", "31.03.2026"),
    ("yes_no", 1),
    ("choice", "huge"),
    ("choices", ["large", "huge"]),
    ("choices", "large"),
    ("link", "javascript:alert(1)"),
    ("link", "two words"),
    ("phone", "12"),
    ("email", "nobody"),
]


@pytest.mark.parametrize(("kind", "value", "stored", "words"), GIVEN)
def test_each_kind_has_one_stored_form(
    company: CompanyProfile, kind: str, value: Any, stored: Any, words: str
) -> None:
    field, lead = make_field("thing", kind), LeadFactory()

    changed = set_lead_values(lead_id=lead.pk, values={"thing": value}, actor=SYSTEM)

    lead.refresh_from_db()
    assert lead.custom == changed.custom
    assert lead.custom["thing"] == stored | {"norm": lead.custom["thing"]["norm"]} if kind == "link" else True
    assert kind == "link" or lead.custom == {"thing": stored}
    assert kind == "link" or shown(field, stored) == words
    again = set_lead_values(lead_id=lead.pk, values={"thing": stored}, actor=SYSTEM)
    assert again.revision == lead.revision
    assert set_lead_values(lead_id=lead.pk, values={"thing": None}, actor=SYSTEM).custom == {}


@pytest.mark.parametrize(("kind", "value"), REFUSED)
def test_what_does_not_suit_is_refused_at_its_field(company: CompanyProfile, kind: str, value: Any) -> None:
    make_field("thing", kind)
    make_field("other", "text")
    lead = LeadFactory()
    with pytest.raises(BadValues) as refused:
        set_lead_values(lead_id=lead.pk, values={"other": "fine", "thing": value}, actor=SYSTEM)
    assert list(refused.value.faults) == ["thing"]
    lead.refresh_from_db()
    assert lead.custom == {}


def test_words_in_the_language_asked_for() -> None:
    field = make_field("size", "choice", labels={"en": "Size", "hy": "Չափ"})
    assert [shown(field, "large", language) for language in ("en", "hy", "ru")] == ["Large", "Մեծ", "Large"]
    assert shown(field, 5) == ""
    assert shown(make_field("sure", "yes_no"), True, "ru") == "да"


def test_a_change_is_one_event_a_revision_and_a_line_of_history(company: CompanyProfile) -> None:
    make_field("floor"), make_field("rooms")
    lead = LeadFactory(custom={"floor": 1})

    set_lead_values(lead_id=lead.pk, values={"floor": 1, "rooms": 3}, actor=SYSTEM, expected_revision=0)

    lead.refresh_from_db()
    assert (lead.custom, lead.revision) == ({"floor": 1, "rooms": 3}, 1)
    assert Event.objects.get(name="lead.updated").payload == {"changes": ["custom.rooms"]}
    assert list(kept(Lead, lead.pk).values_list("custom", flat=True)) == [lead.custom, {"floor": 1}]
    with pytest.raises(StaleLead):
        set_lead_values(lead_id=lead.pk, values={"floor": 2}, actor=SYSTEM, expected_revision=0)


def test_two_people_at_two_fields_lose_nothing_and_at_one_field_the_second_is_told() -> None:
    make_field("floor", subject="contact"), make_field("rooms", subject="contact")
    contact = ContactFactory()
    first, second = Contact.objects.get(pk=contact.pk), Contact.objects.get(pk=contact.pk)

    set_contact_values(contact=first, values={"floor": 2}, actor=SYSTEM, seen={"floor": None})
    set_contact_values(contact=second, values={"rooms": 3}, actor=SYSTEM, seen={"rooms": None})
    contact.refresh_from_db()
    assert contact.custom == {"floor": 2, "rooms": 3}

    with pytest.raises(StaleValue, match="it is now: 2"):
        set_contact_values(contact=second, values={"floor": 9}, actor=SYSTEM, seen={"floor": None})


def test_a_required_field_is_not_emptied(company: CompanyProfile) -> None:
    field = make_field("floor", required=True)
    lead = LeadFactory(custom={"floor": 1})
    with pytest.raises(BadValues, match="needs a value"):
        set_lead_values(lead_id=lead.pk, values={"floor": ""}, actor=SYSTEM)
    use_field(field_id=field.pk, active=False, user=None)
    assert set_lead_values(lead_id=lead.pk, values={"floor": ""}, actor=SYSTEM).custom == {}


def test_a_rule_scores_the_lead_in_the_same_transaction(company: CompanyProfile) -> None:
    make_field("floor")
    make_field("vip", "yes_no", subject="contact")
    rules = RuleSetFactory()
    RuleFactory(rule_set=rules, condition={"field": "custom.floor", "op": "gte", "value": 3}, points=4)
    RuleFactory(rule_set=rules, condition={"field": "custom.vip", "op": "is", "value": True}, points=5)
    lead: Lead = LeadFactory()

    set_lead_values(lead_id=lead.pk, values={"floor": 3}, actor=SYSTEM)
    lead.refresh_from_db()
    assert lead.score == 4

    set_contact_values(contact=lead.contact, values={"vip": True}, actor=SYSTEM)
    lead.refresh_from_db()
    assert lead.score == 9 == sum(ScoreEntry.objects.filter(lead=lead).values_list("points", flat=True))

    contact = create_contact(actor=SYSTEM, name="Ani", custom={"vip": True})
    assert create_lead(contact=contact, actor=SYSTEM, custom={"floor": 9}).score == 9


def test_a_value_that_no_rule_asks_for_costs_four_statements(company: CompanyProfile, at_most: Any) -> None:
    make_field("floor")
    lead = LeadFactory()
    set_lead_values(
        lead_id=lead.pk, values={"floor": 1}, actor=SYSTEM
    )  # what is kept for seconds is known now
    with at_most(4):
        set_lead_values(lead_id=lead.pk, values={"floor": 3}, actor=SYSTEM)


def test_lines_are_the_fields_of_the_pipeline_and_what_else_has_a_value() -> None:
    lead = LeadFactory(custom={"old": 3, "elsewhere": 5})
    old, required = make_field("old"), make_field("rooms", required=True)
    other = StageFactory().pipeline
    elsewhere, _unseen = make_field("elsewhere", pipelines=[other.pk]), make_field("x", pipelines=[other.pk])
    use_field(field_id=old.pk, active=False, user=None)

    lines = {line.field.key: (line.text, line.is_missing) for line in lines_of(lead)}

    assert lines == {"old": ("3", False), "rooms": ("", True), "elsewhere": ("5", False)}
    assert fields_of("lead", pipeline_id=lead.pipeline_id) == (required,)
    assert elsewhere.pk


def test_a_stage_may_ask_for_fields_of_the_lead_and_of_its_contact(company: CompanyProfile) -> None:
    make_field("floor")
    make_field("birthday", "date", subject="contact")
    lead = LeadFactory()
    stage = StageFactory(pipeline=lead.pipeline, name="Offer", required=["custom.floor", "custom.birthday"])

    with pytest.raises(StageWants) as refused:
        move_lead(lead_id=lead.pk, to_stage_id=stage.pk, actor=SYSTEM, given={"custom.floor": 3})
    assert [want.key for want in refused.value.missing] == ["custom.birthday"]
    with pytest.raises(BadGiven):
        move_lead(
            lead_id=lead.pk,
            to_stage_id=stage.pk,
            actor=SYSTEM,
            given={"custom.floor": "high", "custom.birthday": "2000-01-01"},
        )

    given = {"custom.floor": 3, "custom.birthday": "2000-01-01"}
    moved = move_lead(lead_id=lead.pk, to_stage_id=stage.pk, actor=SYSTEM, given=given)

    lead = Lead.objects.select_related("contact").get(pk=moved.pk)
    assert (lead.stage_id, lead.custom) == (stage.pk, {"floor": 3})
    assert lead.contact.custom == {"birthday": "2000-01-01"}


def test_every_kind_is_told_above() -> None:
    assert {kind for kind, *_rest in GIVEN} == set(FieldKind.values)
