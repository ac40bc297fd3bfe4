from dataclasses import replace
from typing import Any

import pytest

from core.company.models import CompanyProfile
from core.events.models import Event
from crm.errors import Use
from crm.fields.errors import BadField, FieldInUse, StaleField
from crm.fields.models import CustomField
from crm.fields.operations import FieldDraft, delete_field, reorder_fields, save_field, use_field
from crm.fields.queries import fields_of
from crm.lists.models import SavedView
from tests.factories.core import AdminFactory
from tests.factories.crm import ContactFactory, LeadFactory, PipelineFactory, RuleFactory, RuleSetFactory
from tests.factories.crm import StageFactory as Stages
from tests.factories.fields import SIZES, make_field

pytestmark = pytest.mark.django_db

FLOOR = FieldDraft(key="floor", kind="number", labels={"en": "Floor", "hy": "Հարկ"})


def draft_of(field: CustomField, **changes: Any) -> FieldDraft:
    names = ("kind", "labels", "help", "choices", "required", "pipelines", "active")
    return FieldDraft(**{**{name: getattr(field, name) for name in names}, **changes})


def test_a_field_is_added_last_with_its_event_and_history() -> None:
    admin = AdminFactory(name="Anna")
    make_field("colour", "text")

    field = save_field(draft=FLOOR, user=admin)

    assert [each.key for each in fields_of("lead")] == ["colour", "floor"]
    assert fields_of("contact") == ()
    event = Event.objects.get(name="field.changed", payload__key="floor")
    assert (event.actor_id, event.payload["changes"][:2]) == (admin.pk, ["kind", "labels"])
    assert CustomField.pgh_event_model.objects.get(pgh_obj_id=field.pk).key == "floor"  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({"key": "Floor 1"}, "key"),
        ({"key": "1st"}, "key"),
        ({"key": "taken"}, "key"),
        ({"labels": {"en": " "}}, "labels"),
        ({"kind": "colour"}, "kind"),
        ({"subject": "company"}, "subject"),
        ({"kind": "choice"}, "choices"),
        ({"kind": "choice", "choices": [SIZES[0], SIZES[0]]}, "choices"),
        ({"kind": "choices", "choices": [{"value": "a", "label": {}}]}, "choices"),
    ],
)
def test_what_makes_no_sense_is_refused_at_its_part(changes: dict[str, Any], part: str) -> None:
    make_field("taken", subject="contact")
    with pytest.raises(BadField) as refused:
        save_field(draft=replace(FLOOR, **changes), user=None)
    assert list(refused.value.faults) == [part]
    assert CustomField.objects.count() == 1


def test_the_type_stays_while_there_are_values() -> None:
    field = make_field("floor")
    save_field(draft=draft_of(field, kind="text"), user=None, field_id=field.pk)
    save_field(draft=draft_of(field, kind="number"), user=None, field_id=field.pk)
    LeadFactory.create_batch(2, custom={"floor": 5})

    with pytest.raises(FieldInUse) as refused:
        save_field(draft=draft_of(field, kind="text"), user=None, field_id=field.pk)

    assert refused.value.uses == (Use("Values", "2 leads"),)
    assert "Add a new field" in str(refused.value)


def test_a_choice_that_is_in_use_stays() -> None:
    field = make_field("sizes", "choices", subject="contact")
    rules = RuleSetFactory()
    condition = {"all": [{"field": "custom.sizes", "op": "has_any", "value": ["small"]}]}
    RuleFactory(rule_set=rules, name="Small ones", condition=condition)
    ContactFactory(custom={"sizes": ["large", "small"]})
    ContactFactory(custom={"sizes": ["large"]})

    with pytest.raises(FieldInUse) as refused:
        save_field(draft=draft_of(field, choices=SIZES[1:]), user=None, field_id=field.pk)
    assert [str(use) for use in refused.value.uses] == ["Scoring rule: Small ones", "Values: 1 contact"]

    more = [*SIZES, {"value": "huge", "label": {"en": "Huge"}}]
    saved = save_field(draft=draft_of(field, choices=more), user=None, field_id=field.pk)
    assert [value for value, _label in saved.options] == ["small", "large", "huge"]


def test_what_relies_on_a_field_keeps_it_and_is_listed(company: CompanyProfile) -> None:
    field = make_field("floor")
    condition = {"field": "custom.floor", "op": "gte", "value": 3}
    RuleFactory(rule_set=RuleSetFactory(), name="High up", condition=condition)
    anna = AdminFactory(name="Anna")
    SavedView.objects.create(name="High", owner=anna, filter={"none": [condition]})
    Stages(name="Offer", pipeline=PipelineFactory(name="Flats"), required=["custom.floor"])
    LeadFactory(custom={"floor": 4})

    with pytest.raises(FieldInUse) as refused:
        delete_field(field_id=field.pk, user=anna)

    assert [str(use) for use in refused.value.uses] == [
        "Scoring rule: High up",
        "Saved view: High (Anna)",
        "Stage: Flats: Offer",
        "Values: 1 lead",
    ]


def test_a_field_that_nobody_needs_goes() -> None:
    field = make_field("floor")
    delete_field(field_id=field.pk, user=None)
    assert fields_of("lead") == ()
    assert Event.objects.filter(name="field.changed", payload__changes=["deleted"]).exists()


def test_a_field_out_of_use_is_not_offered_and_comes_back() -> None:
    field = make_field("floor")
    use_field(field_id=field.pk, active=False, user=None)
    assert fields_of("lead") == ()
    use_field(field_id=field.pk, active=True, user=None)
    assert fields_of("lead") == (field,)


def test_the_second_of_two_editors_is_told() -> None:
    field = make_field("floor")
    save_field(draft=draft_of(field, required=True), user=None, field_id=field.pk, expected=0)
    with pytest.raises(StaleField):
        save_field(draft=draft_of(field, required=False), user=None, field_id=field.pk, expected=0)
    field.refresh_from_db()
    assert (field.required, field.revision) == (True, 1)


def test_order_is_kept_per_subject_and_pipeline() -> None:
    flats, land = PipelineFactory(), PipelineFactory()
    rooms = make_field("rooms")
    floor = make_field("floor", pipelines=[flats.pk])
    birthday = make_field("birthday", "date", subject="contact")

    reorder_fields(field_ids=[floor.pk, rooms.pk], user=None)

    assert fields_of("lead") == (floor, rooms)
    assert fields_of("lead", pipeline_id=land.pk) == (rooms,)
    assert fields_of("contact") == (birthday,)
