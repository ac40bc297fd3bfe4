"""The append-only history of what people edit (spec 12.2), read as who, when, from and to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pghistory.core
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Field, ForeignKey, Model

from core.access.models import User
from core.history.enums import ChangeKind

PAGE = 50


@dataclass(frozen=True, slots=True)
class FieldChange:
    """`name` is the field's, `label` its name in the language that is active now; `before` and `after` are as
    shown.
    """

    name: str
    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Change:
    """What one statement did to the object; `who` is None where no person was signed in (flow, worker,
    console).
    """

    id: int
    at: datetime
    kind: ChangeKind
    who: User | None
    fields: tuple[FieldChange, ...]


def changes_of(subject: Model, *, limit: int = PAGE, before: int | None = None) -> list[Change]:
    """The newest changes of the object, newest first; `before` is the id of the last change of the page
    before.

    One query, one for the people, and one for each kind of related object that was changed. Raises
    LookupError for a model without history.
    """
    model = type(subject)
    rows = _snapshots(model, subject.pk, limit + 1, before)
    fields = _tracked_fields(model, rows)
    pairs = [(rows[at], rows[at + 1] if at + 1 < len(rows) else None) for at in range(min(limit, len(rows)))]
    edits = [(row, _edited(fields, row, earlier)) for row, earlier in pairs]
    people = User.objects.in_bulk({user_id for row, _ in edits if (user_id := _user_id(row)) is not None})
    names = _names_of_related(edits)
    return [
        Change(
            id=row.pgh_id,
            at=row.pgh_created_at,
            kind=ChangeKind(row.pgh_label),
            who=people.get(_user_id(row) or 0),
            fields=tuple(
                FieldChange(
                    field.name,
                    str(getattr(field, "verbose_name", field.name)),
                    _shown(field, old, names),
                    _shown(field, new, names),
                )
                for field, old, new in changed
            ),
        )
        for row, changed in edits
        if changed or row.pgh_label != ChangeKind.UPDATE
    ]


Edit = tuple["Field[Any, Any]", Any, Any]


def _snapshots(model: type[Model], pk: Any, limit: int, before: int | None) -> list[Any]:
    event_models = pghistory.core.event_models(tracks_model=model)
    if not event_models:
        raise LookupError(f"{model._meta.label} has no history.")
    rows = event_models[0]._default_manager.filter(pgh_obj_id=pk)
    if before is not None:
        rows = rows.filter(pgh_id__lt=before)
    return list(rows.order_by("-pgh_id")[:limit])


def _tracked_fields(model: type[Model], rows: Sequence[Any]) -> list[Field[Any, Any]]:
    if not rows:
        return []
    found = []
    for copy in rows[0]._meta.concrete_fields:
        try:
            field = model._meta.get_field(copy.name)
        except FieldDoesNotExist:
            continue
        if isinstance(field, Field) and not field.primary_key and field.name != "public_id":
            found.append(field)
    return found


def _edited(fields: Iterable[Field[Any, Any]], row: Any, earlier: Any | None) -> list[Edit]:
    if row.pgh_label == ChangeKind.DELETE or (row.pgh_label == ChangeKind.UPDATE and earlier is None):
        return []
    edits: list[Edit] = []
    for field in fields:
        new = getattr(row, field.attname)
        old = getattr(earlier, field.attname) if row.pgh_label == ChangeKind.UPDATE else None
        if new != old and not (row.pgh_label == ChangeKind.INSERT and new in field.empty_values):
            edits.append((field, old, new))
    return edits


def _user_id(row: Any) -> int | None:
    context = row.pgh_context or {}
    return context.get("user") if isinstance(context, Mapping) else None


def _names_of_related(edits: Iterable[tuple[Any, list[Edit]]]) -> dict[tuple[type[Model], Any], str]:
    wanted: dict[type[Model], set[Any]] = defaultdict(set)
    for _, changed in edits:
        for field, *values in changed:
            if isinstance(field, ForeignKey):
                wanted[field.related_model].update(value for value in values if value is not None)
    return {
        (model, related.pk): str(related)
        for model, ids in wanted.items()
        for related in model._default_manager.filter(pk__in=ids)
    }


def _shown(field: Field[Any, Any], value: Any, names: Mapping[tuple[type[Model], Any], str]) -> str:
    if value in (None, ""):
        return ""
    if isinstance(field, ForeignKey):
        return names.get((field.related_model, value), f"#{value}")
    if isinstance(value, list | tuple):
        return ", ".join(str(item) for item in value)
    choices = dict(field.flatchoices) if field.choices else {}
    return str(choices.get(value, value))
