"""The leads of the contact are locked before the order, always: whoever holds a lead may write its contact's orders."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from core.events.actor import Actor
from core.events.operations import record
from crm.contacts.models import Contact
from crm.orders.errors import StaleOrder
from crm.orders.models import Order
from crm.orders.queries import FIELDS
from crm.pipeline.models import Lead
from crm.scoring.operations import lock_concerned


def lock_leads_of(contact: Contact | None) -> list[Lead]:
    """The leads to be scored again once the orders of the contact have changed."""
    return lock_concerned(contact=contact, changed=FIELDS) if contact else []


def locked_order(order_id: int) -> Order:
    """Raises Order.DoesNotExist."""
    rows = Order.objects.select_for_update(of=("self",)).select_related("contact", "lead")
    return rows.get(pk=order_id)


def locked_number(number: str) -> Order | None:
    """The order of this number; where there is none yet, nobody else makes it until this transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended('crm.orders ' || %s::text, 0))", [number]
        )
    rows = Order.objects.select_for_update(of=("self",)).select_related("contact", "lead")
    return rows.filter(number=number).first()


def must_stand(order: Order, revision: int | None) -> None:
    """Raises StaleOrder where the locked order is no longer the one that was read."""
    if revision is not None and revision != order.revision:
        sentence = _("Somebody else changed this order a moment ago. Look at it, then save again.")
        raise StaleOrder(sentence, current=order)


def touch(order: Order, changed: Sequence[str], now: datetime) -> None:
    """Save the changed columns; the revision counts the saves."""
    order.updated_at = now
    order.revision += 1
    order.save(update_fields=sorted({*changed, "updated_at", "revision"}))


def record_order(event: str, order: Order, /, *, actor: Actor, **more: Any) -> None:
    payload = {
        "number": order.number,
        "status": str(order.status),
        "total": "" if order.total is None else str(order.total),
        "currency": order.currency,
        "expected_on": order.expected_on.isoformat() if order.expected_on else "",
        **more,
    }
    record(name=event, subject=order, actor=actor, payload=payload)
