"""Reads the tables of the history: which changes, then how the things were before and after them; two statements,
however many tables there are.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection
from psycopg import sql

from core.history.registry import Row, Tracked

PERSON, PROGRAMS, ITSELF = "person", "programs", "itself"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ended."""

    at: datetime
    key: str
    id: int

    def encode(self) -> str:
        """For a link."""
        return f"{self.at.isoformat()}~{self.key}~{self.id}"

    @classmethod
    def decode(cls, text: str) -> Place:
        """Raises ValueError for what `encode` did not make."""
        # A plus sign in an address means a blank.
        at, key, number = text.replace(" ", "+").split("~")
        moment = datetime.fromisoformat(at)
        if moment.tzinfo is None or not (key.isascii() and key.isalpha()) or len(number) > 18:
            raise ValueError("not the place of a page")
        return cls(moment, key, int(number))


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One table to read, narrowed to rows whose `column` has the `value`."""

    tracked: Tracked
    column: str = ""
    value: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """`who` is "", PERSON with `person`, PROGRAMS or ITSELF; `until` is not included."""

    sources: Sequence[Source]
    who: str = ""
    person: int | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """One row of a history; `was` is empty where the thing had no earlier one."""

    tracked: Tracked
    id: int
    at: datetime
    kind: str
    object_id: int
    context: Row
    row: Row = field(default_factory=dict)
    was: Row = field(default_factory=dict)

    @property
    def place(self) -> Place:
        return Place(self.at, self.tracked.key, self.id)


def read(wanted: Wanted, *, after: Place | None, limit: int) -> list[Found]:
    """At most `limit` rows behind the place, newest first."""
    if not wanted.sources:
        return []
    tables = {source.tracked.key: source.tracked for source in wanted.sources}
    arms = [_arm(source, wanted, after, limit) for source in wanted.sources]
    heads = ask(
        sql.SQL(
            'SELECT * FROM ({arms}) AS found ORDER BY at DESC, key COLLATE "C" DESC, id DESC LIMIT {limit}'
        ).format(arms=sql.SQL(" UNION ALL ").join(arms), limit=sql.Literal(limit))
    )
    snapshots = _snapshots(tables, heads)
    return [
        Found(tables[key], id_, at, kind, object_id, json_of(context), *snapshots[key, id_])
        for key, id_, at, kind, object_id, context in heads
    ]


def ask(statement: sql.Composable) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement.as_string(cursor.connection))
        return list(cursor.fetchall())


def json_of(text: str | None) -> dict[str, Any]:
    return json.loads(text, parse_float=Decimal) if text else {}


def typed(tracked: Tracked | None, row: dict[str, Any]) -> Row:
    """Values of their Python types; a value that its field does not read any more stays as it is."""
    columns = tracked.columns if tracked else {}
    return {
        column: _value(columns[column], value) if column in columns else value
        for column, value in row.items()
    }


def _arm(source: Source, wanted: Wanted, after: Place | None, limit: int) -> sql.Composable:
    tracked = source.tracked
    conditions = [*_asked(wanted)]
    if source.column:
        conditions.append(sql.SQL("{} = {}").format(sql.Identifier(source.column), sql.Literal(source.value)))
    if after is not None:
        conditions.append(_behind(after, tracked.key))
    where = sql.SQL(" WHERE ") + sql.SQL(" AND ").join(conditions) if conditions else sql.SQL("")
    return sql.SQL(
        "(SELECT {key} AS key, pgh_id AS id, pgh_created_at AS at, pgh_label, pgh_obj_id, pgh_context::text FROM {table}"
        "{where} ORDER BY pgh_created_at DESC, pgh_id DESC LIMIT {limit})"
    ).format(
        key=sql.Literal(tracked.key),
        table=sql.Identifier(tracked.events._meta.db_table),
        where=where,
        limit=sql.Literal(limit),
    )


def _asked(wanted: Wanted) -> Iterable[sql.Composable]:
    if wanted.since is not None:
        yield sql.SQL("pgh_created_at >= {}").format(sql.Literal(wanted.since))
    if wanted.until is not None:
        yield sql.SQL("pgh_created_at < {}").format(sql.Literal(wanted.until))
    if wanted.who == PERSON:
        # The first half is what the partial index by person asks for.
        person = sql.Literal(str(wanted.person))
        yield sql.SQL("pgh_context ? 'user' AND pgh_context->>'user' = {}").format(person)
    elif wanted.who == PROGRAMS:
        yield sql.SQL("pgh_context->>'api_key' IS NOT NULL")
    elif wanted.who == ITSELF:
        # The first half is what the planner can count: that most of these rows have no context.
        nobody = "pgh_context->>'user' IS NULL AND pgh_context->>'api_key' IS NULL"
        yield sql.SQL(f"(pgh_context IS NULL OR ({nobody}))")


def _behind(after: Place, key: str) -> sql.Composable:
    """Tables stand in the order of their keys within one transaction, as in the whole."""
    if key < after.key:
        return sql.SQL("pgh_created_at <= {}").format(sql.Literal(after.at))
    if key > after.key:
        return sql.SQL("pgh_created_at < {}").format(sql.Literal(after.at))
    return sql.SQL("(pgh_created_at, pgh_id) < ({}, {})").format(sql.Literal(after.at), sql.Literal(after.id))


def _snapshots(
    tables: dict[str, Tracked], heads: Sequence[Sequence[Any]]
) -> dict[tuple[str, int], tuple[Row, Row]]:
    ids: dict[str, list[int]] = defaultdict(list)
    for key, id_, *_rest in heads:
        ids[key].append(id_)
    if not ids:
        return {}
    arms = [_snapshot_arm(tables[key], found) for key, found in ids.items()]
    return {
        (key, id_): (typed(tables[key], json_of(row)), typed(tables[key], json_of(was)))
        for key, id_, row, was in ask(sql.SQL(" UNION ALL ").join(arms))
    }


def _snapshot_arm(tracked: Tracked, ids: list[int]) -> sql.Composable:
    """An earlier row of the same thing; of its predecessor, where a new version is a new row."""
    common = sql.SQL(" AND ").join(
        sql.SQL("earlier.{column} = now.{column}").format(column=sql.Identifier(column))
        for column in tracked.follows or ("pgh_obj_id",)
    )
    return sql.SQL(
        "SELECT {key}, now.pgh_id, to_jsonb(now)::text, (SELECT to_jsonb(earlier)::text FROM {table} AS earlier"
        " WHERE {common} AND earlier.pgh_id < now.pgh_id"
        " ORDER BY earlier.pgh_id DESC LIMIT 1) FROM {table} AS now WHERE now.pgh_id = ANY({ids})"
    ).format(
        key=sql.Literal(tracked.key),
        table=sql.Identifier(tracked.events._meta.db_table),
        common=common,
        ids=sql.Literal(ids),
    )


def _value(each: Any, value: Any) -> Any:
    if value is None or isinstance(value, list | dict):
        return value
    reader = each.target_field if each.is_relation else each
    try:
        return reader.to_python(value)
    except (ValueError, TypeError, ArithmeticError):
        return value
