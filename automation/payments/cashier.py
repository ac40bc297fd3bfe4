"""Asks for money for the contact of one conversation."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db.models import Case, QuerySet, Value, When
from django.utils import translation

from automation.payments.values import ORDER, QUOTE, PaymentStep, Slip, Standing
from conversations.payments.links import payment_url
from conversations.threads.models import Conversation
from core.company.queries import company
from core.due.operations import cancel, schedule
from core.events.actor import FLOW
from core.text.amounts import money
from crm.orders.models import Order, OrderStatus
from crm.payments.amounts import share_of
from crm.payments.errors import BadPayment
from crm.payments.models import PaymentRequest, PaymentState
from crm.payments.moves import OPEN
from crm.payments.operations import request_payment
from crm.payments.operations.rows import REMINDER
from crm.pipeline.models import Lead
from crm.quotes.clock import today_in
from crm.quotes.enums import QuoteState
from crm.quotes.models import QuoteAcceptance, QuoteVersion

TIMEOUT = "flow.payment"
"""Kind of the due row at which a run waits no longer; its key is the payment's."""
TIMES_OUT_AT = time(10)


class ConversationCashier:
    """Asks the contact of the locked conversation; its lead is locked too."""

    def __init__(self, conversation: Conversation, *, lead: Lead | None, now: datetime) -> None:
        self.conversation, self.lead, self.now = conversation, lead, now

    def ask(self, step: PaymentStep, *, purpose: str) -> Slip | None:
        """A request that is due after the step's days. What follows when they are over is the flow's to say, so there is
        no reminder beside it.
        """
        quote = self._quote() if step.of == QUOTE else None
        order = self._order() if step.of == ORDER else None
        sum_of = _sum(step, quote, order)
        if sum_of is None:
            return None
        amount, currency = sum_of
        zone = company().timezone
        due_on = today_in(zone, self.now) + timedelta(days=step.days)
        try:
            payment = request_payment(
                contact=self.conversation.contact,
                lead=self.lead,
                quote=quote,
                order=order,
                amount=amount,
                currency=currency,
                purpose=purpose,
                due_on=due_on,
                actor=FLOW,
                now=self.now,
            )
        except BadPayment:
            return None  # the flow goes on by its other way, where a person usually waits
        cancel(kind=REMINDER, key=str(payment.pk))
        at = datetime.combine(due_on + timedelta(days=1), TIMES_OUT_AT, tzinfo=ZoneInfo(zone))
        schedule(kind=TIMEOUT, key=str(payment.pk), due_at=at, lead_id=payment.lead_id)
        return self._slip(payment)

    def look(self, payment: str) -> Slip | None:
        found = PaymentRequest.objects.filter(public_id=payment, contact=self.conversation.contact_id).first()
        return self._slip(found) if found is not None else None

    def _slip(self, payment: PaymentRequest) -> Slip:
        standing = Standing.OPEN if payment.state in OPEN else Standing.OVER
        if payment.state == PaymentState.PAID:
            standing = Standing.PAID
        with translation.override(self.conversation.language or company().language):
            sum_of = money(payment.amount, payment.currency)
        return Slip(str(payment.public_id), sum_of, payment_url(payment), standing)

    def _quote(self) -> QuoteVersion | None:
        """The newest that was sent or accepted, of this lead before others."""
        rows = QuoteVersion.objects.filter(
            quote__contact=self.conversation.contact_id, state__in=[QuoteState.SENT, QuoteState.ACCEPTED]
        )
        rows = rows.select_related("quote__lead")
        return self._own_first(rows, "quote__lead").first()

    def _order(self) -> Order | None:
        over = [OrderStatus.CANCELLED, OrderStatus.RETURNED]
        rows = Order.objects.filter(contact=self.conversation.contact_id, total__isnull=False)
        return self._own_first(rows.exclude(status__in=over).select_related("lead"), "lead").first()

    def _own_first(self, rows: QuerySet, path: str) -> QuerySet:  # type: ignore[type-arg]
        if self.lead is None:
            return rows.order_by("-id")
        own = Case(When(**{path: self.lead.pk}, then=Value(0)), default=Value(1))
        return rows.order_by(own, "-id")


def _sum(step: PaymentStep, quote: QuoteVersion | None, order: Order | None) -> tuple[Decimal, str] | None:
    if step.of is None:
        return (step.amount, step.currency) if step.amount is not None else None
    if quote is not None:
        accepted = QuoteAcceptance.objects.filter(version=quote).values_list("total", flat=True).first()
        total, currency = (quote.total if accepted is None else accepted), quote.currency
    elif order is not None and order.total is not None:
        total, currency = order.total, order.currency
    else:
        return None
    return share_of(total, step.percent, currency), currency
