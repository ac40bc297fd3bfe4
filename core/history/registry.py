"""What the history tells of: every tracked model with its words. Each room registers its own; a model or a field without
words fails a test.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pghistory.core
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Field, ForeignKey, Model
from django.utils.functional import Promise

from core.history.enums import Area

Row = Mapping[str, Any]
"""A row as it was: values by column, already of their Python types."""
Related = Callable[[str], str]
"""The name of what a foreign key of the row leads to, by the key's field."""
Shown = Callable[[Any, Row], str]
Split = Callable[[Any, Any], Iterable[tuple[str, str, str]]]
"""From the values before and after: (which part, before, after) for each part that differs."""


@dataclass(frozen=True, kw_only=True)
class Words:
    """How a field is told where its own name and type do not say enough: `label`, `show` of one value, or `split` of a
    value that has parts.
    """

    label: str | Promise = ""
    show: Shown | None = None
    split: Split | None = None


def _name(row: Row, _related: Related) -> str:
    return str(row.get("name") or "")


@dataclass(frozen=True, kw_only=True)
class Tracked:
    """A model with a history.

    `called` names one of its rows from the columns `named_by`. `of`: the foreign key of what the row is a part of; its
    changes stand in that thing's history, too. `follows`: the columns that a row has in common with its predecessors,
    where a new version of a thing is a new row. `mark`: the column that names the thing in an address. `hidden`: fields
    that nobody needs to read.
    """

    model: type[Model]
    label: str | Promise
    area: Area = Area.SETTINGS
    called: Callable[[Row, Related], str] = _name
    named_by: tuple[str, ...] = ("name",)
    of: str = ""
    follows: tuple[str, ...] = ()
    mark: str = "public_id"
    fields: Mapping[str, Words] = field(default_factory=dict)
    hidden: frozenset[str] = frozenset()
    admins_only: bool = False

    @property
    def key(self) -> str:
        return str(self.model._meta.model_name)

    @cached_property
    def events(self) -> type[Model]:
        found: list[type[Model]] = pghistory.core.event_models(tracks_model=self.model)
        if not found:
            raise LookupError(f"{self.model._meta.label} has no history.")
        return found[0]

    @cached_property
    def columns(self) -> Mapping[str, Field[Any, Any]]:
        """Every field that the history keeps, by its column."""
        kept: dict[str, Field[Any, Any]] = {}
        for copy in self.events._meta.concrete_fields:
            try:
                found = self.model._meta.get_field(copy.name)
            except FieldDoesNotExist:
                continue
            if isinstance(found, Field):
                kept[found.attname] = found
        return kept

    @cached_property
    def told(self) -> Mapping[str, Field[Any, Any]]:
        """Those of `columns` that are shown when they change."""
        unseen = {"public_id", "created_at", *self.hidden}
        return {
            column: each
            for column, each in self.columns.items()
            if not each.primary_key and each.name not in unseen
        }

    @cached_property
    def parent(self) -> type[Model] | None:
        if not self.of:
            return None
        found = self.model._meta.get_field(self.of)
        assert isinstance(found, ForeignKey)
        return found.related_model

    @cached_property
    def of_column(self) -> str:
        found = self.model._meta.get_field(self.of)
        assert isinstance(found, ForeignKey)
        return found.attname

    def words(self, name: str) -> Words:
        return self.fields.get(name) or Words()

    def label_of(self, each: Field[Any, Any]) -> str:
        whole = known(self.parent) if self.parent and each.name == self.of else None
        return str(whole.label if whole else self.words(each.name).label or each.verbose_name)


_tracked: dict[type[Model], Tracked] = {}


def register(*tracked: Tracked) -> None:
    """Raises ValueError for a model that has its words already."""
    for each in tracked:
        if each.model in _tracked:
            raise ValueError(f"{each.model._meta.label} has its words already.")
        _tracked[each.model] = each


def everything() -> list[Tracked]:
    """In the order of their registration."""
    return list(_tracked.values())


def words_for(model: type[Model]) -> Tracked:
    """Raises LookupError for a model that nobody registered."""
    found = _tracked.get(model)
    if found is None:
        raise LookupError(f"{model._meta.label} has no history.")
    return found


def known(model: type[Model]) -> Tracked | None:
    return _tracked.get(model)


def parts_of(tracked: Tracked) -> list[Tracked]:
    return [each for each in _tracked.values() if each.parent is tracked.model]
