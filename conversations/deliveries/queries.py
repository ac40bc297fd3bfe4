from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from conversations.deliveries.models import DeliveryStatus, RawDelivery


def parked(account_id: int | None = None) -> QuerySet[RawDelivery]:
    """What was given up, newest first, without its body."""
    rows = RawDelivery.objects.filter(status=DeliveryStatus.PARKED).defer("body").select_related("account")
    return (rows if account_id is None else rows.filter(account_id=account_id)).order_by("-id")


def done() -> QuerySet[RawDelivery]:
    """Processed; what was parked waits for a person."""
    return RawDelivery.objects.filter(status=DeliveryStatus.DONE)


def received_between(
    start: datetime, end: datetime, *, account_id: int | None = None
) -> QuerySet[RawDelivery]:
    """Whatever came in that time, in the order of arrival."""
    rows = RawDelivery.objects.filter(received_at__gte=start, received_at__lt=end).defer("body")
    return (rows if account_id is None else rows.filter(account_id=account_id)).order_by("id")
