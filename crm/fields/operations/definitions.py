from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.access.models import User
from core.events.actor import Actor
from core.events.operations import record
from core.text import clean_json
from crm.contacts.models import Contact
from crm.errors import Use
from crm.fields.errors import BadField, FieldInUse, StaleField
from crm.fields.models import CustomField, FieldKind, FieldSubject
from crm.fields.queries import PREFIX, all_fields
from crm.pipeline.models import Lead
from crm.uses import uses_of

EDITABLE = ("kind", "labels", "help", "choices", "required", "pipelines", "active")
WITH_CHOICES = frozenset({FieldKind.CHOICE, FieldKind.CHOICES})
MOST_FIELDS = 100
MOST_CHOICES = 100
_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")


@dataclass(frozen=True, kw_only=True)
class FieldDraft:
    """What an admin writes about a field; parts as on the model. `key` and `subject` count for a new one alone."""

    kind: str
    labels: dict[str, str]
    subject: str = FieldSubject.LEAD
    key: str = ""
    help: dict[str, str] = field(default_factory=dict)
    choices: list[dict[str, Any]] = field(default_factory=list)
    required: bool = False
    pipelines: list[int] = field(default_factory=list)
    active: bool = True


@transaction.atomic
def save_field(
    *, draft: FieldDraft, user: User | None, field_id: int | None = None, expected: int | None = None
) -> CustomField:
    """Add a field or change the one of that id.

    `expected` is the revision that the editor saw: StaleField when another save came in between. While leads or
    contacts have values the type stays, and so does each choice that one of them has or that a rule names: FieldInUse
    says how many and what to do. Raises BadField with a sentence by part.
    """
    found = _locked(field_id) if field_id else CustomField(position=_last_position() + 1)
    if expected is not None and found.pk and found.revision != expected:
        raise StaleField(_stale(found), who="", when=None)
    values = _checked(draft, found)
    changed = [name for name in EDITABLE if not found.pk or getattr(found, name) != values[name]]
    if not changed:
        return found
    if found.pk:
        _refuse_what_others_need(found, values)
        found.revision += 1
    else:
        found.key, found.subject = values["key"], values["subject"]
    for name in changed:
        setattr(found, name, values[name])
    found.save()
    _tell(found, changed, user)
    return found


@transaction.atomic
def use_field(*, field_id: int, active: bool, user: User | None) -> CustomField:
    """Stop using the field, or use it again: forms leave it out, values and the rules that ask for them stay."""
    found = _locked(field_id)
    if found.active != active:
        found.active = active
        found.revision += 1
        found.save(update_fields=["active", "revision"])
        _tell(found, ["active"], user)
    return found


@transaction.atomic
def delete_field(*, field_id: int, user: User | None) -> None:
    """Raises FieldInUse with the list of rules, views, stages and flows that ask for it, and of its values."""
    found = _locked(field_id)
    uses = uses_of(f"{PREFIX}{found.key}")
    if count := values_count(found):
        uses.append(Use(_("Values"), _counted(found, count)))
    if uses:
        sentence = _(
            "“%(name)s” is still used. Change these first, or stop using the field: then it is kept."
        )
        raise FieldInUse(sentence % {"name": found.label}, uses)
    _tell(found, ["deleted"], user)
    found.delete()


@transaction.atomic
def reorder_fields(*, field_ids: Sequence[int], user: User | None) -> None:
    """Show them in this order; fields that are not named keep theirs, after the named ones."""
    rows = {row.pk: row for row in CustomField.objects.select_for_update().order_by("position", "id")}
    named = [rows.pop(pk) for pk in dict.fromkeys(field_ids) if pk in rows]
    moved = []
    for position, row in enumerate([*named, *rows.values()]):
        if row.position != position:
            row.position = position
            moved.append(row)
    CustomField.objects.bulk_update(moved, ["position"])
    if moved:
        _tell(moved[0], ["position"], user)


def values_count(found: CustomField, value: Any = None) -> int:
    """How many leads or contacts have a value in the field, or that choice of it."""
    rows: QuerySet[Any] = (Lead if found.subject == FieldSubject.LEAD else Contact)._default_manager.all()
    if value is None:
        return rows.filter(custom__has_key=found.key).count()
    held = [value] if found.kind == FieldKind.CHOICES else value
    return rows.filter(custom__contains={found.key: held}).count()


