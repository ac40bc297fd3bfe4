"""What a customer has to be told of an order: it comes later, or something of it is missing (spec 8.5).

A notice is written with the change that causes it; a due row, due at once, tells the customer. A notice that nobody has
answered takes the next change in, so that there is one question at a time.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from core.due.operations import schedule
from core.events.actor import Actor
from crm.orders.items import name_of
from crm.orders.models import NoticeKind, Order, OrderItem, OrderNotice
from crm.orders.queries import OVER

NOTICE = "order.notice"
"""Kind of the due row that tells the customer; its key is the notice's."""


def notice_changes(
    order: Order, *, before: date | None, missing: Sequence[OrderItem], actor: Actor, now: datetime
) -> list[OrderNotice]:
    """Write what the customer has to hear of; `before` is the day that was expected until now."""
    if order.status in OVER:
        return []
    notices = []
    if before and order.expected_on and order.expected_on > before and not _told(order):
        notices.append(_write(order, NoticeKind.DELAY, [], actor))
    if missing:
        notices.append(_write(order, NoticeKind.MISSING, [_plain(row) for row in missing], actor))
    for notice in notices:
        schedule(kind=NOTICE, key=str(notice.pk), due_at=now, lead_id=order.lead_id)
    return notices


def _told(order: Order) -> bool:
    """Whether the customer knows already that it comes no sooner than that."""
    known = OrderNotice.objects.filter(order=order, kind=NoticeKind.DELAY, message_id__isnull=False)
    return known.filter(expected_on__gte=order.expected_on).exists()


def _write(order: Order, kind: NoticeKind, items: list[dict[str, str]], actor: Actor) -> OrderNotice:
    notice = OrderNotice.objects.select_for_update().filter(order=order, kind=kind, answer="").first()
    if notice is None:
        notice = OrderNotice(order=order, kind=kind)
    names = {each["name"] for each in items}
    notice.items = [each for each in notice.items if each["name"] not in names] + items
    notice.reason, notice.expected_on = order.reason, order.expected_on
    notice.user_id, notice.message_id = actor.user_id, None
    notice.save()
    return notice


def _plain(row: OrderItem) -> dict[str, str]:
    return {"name": name_of(row), "title": row.title, "quantity": _number(row.quantity)}


def _number(quantity: Decimal) -> str:
    return f"{quantity.normalize():f}"


def still_holds(notice: OrderNotice) -> bool:
    """Whether the customer should still hear of it: the order goes on, and what the notice says is so."""
    order = notice.order
    if order.status in OVER or notice.answer:
        return False
    if notice.kind == NoticeKind.DELAY:
        return order.expected_on is not None and order.expected_on == notice.expected_on
    return bool(missing_now(notice))


def missing_now(notice: OrderNotice) -> list[dict[str, Any]]:
    """The items of the notice that are missing to this hour."""
    missing = {name_of(row) for row in notice.order.items.all() if row.missing}
    return [each for each in notice.items if each["name"] in missing]
