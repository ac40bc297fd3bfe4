"""Reading orders."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, Max, Min, OuterRef, Prefetch, Q, QuerySet, Sum

from core.access.models import User
from core.access.queries import visible
from crm.contacts.models import Contact
from crm.contacts.queries import contacts
from crm.orders.models import Order, OrderItem, OrderNotice, OrderStatus
from crm.orders.numbers import number_key
from crm.pipeline.models import Lead

OVER = frozenset({OrderStatus.DELIVERED, OrderStatus.RETURNED, OrderStatus.CANCELLED})
"""Nothing is waited for any more."""
UNDONE = frozenset({OrderStatus.RETURNED, OrderStatus.CANCELLED})
"""No purchase in the end."""
FIELDS = frozenset({"contact.orders_count", "contact.last_order_at"})
"""Fields of conditions that follow the orders of a contact."""


class OrderQuerySet(QuerySet[Order]):
    def visible_to(self, user: User) -> OrderQuerySet:
        """Managers and admins see all; an agent those of leads in sight, of contacts in sight where no lead is
        concerned, and those of nobody.
        """
        if not (user.is_authenticated and user.is_active):
            return self.none()
        if user.sees_everything:
            return self
        in_sight = Exists(Lead.objects.filter(visible(user, person="owner"), pk=OuterRef("lead")))
        of_contact = Q(contact__in=contacts().visible_to(user).values("pk"))
        return self.filter(in_sight | of_contact | Q(contact__isnull=True, lead__isnull=True))

    def newest_first(self) -> OrderQuerySet:
        return self.order_by("-ordered_at", "-id")

    def standing(self) -> OrderQuerySet:
        """Those that count as purchases."""
        return self.exclude(status__in=UNDONE)

    def whole(self) -> OrderQuerySet:
        """With contact, lead, items and notices: three statements for any number of orders."""
        items = Prefetch("items", OrderItem.objects.order_by("position", "id"))
        notices = Prefetch("notices", OrderNotice.objects.order_by("-id"))
        return self.select_related("contact", "lead", "quote__quote").prefetch_related(items, notices)

    def numbered(self, text: str) -> OrderQuerySet:
        """Orders whose number begins so, however it is spelled."""
        return self.filter(number_key__startswith=number_key(text) or "-")


def orders() -> OrderQuerySet:
    return OrderQuerySet(Order)


def orders_of_contact(contact: Contact | int) -> OrderQuerySet:
    """The newest first."""
    pk = contact if isinstance(contact, int) else contact.pk
    return orders().filter(contact=pk).newest_first()


def order_numbered(number: str) -> Order | None:
    """The order of exactly this number."""
    return Order.objects.filter(number=number).first()


def open_notice(public_id: UUID) -> OrderNotice | None:
    return OrderNotice.objects.select_related("order").filter(public_id=public_id).first()


@dataclass(frozen=True, slots=True)
class Purchases:
    """What a contact has bought: how often, for how much in each currency, since when."""

    count: int = 0
    sums: tuple[tuple[str, Decimal], ...] = field(default_factory=tuple)
    since: datetime | None = None
    last: datetime | None = None


def purchases_of(contact: Contact | int) -> Purchases:
    """One statement. What was cancelled or returned does not count."""
    pk = contact if isinstance(contact, int) else contact.pk
    found: Any = (
        orders()
        .filter(contact=pk)
        .standing()
        .order_by("currency")
        .values("currency")
        .annotate(count=Count("pk"), sum=Sum("total"), first=Min("ordered_at"), last=Max("ordered_at"))
    )
    rows: list[dict[str, Any]] = list(found)
    if not rows:
        return Purchases()
    return Purchases(
        count=sum(row["count"] for row in rows),
        sums=tuple((row["currency"], row["sum"]) for row in rows if row["sum"] is not None),
        since=min(row["first"] for row in rows),
        last=max(row["last"] for row in rows),
    )
