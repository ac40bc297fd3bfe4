"""For whom and about what money is asked: a lead, a contact, a quote or an order that the address names."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.core.exceptions import BadRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from conversations.threads.models import Conversation
from core.access.models import User
from core.company.queries import company
from core.http import Request
from core.ids import public_token
from crm.contacts.models import Contact
from crm.orders.models import Order
from crm.pipeline.models import Lead
from crm.quotes.enums import QuoteState
from crm.quotes.models import QuoteVersion
from desk.calendar.queries import contact_in_sight
from desk.leads.queries import lead_for
from desk.payments.queries import chat_with
from desk.quotes.queries import quote_for


@dataclass(frozen=True)
class Asked:
    """`key` makes a dialog that was sent twice recognisable."""

    contact: Contact
    lead: Lead | None = None
    quote: QuoteVersion | None = None
    order: Order | None = None
    key: str = field(default_factory=public_token)

    def initial(self) -> dict[str, Any]:
        """What the dialog begins with: the sum of the quote or the order, and what it is for."""
        found: dict[str, Any] = {"currency": company().currency}
        if self.quote is not None:
            found |= {"amount": f"{self.quote.total.normalize():f}", "currency": self.quote.currency}
            found["purpose"] = _("Quote %(number)s: %(title)s") % {
                "number": self.quote.quote.number,
                "title": self.quote.quote.title,
            }
        elif self.order is not None:
            found |= {
                "currency": self.order.currency,
                "purpose": _("Order %(number)s") % {"number": self.order},
            }
            if self.order.total is not None:
                found["amount"] = f"{self.order.total.normalize():f}"
        elif self.lead is not None:
            found |= {"currency": self.lead.currency, "purpose": self.lead.title}
        return found

    def chat(self, user: User) -> Conversation | None:
        return chat_with(self.contact.pk, self.lead.pk if self.lead else None, user)

    def request_key(self, request: Request) -> str:
        return f"desk:{request.user.pk}:{request.POST.get('key', '')[:40]}"


def asked_about(request: Request) -> Asked | None:
    """Raises BadRequest for what is no public id, Http404 for what the person may not see."""
    given = request.POST if request.method == "POST" else request.GET
    user = request.user
    if quote := _uuid(given.get("quote", "")):
        return _of_quote(user, quote)
    if order := _uuid(given.get("order", "")):
        return _of_order(user, order)
    if lead_id := _uuid(given.get("lead", "")):
        lead = lead_for(user, lead_id)
        return Asked(lead.contact, lead=lead)
    contact = contact_in_sight(user, given.get("contact", "")) if given.get("contact") else None
    return Asked(contact) if contact is not None else None


def _of_quote(user: User, public_id: UUID) -> Asked:
    quote = quote_for(user, public_id)
    rows = QuoteVersion.objects.filter(quote=quote, state__in=[QuoteState.SENT, QuoteState.ACCEPTED])
    version = get_object_or_404(rows.select_related("quote__contact", "quote__lead"))
    return Asked(quote.contact, lead=quote.lead, quote=version)


def _of_order(user: User, public_id: UUID) -> Asked:
    order = get_object_or_404(Order.objects.select_related("contact", "lead"), public_id=public_id)
    contact = contact_in_sight(user, str(order.contact.public_id)) if order.contact else None
    if contact is None:
        raise BadRequest("this order has no customer that you may see")
    return Asked(contact, lead=order.lead, order=order)


def _uuid(text: str) -> UUID | None:
    if not text:
        return None
    try:
        return UUID(text)
    except ValueError:
        raise BadRequest("a public id is expected") from None
