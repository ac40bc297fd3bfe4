"""What conditions may ask about the purchases of a contact (spec 13: repeat purchase). What was undone does not count."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import BigIntegerField, Count, DateTimeField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from core.conditions import Field, FieldType
from crm.orders.models import Order
from crm.orders.queries import orders


def fields(subject: str, *, path: str, contact: Callable[[Any], int]) -> list[Field]:
    """`path` leads from the subject to its contact in the database, `contact` in Python."""

    def of(pk: Any) -> QuerySet[Order]:
        return orders().standing().filter(contact=pk).order_by()

    def count(_at: Any) -> Coalesce:
        counted = of(OuterRef(path)).values("contact").annotate(count=Count("pk")).values("count")
        return Coalesce(Subquery(counted, output_field=BigIntegerField()), 0)

    def last(_at: Any) -> Subquery:
        newest = of(OuterRef(path)).order_by("-ordered_at").values("ordered_at")[:1]
        return Subquery(newest, output_field=DateTimeField())

    def last_of(pk: int) -> Any:
        return of(pk).order_by("-ordered_at").values_list("ordered_at", flat=True).first()

    return [
        Field(
            key="contact.orders_count",
            type=FieldType.NUMBER,
            label=_("Number of purchases"),
            subjects=(subject,),
            getter=lambda row, at: of(contact(row)).count(),
            orm=count,
        ),
        Field(
            key="contact.last_order_at",
            type=FieldType.DATETIME,
            label=_("Last purchase"),
            subjects=(subject,),
            getter=lambda row, at: last_of(contact(row)),
            orm=last,
        ),
    ]
