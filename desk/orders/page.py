"""What the page of an order shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from core.access.models import User
from crm.orders.models import NoticeAnswer, Order, OrderItem, OrderNotice, OrderStatus
from crm.pipeline.models import Lead
from desk.leads.queries import may_see
from desk.orders import queries


@dataclass(frozen=True, slots=True)
class ItemLine:
    """`sum` None where no price is known."""

    item: OrderItem
    quantity: str
    sum: Decimal | None


def state_label(state: str) -> str:
    return _("Late") if state == queries.LATE else str(OrderStatus(state).label)


def lines_of(order: Order) -> list[ItemLine]:
    return [
        ItemLine(
            item,
            f"{item.quantity.normalize():f}",
            None if item.unit_price is None else item.quantity * item.unit_price,
        )
        for item in order.items.all()
    ]


def page_context(order: Order, user: User, now: datetime, **more: Any) -> dict[str, Any]:
    lead: Lead | None = order.lead
    notices: list[OrderNotice] = list(order.notices.all())
    return {
        "order": order,
        "row": queries.row_of(order, queries.today(now)),
        "lines": lines_of(order),
        "notices": notices,
        "statuses": OrderStatus.choices,
        "answers": NoticeAnswer.choices,
        "lead": lead if lead and may_see(user, lead) else None,
        **more,
    }
