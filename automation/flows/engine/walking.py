"""Going from step to step until a question waits for its answer or the flow is over."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from automation.articles.values import ArticleStep
from automation.flows.effects import Close, RequestScore, Urgency
from automation.flows.engine.articles import read_article
from automation.flows.engine.entering import enter
from automation.flows.engine.handing import hand_off
from automation.flows.engine.helping import troubleshoot
from automation.flows.engine.leading import ask_required
from automation.flows.engine.looking import look_up
from automation.flows.engine.offering import offer
from automation.flows.engine.paying import request
from automation.flows.engine.pricing import price_range, quote
from automation.flows.engine.questions import put, wording
from automation.flows.engine.rating import rate
from automation.flows.engine.turn import STOP, Turn
from automation.flows.script import (
    CONSENT,
    CONTACT,
    NOTE,
    AskStep,
    BranchStep,
    EndStep,
    HandOffStep,
    LookUpStep,
    MenuStep,
    OfferStep,
    PriceRangeStep,
    QuoteStep,
    SayStep,
    ScoreStep,
)
from automation.flows.service import RATING, FlowStep, RateStep, TroubleshootStep
from automation.flows.state import RunStatus
from automation.payments.values import PaymentStep

HANDED_BACK = "handed_back"
Handler = Callable[[Turn, Any], str | None]
"""Returns the id of the next step, None at the end of the document, STOP when the event is over."""


def walk(turn: Turn, *, offer_person: bool = False) -> None:
    """Do steps from the current one on. Too many of them hand the customer to a person (the loop guard)."""
    said = len(turn.parts)
    limits = turn.flow.limits
    for _count in range(limits.steps_per_event):
        step = turn.flow.steps.get(turn.state.step)
        turn.update(steps=turn.state.steps + 1)
        if step is None or turn.state.steps > limits.steps_per_run:
            break
        if isinstance(step, FlowStep) and turn.state.flows >= limits.flows:
            break
        if isinstance(step, AskStep | MenuStep) and not _passes(turn, step):
            put(turn, step, offer_person=offer_person)
            return
        if isinstance(step, HandOffStep) and ask_required(turn, step, offer_person=offer_person):
            return
        if asking := _ASKING.get(type(step)):
            following = asking(turn, step, offer_person=offer_person)
        else:
            following = _HANDLERS[type(step)](turn, step)
        if following == STOP:
            return
        if following is None:
            finish(turn, "end_of_flow")
            return
        turn.update(step=following)
    del turn.parts[said:]
    hand_off(turn, "loop")


def open_flow(turn: Turn) -> None:
    """Say what the flow opens with, before the first message is looked at."""
    for _count in range(turn.flow.limits.steps_per_event):
        step = turn.flow.steps.get(turn.state.step)
        if not isinstance(step, SayStep) or step.next is None:
            return
        _say(turn, step)
        turn.update(step=step.next, steps=turn.state.steps + 1)


def finish(turn: Turn, reason: str) -> None:
    """A run that asked how it was has nothing left to do; one that a person gives back may have."""
    asked = turn.state.ratings or any(each.startswith(RATING) for each in turn.state.declined)
    turn.finals.append(Close(reason, rated=bool(asked) and reason != HANDED_BACK))
    turn.update(status=RunStatus.DONE, pending=None, ended=reason)


def _passes(turn: Turn, step: AskStep | MenuStep) -> bool:
    """Whether there is nothing to ask: it is known, was given up, or nobody knows the question any more."""
    if isinstance(step, MenuStep):
        return turn.state.goal in turn.flow.goals
    if turn.settled(step.target):
        return True
    asked_by_us = step.target.startswith((CONTACT, NOTE, CONSENT))
    if not asked_by_us and turn.context.criterion(step.target) is None:
        return True
    return not wording(turn, step, first=True)[1]


def _say(turn: Turn, step: SayStep) -> str | None:
    if not step.greeting or turn.greets:
        turn.say(step.text)
        turn.greets = turn.greets and not step.greeting
    return step.next


def _menu(turn: Turn, _step: MenuStep) -> str | None:
    return turn.flow.goals[turn.state.goal or ""].go


def _ask(turn: Turn, step: AskStep) -> str | None:
    if step.after and turn.state.pending == step.target and turn.knows(step.target):
        turn.say(step.after)
    return step.next


def _branch(turn: Turn, step: BranchStep) -> str | None:
    for case in step.cases:
        if turn.context.holds(case.when, dict(turn.facts), dict(turn.contact)):
            return case.go
    return step.otherwise


def _score(turn: Turn, step: ScoreStep) -> str | None:
    turn.effects.append(RequestScore())
    return step.next


def _hand_off(turn: Turn, step: HandOffStep) -> str | None:
    hand_off(
        turn,
        step.reason,
        urgency=Urgency(step.urgency),
        team=step.team,
        opened=step.open,
        closed=step.closed,
        completed=True,
    )
    turn.update(pending=None)
    return STOP


def _end(turn: Turn, step: EndStep) -> str | None:
    if step.text:
        turn.say(step.text)
    finish(turn, step.reason)
    return STOP


_ASKING: dict[type[Any], Callable[..., str | None]] = {
    OfferStep: offer,
    PriceRangeStep: price_range,
    QuoteStep: quote,
    LookUpStep: look_up,
    TroubleshootStep: troubleshoot,
    RateStep: rate,
    ArticleStep: read_article,
}
"""Steps that put questions of their own, one after the other; they return what a handler returns."""

_HANDLERS: dict[type[Any], Handler] = {
    SayStep: _say,
    MenuStep: _menu,
    AskStep: _ask,
    BranchStep: _branch,
    ScoreStep: _score,
    PaymentStep: request,
    FlowStep: enter,
    HandOffStep: _hand_off,
    EndStep: _end,
}
