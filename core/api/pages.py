"""Pages by keyset (architecture 8): the link to the next page names the last row, so that rows that come or go in
between neither repeat nor hide others. Never a COUNT.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet

from core.api.filters import TIME, WHOLE, BadValue, Filter, Kind
from core.api.problems import Fault, bad_request
from core.api.shapes import Shape, instant, plan_of

DEFAULT_LIMIT = 50
MAX_LIMIT = 200


@dataclass(frozen=True)
class Sort:
    """An order to choose. `column` None is the order in which the rows were made; rows without a value are left out."""

    name: str
    column: str | None = None
    kind: Kind = WHOLE
    nullable: bool = False


CREATED = Sort("created")


@dataclass(frozen=True)
class Listing:
    """A list of the API: its rows' shape, filters and orders; `key` is the unique column that breaks ties."""

    shape: type[Shape]
    filters: tuple[Filter, ...] = ()
    sorts: tuple[Sort, ...] = (CREATED,)
    default: str = "-created"
    key: str = "pk"

    def orders(self) -> list[str]:
        return [f"{sign}{sort.name}" for sort in self.sorts for sign in ("", "-")]

    def order(self, name: str) -> tuple[Sort, bool]:
        """The order of that name and whether the largest come first."""
        plain = name.removeprefix("-")
        return next(sort for sort in self.sorts if sort.name == plain), name.startswith("-")


@dataclass(frozen=True)
class PageRequest:
    """What the parameters of an address ask of a list."""

    conditions: tuple[Q, ...] = ()
    order: str = ""
    cursor: str = ""
    limit: int = DEFAULT_LIMIT
    expand: frozenset[str] = frozenset()


def page_of(
    listing: Listing, rows: QuerySet[Any], wanted: PageRequest, *, path: str, query: Mapping[str, str]
) -> dict[str, Any]:
    """One page as JSON in one statement: {"results": [...], "next": link or null}."""
    sort, falling = listing.order(wanted.order or listing.default)
    place = [sort.column, listing.key] if sort.column else [listing.key]
    for condition in wanted.conditions:
        rows = rows.filter(condition)
    if sort.nullable:
        rows = rows.filter(**{f"{sort.column}__isnull": False})
    if wanted.cursor:
        rows = rows.filter(
            _behind(place, _decode(wanted.cursor, wanted.order or listing.default, sort), falling)
        )
    rows = rows.order_by(*(f"-{column}" if falling else column for column in place))
    plan = plan_of(listing.shape, wanted.expand)
    columns = plan.columns()
    found = list(rows.values_list(*columns, *place)[: wanted.limit + 1])
    shown = found[: wanted.limit]
    link = None
    if len(found) > wanted.limit:
        cursor = _encode(wanted.order or listing.default, shown[-1][len(columns) :])
        link = f"{path}?{urlencode({**query, 'cursor': cursor})}"
    return {"results": plan.write_all(shown), "next": link}


def _behind(place: Sequence[str], at: Sequence[Any], falling: bool) -> Q:
    op = "lt" if falling else "gt"
    if len(place) == 1:
        return Q(**{f"{place[0]}__{op}": at[0]})
    column, key = place
    same = Q(**{column: at[0], f"{key}__{op}": at[1]})
    return Q(**{f"{column}__{op}e": at[0]}) & (Q(**{f"{column}__{op}": at[0]}) | same)


def _encode(order: str, place: Sequence[Any]) -> str:
    values = [instant(value) if isinstance(value, datetime) else value for value in place]
    return base64.urlsafe_b64encode(json.dumps([order, *values]).encode()).decode().rstrip("=")


def _decode(cursor: str, order: str, sort: Sort) -> list[Any]:
    """Raises Problem for a cursor of another order, or one that was not made here."""
    kinds = [sort.kind, WHOLE] if sort.column else [WHOLE]
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        found = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        if not (isinstance(found, list) and len(found) == len(kinds) + 1 and found[0] == order):
            raise BadValue("the cursor")
        return [_value(kind, value) for kind, value in zip(kinds, found[1:], strict=True)]
    except (ValueError, binascii.Error, RecursionError) as error:
        detail = "This cursor belongs to no page of this list in this order. Follow `next` as it was given."
        raise bad_request([Fault("?cursor", "bad_cursor", detail)]) from error


def _value(kind: Kind, value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, str if kind is TIME else int):
        raise BadValue("the cursor")
    return kind.read(str(value))
