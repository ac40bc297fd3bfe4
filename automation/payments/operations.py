"""The cashier behind a run, and what becomes of the run once the money came or the days are over."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from automation.flows.events import PaymentTold
from automation.flows.models import FlowRun, RunStatus
from automation.flows.operations.running import tell_run
from automation.payments.cashier import TIMEOUT
from conversations.outbox.operations.judging import end_of_quiet
from conversations.threads.queries import locked_conversation
from core.due.models import DueRow
from core.due.operations import schedule
from crm.payments.models import PaymentRequest, PaymentState

GIVEN_UP = frozenset({PaymentState.CANCELLED, PaymentState.REFUNDED})


def follow_payment(payment: PaymentRequest, state: str, now: datetime) -> None:
    """The run that asked goes on: paid, or no longer to be paid. One that failed can be tried again."""
    if state == PaymentState.PAID or state in GIVEN_UP:
        _go_on(payment, now, over=state in GIVEN_UP)


def time_out(row: DueRow, now: datetime) -> None:
    """The days are over: the run goes on by its other way, not in the customer's quiet hours."""
    payment = PaymentRequest.objects.select_related("contact").filter(pk=int(row.key)).first()
    if payment is None or payment.state == PaymentState.PAID:
        return
    leaves_at = end_of_quiet(payment.contact, now)
    if leaves_at > now:
        schedule(kind=TIMEOUT, key=row.key, due_at=leaves_at, lead_id=payment.lead_id)
        return
    _go_on(payment, now, over=True)


@transaction.atomic
def _go_on(payment: PaymentRequest, now: datetime, *, over: bool) -> None:
    waiting = FlowRun.objects.filter(conversation__contact=payment.contact_id, status=RunStatus.ACTIVE)
    named = str(payment.public_id)
    for run in waiting.only("conversation", "state"):
        if named in (run.state.get("payments") or {}).values():
            tell_run(locked_conversation(run.conversation_id), PaymentTold(named, over=over), now=now)
