"""What conditions may ask about the payments of a lead (spec 8.6)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import Min, OuterRef, QuerySet, Subquery, Sum
from django.utils.translation import gettext_lazy as _

from core.conditions import Field, FieldType, Moment, Money, MoneyOrm
from crm.payments.models import PaymentRequest, PaymentState
from crm.payments.moves import OPEN


def condition_fields(subjects: Sequence[str]) -> list[Field]:
    """Read from the payments themselves: nothing is kept on the lead that could fall behind."""
    return [
        Field(
            key="lead.payment_state",
            type=FieldType.CHOICE,
            label=_("Last payment asked for"),
            subjects=tuple(subjects),
            getter=_state,
            orm=lambda at: Subquery(_of(OuterRef("pk")).order_by("-id").values("state")[:1]),
            choices=PaymentState.choices,
        ),
        Field(
            key="lead.paid_total",
            type=FieldType.MONEY,
            label=_("Paid so far, in the currency of the lead"),
            subjects=tuple(subjects),
            getter=_paid,
            orm=MoneyOrm(_paid_amount, _paid_currency),
        ),
        Field(
            key="lead.payment_due",
            type=FieldType.DATE,
            label=_("First day on which a payment is due"),
            subjects=tuple(subjects),
            getter=_due,
            orm=_first_due,
        ),
    ]


def _of(lead: Any) -> QuerySet[PaymentRequest]:
    return PaymentRequest.objects.filter(lead=lead)


def _state(lead: Any, at: Moment) -> str | None:
    if lead.pk is None:
        return None
    return _of(lead.pk).order_by("-id").values_list("state", flat=True).first()


def _paid(lead: Any, at: Moment) -> Money | None:
    if lead.pk is None:
        return None
    rows = _of(lead.pk).filter(state=PaymentState.PAID, currency=lead.currency)
    total = rows.aggregate(total=Sum("amount"))["total"]
    return None if total is None else Money(total, lead.currency)


def _due(lead: Any, at: Moment) -> date | None:
    if lead.pk is None:
        return None
    found: date | None = _of(lead.pk).filter(state__in=OPEN).aggregate(first=Min("due_on"))["first"]
    return found


def _paid_rows() -> QuerySet[PaymentRequest]:
    return _of(OuterRef("pk")).filter(state=PaymentState.PAID, currency=OuterRef("currency"))


def _paid_amount(at: Moment) -> Subquery:
    summed = _paid_rows().order_by().values("lead").annotate(total=Sum("amount"))
    return Subquery(summed.values("total")[:1])


def _paid_currency(at: Moment) -> Subquery:
    return Subquery(_paid_rows().order_by().values("currency")[:1])


def _first_due(at: Moment) -> Subquery:
    rows = _of(OuterRef("pk")).filter(state__in=OPEN).order_by().values("lead")
    return Subquery(rows.annotate(first=Min("due_on")).values("first")[:1])