def _locked(field_id: int) -> CustomField:
    return CustomField.objects.select_for_update().get(pk=field_id)


def _last_position() -> int:
    last: int | None = CustomField.objects.aggregate(last=Max("position"))["last"]
    return -1 if last is None else last


def _tell(found: CustomField, changed: Sequence[str], user: User | None) -> None:
    payload = {"key": found.key, "changes": list(changed)}
    record(name="field.changed", subject=found, actor=Actor.of(user), payload=payload)
    all_fields.forget()


def _checked(draft: FieldDraft, found: CustomField) -> dict[str, Any]:
    faults: dict[str, str] = {}
    values: dict[str, Any] = clean_json(
        {name: getattr(draft, name) for name in (*EDITABLE, "key", "subject")}
    )
    for name in ("labels", "help"):
        values[name] = {code: text.strip() for code, text in values[name].items() if text.strip()}
    values["pipelines"] = sorted(set(values["pipelines"]))
    if not values["labels"]:
        faults["labels"] = _("Write the name in at least one language.")
    if values["kind"] not in FieldKind.values:
        faults["kind"] = _("There is no such type.")
    if not found.pk:
        _check_new(values, faults)
    values["choices"] = _choices(values, faults) if values["kind"] in WITH_CHOICES else []
    if faults:
        raise BadField(faults)
    return values


def _check_new(values: dict[str, Any], faults: dict[str, str]) -> None:
    if values["subject"] not in FieldSubject.values:
        faults["subject"] = _("A field belongs to leads or to contacts.")
    if not _KEY.fullmatch(values["key"]):
        faults["key"] = _("Use small letters, digits and underscores, beginning with a letter.")
    elif CustomField.objects.filter(key=values["key"]).exists():
        faults["key"] = _("Another field has this key.")
    if CustomField.objects.count() >= MOST_FIELDS:
        faults["labels"] = _("There are %(limit)s fields already. Delete one that nobody needs.") % {
            "limit": MOST_FIELDS
        }


def _choices(values: dict[str, Any], faults: dict[str, str]) -> list[dict[str, Any]]:
    choices: list[dict[str, Any]] = []
    for choice in values["choices"]:
        value = str(choice.get("value", "")).strip()
        label = {code: text.strip() for code, text in choice.get("label", {}).items() if text.strip()}
        if not value or not label or len(value) > 100:
            faults["choices"] = _("Each choice needs a name in at least one language.")
        if any(value == other["value"] for other in choices):
            faults["choices"] = _("Two choices have the same value.")
        choices.append({"value": value, "label": label})
    if not 1 <= len(choices) <= MOST_CHOICES:
        faults["choices"] = _("Add 1 to %(limit)s choices.") % {"limit": MOST_CHOICES}
    return choices


def _refuse_what_others_need(found: CustomField, values: dict[str, Any]) -> None:
    if found.kind != values["kind"]:
        uses = uses_of(f"{PREFIX}{found.key}")
        if count := values_count(found):
            uses.append(Use(_("Values"), _counted(found, count)))
        if uses:
            sentence = _(
                "The type of “%(name)s” is in use. Add a new field of the other type, and stop using this one."
            )
            raise FieldInUse(sentence % {"name": found.label}, uses)
        return
    kept = {each["value"] for each in values["choices"]}
    uses = []
    for removed in (each["value"] for each in found.choices if each["value"] not in kept):
        uses += uses_of(f"{PREFIX}{found.key}", removed)
        if count := values_count(found, removed):
            uses.append(Use(_("Values"), _counted(found, count)))
    if uses:
        sentence = _("A choice of “%(name)s” is still used. Change these first.") % {"name": found.label}
        raise FieldInUse(sentence, uses)


def _counted(found: CustomField, count: int) -> str:
    if found.subject == FieldSubject.LEAD:
        return ngettext("%(count)d lead", "%(count)d leads", count) % {"count": count}
    return ngettext("%(count)d contact", "%(count)d contacts", count) % {"count": count}


def _stale(found: CustomField) -> str:
    sentence = _("Somebody has changed “%(name)s” in the meantime. Look at it again before you save.")
    return sentence % {"name": found.label}
