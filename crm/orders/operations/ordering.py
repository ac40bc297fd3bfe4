"""An accepted quote becomes an order."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from core.events.actor import Actor
from crm.orders.errors import NotAccepted
from crm.orders.items import ItemDraft
from crm.orders.models import Order, OrderStatus
from crm.orders.operations.upserting import upsert_order
from crm.quotes.models import QuoteAcceptance, QuoteVersion
from crm.quotes.operations.choosing import ticked

SOURCE = "quote"


@transaction.atomic
def order_of_quote(*, version: QuoteVersion, actor: Actor, now: datetime) -> Order:
    """The order that the customer's yes to this version means, with the options that were ticked and what they come to.

    Again: the same order. It has the number of the quote, with a letter where a shop's order has it already. Raises
    NotAccepted.
    """
    known = Order.objects.filter(quote=version).first()
    if known is not None:
        return known
    acceptance = QuoteAcceptance.objects.filter(version=version).first()
    if acceptance is None:
        raise NotAccepted(_("The customer has not accepted this offer yet."))
    quote = version.quote
    lines = ticked(
        list(version.lines.select_related("product").order_by("position", "id")),
        [UUID(each) for each in acceptance.chosen],
    )
    items = [
        ItemDraft(
            title=line.title,
            code=line.product.code if line.product else "",
            quantity=line.quantity,
            unit_price=line.unit_price,
            product=line.product,
        )
        for line in lines
        if line.chosen
    ]
    number = str(quote.number)
    if Order.objects.filter(number=number).exists():
        number = f"{number}-Q"
    return upsert_order(
        number=number,
        contact=quote.contact,
        lead=quote.lead,
        quote=version,
        items=items,
        status=OrderStatus.CONFIRMED,
        currency=version.currency,
        total=acceptance.total,
        source=SOURCE,
        ordered_at=acceptance.accepted_at,
        actor=actor,
        now=now,
    )
