"""A page of the table of leads: few statements, whatever the number of leads."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from core.access.models import User
from core.conditions import Moment
from crm.lists.columns import NEWEST, Order, order_of
from crm.lists.models import SavedView
from crm.lists.places import Place
from crm.lists.queries import PAGE, page_of
from crm.pipeline.models import Lead, Pipeline
from crm.pipeline.queries import LeadQuerySet, last_personal_change, leads
from crm.pipeline.queries.leads import who
from crm.qualification.queries import current_answers
from desk.filters import LeadFilter
from desk.table.cells import ANSWER, Column, Row, Scene, row_of

STREAMED = 500


@dataclass(frozen=True)
class TablePage:
    rows: list[Row]
    after: Place | None


def listed(pipeline: Pipeline, user: User, chosen: LeadFilter, at: Moment) -> LeadQuerySet:
    """The leads that the list is of."""
    return chosen.apply(leads().in_pipeline(pipeline).visible_to(user), at)


def page(
    rows: LeadQuerySet, columns: Sequence[Column], order: Order, user: User, after: Place | None = None
) -> TablePage:
    """At most two statements for the leads. Raises BadCursor."""
    found, place = page_of(_with_needed(rows, columns), order, after, PAGE)
    scene = Scene.of(user)
    return TablePage([row_of(lead, columns, scene) for lead in found], place)


def row(lead: Lead, columns: Sequence[Column], user: User) -> Row:
    return row_of(lead, columns, Scene.of(user))


def last_change(lead: Lead, column: str) -> tuple[str, datetime | None]:
    """Who wrote last what the column shows, as far as it is known, and when."""
    if column.startswith(ANSWER):
        key = column.removeprefix(ANSWER)
        answer = next((each for each in current_answers(lead) if each.criterion.key == key), None)
        return (str(answer.user or ""), answer.created_at) if answer else ("", None)
    event = last_personal_change(lead)
    return who(event), event.created_at if event else None


def chosen_order(asked: str, view: SavedView | None) -> Order:
    """That of the address, else the view's, else the newest first."""
    return order_of(asked) or order_of(view.sort if view else "") or NEWEST


def streamed(rows: LeadQuerySet, columns: Sequence[Column], order: Order, user: User) -> Iterable[Row]:
    """All rows of the list, a few hundred at a time."""
    scene, place = Scene.of(user), None
    rows = _with_needed(rows, columns)
    while True:
        found, place = page_of(rows, order, place, STREAMED)
        yield from (row_of(lead, columns, scene) for lead in found)
        if place is None:
            return


def _with_needed(rows: LeadQuerySet, columns: Sequence[Column]) -> LeadQuerySet:
    names = {column.name for column in columns}
    return rows.select_related("contact", "team") if "team" in names else rows.select_related("contact")
