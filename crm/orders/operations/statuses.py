"""How far an order has come, as a colleague or a program says."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core.events.actor import Actor
from core.text import clean_words
from crm.orders.errors import BadOrder
from crm.orders.models import Order, OrderStatus
from crm.orders.operations.noticing import notice_changes
from crm.orders.operations.rows import lock_leads_of, locked_order, must_stand, record_order, touch
from crm.orders.queries import UNDONE
from crm.scoring.operations import rescore_locked

UNSAID: Any = object()


@transaction.atomic
def set_status(
    *,
    order_id: int,
    status: OrderStatus | str,
    actor: Actor,
    now: datetime,
    reason: str = "",
    expected_on: date | None = UNSAID,
    revision: int | None = None,
    tell: bool = True,
) -> Order:
    """Write the status, its reason and, where it is said, the day on which the order is expected.

    A customer who is promised a later day than before hears of it, with `tell`. `revision` is the one that was read. Again:
    nothing happens. Raises StaleOrder, BadOrder: what is cancelled or returned needs a reason.
    """
    contact = Order.objects.select_related("contact").get(pk=order_id).contact
    leads = lock_leads_of(contact)
    order = locked_order(order_id)
    must_stand(order, revision)
    if status not in OrderStatus.values:
        raise BadOrder(_("Choose one of the statuses of an order."), field="status")
    kept = clean_words(reason).strip()[:300]
    if status in UNDONE and not kept:
        raise BadOrder(_("Say why, so that everybody knows."), field="reason")
    was, before = str(order.status), order.expected_on
    values: dict[str, Any] = {"status": OrderStatus(status), "reason": kept}
    if expected_on is not UNSAID:
        values["expected_on"] = expected_on
    changed = [name for name, value in values.items() if getattr(order, name) != value]
    if not changed:
        return order
    for name in changed:
        setattr(order, name, values[name])
    touch(order, changed, now)
    record_order("order.updated", order, actor=actor, changes=sorted(changed), reason=kept, **{"from": was})
    if tell:
        notice_changes(order, before=before, missing=[], actor=actor, now=now)
    rescore_locked(leads=leads, actor=actor)
    return order
