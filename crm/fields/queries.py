from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import translation
from django.utils.functional import lazy

from core.company.queries import company
from core.conditions import Field, FieldType, Text, answer_field, load
from core.conditions.words import value_text
from core.languages import in_active_language
from crm.contacts.models import Contact
from crm.fields.errors import BadValue, BadValues, UnknownField
from crm.fields.models import CustomField, FieldSubject
from crm.fields.values import FIELD_TYPES, canonical
from crm.memory import Remembered
from crm.pipeline.models import Lead

PREFIX = "custom."
"""What the keys of the condition fields begin with."""
_label = lazy(in_active_language, str)


@Remembered
def all_fields() -> tuple[CustomField, ...]:
    """Every custom field in order, those not in use any more included; at most 3 seconds old, one query."""
    return tuple(CustomField.objects.order_by("position", "id"))


def fields_of(subject: str, *, pipeline_id: int | None = None) -> tuple[CustomField, ...]:
    """The fields in use of "lead" or "contact" in order; with a pipeline only those that its leads have."""
    return tuple(
        each
        for each in all_fields()
        if each.active and each.subject == subject and (pipeline_id is None or belongs(each, pipeline_id))
    )


def belongs(field: CustomField, pipeline_id: int) -> bool:
    """Whether leads of the pipeline have the field."""
    return not field.pipelines or pipeline_id in field.pipelines


def field_named(key: str, subject: str | None = None) -> CustomField:
    """Raises UnknownField; one that another process has just added is looked up afresh."""
    for attempt in range(2):
        found = next((each for each in all_fields() if each.key == key), None)
        if found is not None and subject in (None, found.subject):
            return found
        if not attempt:
            all_fields.drop()
    raise UnknownField(key)


def shown(field: CustomField, value: Any, language: str | None = None) -> str:
    """A stored value in words of `language` (default: the active one); "" for none and for one of another kind."""
    kind = FIELD_TYPES[field.kind]
    loaded = load(kind, value)
    if loaded is None:
        return ""
    if isinstance(loaded, Text):
        return loaded.raw
    if language is None:
        return value_text(condition_field(field, field.subject), loaded)
    with translation.override(language):
        return value_text(condition_field(field, field.subject), loaded)


@dataclass(frozen=True)
class FieldLine:
    """A field and what a lead or a contact has in it: `value` is as stored, None for nothing."""

    field: CustomField
    value: Any

    @property
    def text(self) -> str:
        return shown(self.field, self.value)

    @property
    def link(self) -> str:
        """Where a click on the value leads; "" for values that lead nowhere."""
        schemes = {"link": "", "phone": "tel:", "email": "mailto:"}
        return f"{schemes[self.field.kind]}{self.text}" if self.field.kind in schemes and self.text else ""

    @property
    def is_missing(self) -> bool:
        return self.field.required and not self.text


def lines_of(subject: Lead | Contact) -> list[FieldLine]:
    """A line for each field in use, and for each other that has a value."""
    is_lead = isinstance(subject, Lead)
    kind = FieldSubject.LEAD if is_lead else FieldSubject.CONTACT
    lines = []
    for field in all_fields():
        if field.subject != kind:
            continue
        line = FieldLine(field, subject.custom.get(field.key))
        asked = field.active and (not is_lead or belongs(field, subject.pipeline_id))  # type: ignore[union-attr]
        if asked or line.text:
            lines.append(line)
    return lines


def canonical_of(field: CustomField, value: Any) -> Any:
    """The JSON to store for a value of the field, None for nothing. Raises BadValue."""
    return canonical(
        field.kind,
        value,
        [each["value"] for each in field.choices],
        country=company().country if field.kind == "phone" else "",
    )


def checked(subject: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Values by key, each in its canonical form; None takes one away, which a required field refuses.

    Raises BadValues with a sentence for each key that cannot be stored.
    """
    faults: dict[str, str] = {}
    found: dict[str, Any] = {}
    for key, value in values.items():
        try:
            field = field_named(key, subject)
            found[key] = canonical_of(field, value)
        except (BadValue, UnknownField) as error:
            faults[key] = str(error)
            continue
        if found[key] is None and field.required and field.active:
            faults[key] = _needed(field)
    if faults:
        raise BadValues(faults)
    return found


def _needed(field: CustomField) -> str:
    return translation.gettext("“%(name)s” needs a value.") % {"name": field.label}


def condition_field(field: CustomField, about: str) -> Field:
    """The condition field "custom.<key>" for conditions about leads or contacts; a lead is asked for its contact's too."""
    of_contact = field.subject == FieldSubject.CONTACT and about == FieldSubject.LEAD
    has_choices = FIELD_TYPES[field.kind] in (FieldType.CHOICE, FieldType.MULTICHOICE)
    return answer_field(
        field.key,
        FIELD_TYPES[field.kind],
        _label(field.labels, field.key),
        (lambda: field.options) if has_choices else None,
        json_path_column="contact__custom" if of_contact else "custom",
        prefix=PREFIX,
        subjects=(about,),
    )


def condition_fields(about: str) -> list[Field]:
    """For `core.conditions.registry.provide`: fields no longer in use are still known to the rules that name them."""
    asked: Iterable[CustomField] = all_fields()
    if about == FieldSubject.CONTACT:
        asked = (each for each in asked if each.subject == FieldSubject.CONTACT)
    return [condition_field(each, about) for each in asked]
