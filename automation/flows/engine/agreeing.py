"""Asking whether we may write later: the words that were shown go with the answer (spec 1.3)."""

from __future__ import annotations

from automation.flows.effects import RecordConsent
from automation.flows.engine.questions import AGREE, REFUSE
from automation.flows.engine.turn import Turn
from automation.flows.events import CustomerMessage
from automation.flows.script import CONSENT

ABOUT_SOMETHING = frozenset({"yes", "no", "other", "thanks", "greeting"})


def hear_consent(turn: Turn, message: CustomerMessage, payload: str | None) -> bool:
    """Take a yes or a no that is about nothing else."""
    pending = turn.state.pending or ""
    if not pending.startswith(CONSENT):
        return False
    main = next(iter(message.reading.intents), "")
    plainly = not payload and set(message.reading.intents) <= ABOUT_SOMETHING
    if payload == AGREE or (plainly and main == "yes"):
        granted = True
    elif payload == REFUSE or (plainly and main == "no"):
        granted = False
    else:
        return False
    step = turn.flow.ask_of(pending)
    text = turn.words(step.question or "") if step else ""
    purpose = pending.removeprefix(CONSENT)
    turn.effects.append(RecordConsent(purpose, granted, text))
    turn.consents[purpose] = granted
    turn.fresh.add(pending)
    return True
