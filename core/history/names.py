"""Names of the things that rows refer to, also of those that are gone; at most two statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django.db.models import Field, ForeignKey, Model
from django.utils.translation import gettext as _
from psycopg import sql

from core.history.registry import Row, Tracked, known, words_for
from core.history.rows import ask, json_of, typed

Key = tuple[type[Model], int]


class Names:
    """Learned for all rows of a page at once."""

    def __init__(self) -> None:
        self._known: dict[Key, str] = {}
        self._living: set[Key] = set()

    def of(self, model: type[Model], pk: Any) -> str:
        return self._known.get((model, pk)) or _("(no longer there)")

    def lives(self, model: type[Model], pk: Any) -> bool:
        return (model, pk) in self._living

    def related(self, tracked: Tracked, row: Row, name: str) -> str:
        each = tracked.model._meta.get_field(name)
        assert isinstance(each, ForeignKey)
        pk = row.get(each.attname)
        return self.of(each.related_model, pk) if pk is not None else ""

    def learn(self, keys: Iterable[Key]) -> None:
        """Names of things by model and primary key, and of what these are named by."""
        missing: dict[type[Model], set[int]] = defaultdict(set)
        for model, pk in keys:
            if pk is not None and (model, pk) not in self._known:
                missing[model].add(pk)
        if not missing:
            return
        rows = _read(_living, missing)
        found = {(model, pk) for model, pk, _row in rows}
        self._living |= found
        gone = {
            model: left
            for model, pks in missing.items()
            if known(model) and (left := {pk for pk in pks if (model, pk) not in found})
        }
        rows += _read(_gone, gone)
        self._learn_named(rows)
        for model, pk, row in rows:
            self._known[model, pk] = self._name(model, row)

    def _learn_named(self, rows: Sequence[tuple[type[Model], int, Row]]) -> None:
        """What is itself named by something else: a meeting by its service."""
        deeper: set[Key] = set()
        for model, _pk, row in rows:
            if (each := known(model)) is not None:
                deeper |= set(named_by(each, row))
        self.learn(deeper)

    def _name(self, model: type[Model], row: Row) -> str:
        each = known(model)
        if each is None:
            return str(row.get("name") or "")
        return each.called(row, lambda name: self.related(each, row, name))


def named_by(tracked: Tracked, row: Row) -> Iterable[Key]:
    """The things by which a row is named."""
    for name in tracked.named_by:
        each = tracked.model._meta.get_field(name)
        if isinstance(each, ForeignKey) and row.get(each.attname) is not None:
            yield each.related_model, row[each.attname]


Arm = Callable[[int, type[Model], list[int]], sql.Composable]


def _living(place: int, model: type[Model], pks: list[int]) -> sql.Composable:
    return sql.SQL("SELECT {place}, {pk}, {row} FROM {table} WHERE {pk} = ANY({pks})").format(
        place=sql.Literal(place),
        pk=sql.Identifier(_column(model)),
        row=_row(model),
        table=sql.Identifier(model._meta.db_table),
        pks=sql.Literal(pks),
    )


def _gone(place: int, model: type[Model], pks: list[int]) -> sql.Composable:
    return sql.SQL(
        "(SELECT DISTINCT ON (pgh_obj_id) {place}, pgh_obj_id, {row} FROM {table} WHERE pgh_obj_id = ANY({pks})"
        " ORDER BY pgh_obj_id, pgh_id DESC)"
    ).format(
        place=sql.Literal(place),
        row=_row(model),
        table=sql.Identifier(words_for(model).events._meta.db_table),
        pks=sql.Literal(pks),
    )


def _row(model: type[Model]) -> sql.Composable:
    """Only the columns that make the name."""
    tracked = known(model)
    columns = [_column(model, name) for name in (tracked.named_by if tracked else ("name",))]
    pairs = [sql.SQL("{}, {}").format(sql.Literal(name), sql.Identifier(name)) for name in columns]
    return sql.SQL("jsonb_build_object({})::text").format(sql.SQL(", ").join(pairs))


def _column(model: type[Model], name: str = "") -> str:
    found = model._meta.get_field(name) if name else model._meta.pk
    assert isinstance(found, Field)
    return str(found.column)


def _read(arm: Arm, asked: Mapping[type[Model], Iterable[int]]) -> list[tuple[type[Model], int, Row]]:
    if not asked:
        return []
    models = list(asked)
    arms = [arm(place, model, sorted(asked[model])) for place, model in enumerate(models)]
    return [
        (models[place], pk, typed(known(models[place]), json_of(text)))
        for place, pk, text in ask(sql.SQL(" UNION ALL ").join(arms))
    ]
