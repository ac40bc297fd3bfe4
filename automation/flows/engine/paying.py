"""Asking for money, and waiting for it: a run goes on by itself once it is paid (spec 8.6)."""

from __future__ import annotations

from automation.flows.engine.turn import STOP, Turn
from automation.flows.events import CustomerMessage, PaymentTold
from automation.flows.state import RunStatus
from automation.payments.values import PAYMENT, PaymentStep, Slip, Standing

PATIENT = frozenset({"yes", "thanks", "greeting", "other"})
"""What a customer says who will pay."""


def request(turn: Turn, step: PaymentStep) -> str | None:
    """Ask once; while the run comes by again the link is repeated."""
    target, known = PAYMENT + step.id, turn.state.payments.get(step.id)
    slip = None if target in turn.state.declined else _slip(turn, step, known)
    if slip is None or slip.standing is Standing.OVER:
        turn.update(pending=None)
        return step.otherwise
    if slip.standing is Standing.PAID:
        turn.update(pending=None)
        return step.next
    text = step.text if known is None else "phrases.payment_again"
    turn.values["sum"] = slip.sum
    turn.say(text)
    # Not by a variable: the value of one is cut where it is long, and half a link leads nowhere.
    turn.parts.append((text, slip.link))
    fresh = turn.state.pending != target
    turn.update(
        pending=target,
        status=RunStatus.WAITING,
        misses=0 if fresh else turn.state.misses,
        reminded=True,
        payments={**turn.state.payments, step.id: slip.payment},
    )
    return STOP


def _slip(turn: Turn, step: PaymentStep, known: str | None) -> Slip | None:
    cashier = turn.context.cashier
    if cashier is None:
        return None
    return cashier.look(known) if known else cashier.ask(step, purpose=turn.words(step.purpose))


def is_patient(turn: Turn, message: CustomerMessage) -> bool:
    """Whether the customer only says that they will pay: answered in a word, without the link once more."""
    waits = (turn.state.pending or "").startswith(PAYMENT)
    intents = message.reading.intents
    return waits and bool(intents) and intents[0] != "other" and set(intents) <= PATIENT


def settle(turn: Turn, event: PaymentTold) -> bool:
    """Whether the run waits for exactly this payment; one that is over is given up."""
    step = turn.flow.steps.get(turn.state.step)
    if turn.state.status is not RunStatus.WAITING or not isinstance(step, PaymentStep):
        return False
    if turn.state.payments.get(step.id) != event.payment:
        return False
    if event.over:
        turn.decline(PAYMENT + step.id)
    return True
