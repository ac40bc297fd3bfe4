"""What the screens of orders show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q
from django.shortcuts import get_object_or_404

from core.access.models import User
from core.company.queries import company
from crm.contacts.models import Contact
from crm.contacts.queries import contacts
from crm.orders.models import Order, OrderStatus
from crm.orders.numbers import number_key
from crm.orders.queries import OVER, UNDONE, Purchases, orders, purchases_of
from crm.quotes import clock
from desk.contacts.queries import matching

PAGE = 50
SECTION = 5
LATE = "late"
STATES = (*OrderStatus.values, LATE)
"""What the list can be narrowed to: a status, or what should have come already."""


@dataclass(frozen=True, slots=True)
class OrderRow:
    """`is_late`: it was expected before today and has not come."""

    order: Order
    tone: str
    is_late: bool


@dataclass(frozen=True, slots=True)
class OrderPage:
    """`after` is where the next page begins, "" on the last."""

    rows: list[OrderRow]
    after: str


@dataclass(frozen=True, slots=True)
class OrdersBeside:
    """The newest orders of a contact, and what they come to."""

    rows: list[OrderRow]
    bought: Purchases


def today(now: datetime) -> date:
    return clock.today_in(company().timezone, now)


def row_of(order: Order, day: date) -> OrderRow:
    is_late = order.status not in OVER and order.expected_on is not None and order.expected_on < day
    tone = "is-bad" if order.status in UNDONE else "is-good" if order.status == OrderStatus.DELIVERED else ""
    return OrderRow(order, tone, is_late)


def order_page(user: User, *, now: datetime, state: str = "", text: str = "", after: str = "") -> OrderPage:
    """Newest first."""
    day, rows = today(now), orders().visible_to(user)
    if state == LATE:
        rows = rows.exclude(status__in=OVER).filter(expected_on__lt=day)
    elif state:
        rows = rows.filter(status=state)
    if text.strip():
        rows = rows.filter(_like(user, text.strip()))
    if (place := _place(after)) is not None:
        at, pk = place
        rows = rows.filter(Q(ordered_at__lt=at) | Q(ordered_at=at, pk__lt=pk), ordered_at__lte=at)
    found = list(rows.newest_first().select_related("contact")[: PAGE + 1])
    last = found[PAGE - 1] if len(found) > PAGE else None
    mark = f"{last.ordered_at.isoformat()}_{last.pk}" if last else ""
    return OrderPage([row_of(order, day) for order in found[:PAGE]], mark)


def _place(after: str) -> tuple[datetime, int] | None:
    at, _, pk = after.rpartition("_")
    try:
        found = datetime.fromisoformat(at)
    except ValueError:
        return None
    return (found, int(pk)) if found.tzinfo and pk.isdecimal() and len(pk) < 19 else None


def _like(user: User, text: str) -> Q:
    """The beginning of a number where there is a figure in it, or somebody's name, phone or email."""
    of_person = Q(contact__in=matching(contacts().visible_to(user), text).values("pk"))
    if any(char.isdigit() for char in text):
        return Q(number_key__startswith=number_key(text) or "-") | of_person
    return of_person


def order_for(user: User, public_id: UUID) -> Order:
    """With items and notices, where `user` may see it; Http404 otherwise."""
    return get_object_or_404(orders().visible_to(user).whole(), public_id=public_id)


def orders_beside(contact: Contact, user: User, *, now: datetime) -> OrdersBeside:
    """Two statements."""
    day = today(now)
    rows = orders().visible_to(user).filter(contact=contact).newest_first()[:SECTION]
    return OrdersBeside([row_of(order, day) for order in rows], purchases_of(contact))
