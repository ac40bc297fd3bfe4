"""Many rows written by one statement, each with values of its own."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Field, Model


def column_values(thing: Model, fields: Collection[str]) -> dict[str, Any]:
    """What the fields hold, by column, as JSON keeps it."""
    found: dict[str, Any] = {}
    for name in fields:
        field = thing._meta.get_field(name)
        assert isinstance(field, Field)
        value = getattr(thing, field.attname)
        found[str(field.column)] = value.isoformat() if isinstance(value, datetime) else value
    return found


def set_columns(thing: Model, values: Mapping[str, Any]) -> None:
    """The way back of `column_values`; related objects are forgotten."""
    by_column = {field.column: field for field in thing._meta.concrete_fields}
    for column, value in values.items():
        field = by_column[column]
        setattr(thing, field.attname, field.to_python(value))


def update_rows(model: type[Model], rows: Sequence[Mapping[str, Any]]) -> int:
    """Write rows of {"id", column: value, ...}, all with the same columns; returns how many there were."""
    if not rows:
        return 0
    by_column = {field.column: field for field in model._meta.concrete_fields}
    columns = [by_column[name] for name in rows[0]]
    typed = ", ".join(f'"{field.column}" {field.db_type(connection)}' for field in columns)
    written = ", ".join(
        f'"{field.column}" = fresh."{field.column}"' for field in columns if field.column != "id"
    )
    sql = (
        f'UPDATE "{model._meta.db_table}" AS known SET {written} '
        f"FROM jsonb_to_recordset(%s::jsonb) AS fresh({typed}) WHERE known.id = fresh.id"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [json.dumps(list(rows))])
        return int(cursor.rowcount)
