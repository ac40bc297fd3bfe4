"""Custom fields as what a stage may ask of a lead that enters it (crm.pipeline.wants)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from core.conditions import FieldType
from core.events.operations import EventDraft
from crm.contacts.operations import update_contact
from crm.fields.errors import BadValue
from crm.fields.models import CustomField, FieldSubject
from crm.fields.queries import PREFIX, all_fields, canonical_of
from crm.fields.values import FIELD_TYPES, merged
from crm.pipeline.errors import BadGiven
from crm.pipeline.models import Lead
from crm.pipeline.wants import By, Stored, Want, provide
from crm.scoring.operations import lock_concerned, rescore_locked


def register_all() -> None:
    """Called at start."""
    provide(_fields)


def _fields() -> Iterable[Want]:
    return [_want(each) for each in all_fields() if each.active]


def _want(field: CustomField) -> Want:
    of_contact = field.subject == FieldSubject.CONTACT
    kind = FIELD_TYPES[field.kind]
    has_choices = kind in (FieldType.CHOICE, FieldType.MULTICHOICE)

    def known(lead: Lead) -> bool:
        return field.key in (lead.contact if of_contact else lead).custom

    return Want(
        f"{PREFIX}{field.key}",
        field.label,
        kind,
        known,
        _store_of_contact(field) if of_contact else _store(field),
        (lambda: field.options) if has_choices else None,
        of_contact=of_contact,
    )


def _store(field: CustomField) -> Callable[[Lead, Any, By], Stored]:
    def store(lead: Lead, value: Any, by: By) -> Stored:
        after = merged(lead.custom, {field.key: _checked(field, value)})
        if after == lead.custom:
            return Stored()
        lead.custom = after
        changes = {"changes": [f"{PREFIX}{field.key}"]}
        return Stored(
            ["custom"], [EventDraft(name="lead.updated", subject=lead, actor=by.actor, payload=changes)]
        )

    return store


def _store_of_contact(field: CustomField) -> Callable[[Lead, Any, By], Stored]:
    def store(lead: Lead, value: Any, by: By) -> Stored:
        """The lead itself is scored with its move; the contact's others here. The mover has locked them all."""
        checked = _checked(field, value)
        others = lock_concerned(contact=lead.contact, changed={f"{PREFIX}{field.key}"})
        update_contact(contact=lead.contact, actor=by.actor, rescore=False, custom={field.key: checked})
        rescore_locked(leads=[each for each in others if each.pk != lead.pk], actor=by.actor)
        return Stored()

    return store


def _checked(field: CustomField, value: Any) -> Any:
    try:
        return canonical_of(field, value)
    except BadValue as error:
        raise BadGiven(str(error), f"{PREFIX}{field.key}") from error
