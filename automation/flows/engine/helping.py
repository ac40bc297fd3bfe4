"""Guided troubleshooting: one piece of advice at a time, and each time whether it worked (spec 5.1)."""

from __future__ import annotations

from automation.flows.engine.questions import put_question
from automation.flows.engine.turn import MAX_NOTE, STOP, Turn
from automation.flows.events import CustomerMessage
from automation.flows.phrases import contains, says
from automation.flows.service import WORKED, TroubleshootStep

SOLVED, LEFT = "solved", "left"
TRIED = "tried"
"""The note in which a colleague reads what has been tried."""


def troubleshoot(turn: Turn, step: TroubleshootStep, *, offer_person: bool = False) -> str | None:
    """Give the next advice, repeat the open question, or return the step that follows."""
    given = turn.state.tips.get(_key(turn, step), 0)
    if given in (SOLVED, LEFT):
        return step.next if given == SOLVED else step.otherwise
    pending = turn.state.pending or ""
    if pending.startswith(WORKED) and given:
        put_question(turn, pending, step.question, offer_person=offer_person)
        return STOP
    if given >= len(step.tips):
        _keep(turn, step, LEFT)
        return step.otherwise
    tip = step.tips[given]
    turn.say(tip)
    _keep(turn, step, given + 1)
    _note_tried(turn, tip)
    number = sum(target.startswith(WORKED) for target in turn.state.asked) + 1
    put_question(turn, f"{WORKED}{number}", step.question, offer_person=offer_person)
    return STOP


def hear_worked(turn: Turn, message: CustomerMessage, payload: str | None) -> bool:
    """Take a yes or no to the advice that is being tried. A button of an earlier one changes nothing."""
    step, pending = turn.flow.steps.get(turn.state.step), turn.state.pending or ""
    if not isinstance(step, TroubleshootStep) or not pending.startswith(WORKED):
        return False
    if payload:
        answer, _colon, number = payload.removeprefix(WORKED).partition(":")
        if not payload.startswith(WORKED) or answer not in ("yes", "no"):
            return False
        worked = answer == "yes" if WORKED + number == pending else None
    else:
        worked = _in_words(turn, message)
        if worked is None:
            return False
    turn.fresh.add(pending)
    if worked is not None:
        _settle(turn, step, worked=worked)
    return True


def _in_words(turn: Turn, message: CustomerMessage) -> bool | None:
    words, main = turn.flow.words, next(iter(message.reading.intents), "")
    if contains(message.text, words.get("not_worked", ())):
        return False
    if main in ("yes", "no"):
        return main == "yes"
    if says(message.text, words.get("worked", ())):
        return True
    return False if says(message.text, turn.flow.skip_words) else None


def _settle(turn: Turn, step: TroubleshootStep, *, worked: bool) -> None:
    turn.update(pending=None)
    if worked:
        _keep(turn, step, SOLVED)
    elif turn.state.tips.get(_key(turn, step), 0) >= len(step.tips):
        _keep(turn, step, LEFT)


def _key(turn: Turn, step: TroubleshootStep) -> str:
    """A run may come back from another flow: what was tried is not tried again."""
    return f"{turn.flow.key}.{step.id}"


def _keep(turn: Turn, step: TroubleshootStep, known: int | str) -> None:
    turn.update(tips={**turn.state.tips, _key(turn, step): known})


def _note_tried(turn: Turn, tip: str) -> None:
    tried = "\n".join(filter(None, (turn.state.notes.get(TRIED, ""), turn.words(tip))))
    turn.update(notes={**turn.state.notes, TRIED: tried[:MAX_NOTE]})
