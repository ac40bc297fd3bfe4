"""The flow engine: (flow, state, event, context) -> (state, effects), nothing else (spec 5; docs/flows.md).

Promises, tested on random customers: at most one reply to an event with at most one question in it; never a
question whose answer is known; a person at once when the customer wants one; always an end.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from automation.articles.values import ARTICLE
from automation.flows.context import Context
from automation.flows.effects import Effect, SetGoal, SetLanguage
from automation.flows.engine.language import adopted
from automation.flows.engine.listening import on_message, on_opt_out
from automation.flows.engine.offering import refresh
from automation.flows.engine.paying import settle
from automation.flows.engine.rating import WAIT_MINUTES, unanswered
from automation.flows.engine.turn import Turn
from automation.flows.engine.walking import HANDED_BACK, finish, open_flow, walk
from automation.flows.errors import StateError
from automation.flows.events import CustomerMessage, Event, HandBack, OptedOut, PaymentTold, Silence, Takeover
from automation.flows.script import FlowDocument, HandOffStep
from automation.flows.service import RATING
from automation.flows.state import RunState, RunStatus

__all__ = ["Outcome", "advance", "start"]


@dataclass(frozen=True)
class Outcome:
    """The new state and what is to be done, in order. `left`: the ends of the run in flows that it left for another."""

    state: RunState
    effects: tuple[Effect, ...]
    left: tuple[RunState, ...] = ()


def start(flow: FlowDocument, context: Context, first: CustomerMessage | None = None) -> Outcome:
    """Begin a run. With `first`, the message that caused it is greeted and answered in the same reply."""
    language = context.language if context.language in flow.languages else flow.languages[0]
    state = RunState(flow=flow.key, version=flow.version, step=flow.start, language=language)
    turn = Turn(flow, context, state, greets=not context.greeted)
    if first is not None:
        turn.update(language=adopted(turn, first) or language)
    if turn.state.language != context.language:
        turn.effects.append(SetLanguage(turn.state.language))
    if context.goal in flow.goals:
        turn.effects.append(SetGoal(str(context.goal)))
        turn.update(goal=context.goal)
    open_flow(turn)
    if first is None:
        walk(turn)
    else:
        on_message(turn, first)
    return Outcome(turn.state, turn.all_effects(), tuple(turn.left))


def advance(flow: FlowDocument, state: RunState, event: Event, context: Context) -> Outcome:
    """Go on with a run. Raises StateError when the state belongs to another flow or version (spec 5.4)."""
    if (state.flow, state.version) != (flow.key, flow.version):
        raise StateError(f"a run of {state.flow} v{state.version} cannot go on in {flow.key} v{flow.version}")
    turn = Turn(flow, context, state)
    _HANDLERS[type(event)](turn, event)
    return Outcome(turn.state, turn.all_effects(), tuple(turn.left))


def _take_over(turn: Turn, _event: Takeover) -> None:
    if turn.state.status is not RunStatus.DONE:
        turn.update(status=RunStatus.PAUSED)


def _hand_back(turn: Turn, _event: HandBack) -> None:
    """Resume with the pending or the next unknown question; a flow that had come to its end stays there."""
    if turn.state.status not in (RunStatus.PAUSED, RunStatus.HANDED_OFF):
        return
    turn.update(misses=0, all_misses=0, side=None, side_repeats=0, media=None, messages=1, steps=0, ended="")
    if turn.state.opted_out or isinstance(turn.flow.steps.get(turn.state.step), HandOffStep):
        finish(turn, HANDED_BACK)
        return
    pending = turn.state.pending
    if pending is not None and pending.startswith(RATING):
        turn.decline(pending)
    answered = pending is not None and turn.settled(pending)
    turn.update(status=RunStatus.RUNNING, pending=None if answered else pending)
    refresh(turn)
    turn.say("phrases.resume")
    walk(turn)


def _silence(turn: Turn, event: Silence) -> None:
    """Remind once of the last unanswered question (spec 5.3). A rating is never asked for twice: the run is over."""
    state = turn.state
    if state.status is RunStatus.WAITING and (state.pending or "").startswith(RATING):
        if event.minutes >= WAIT_MINUTES:
            finish(turn, unanswered(turn))
        return
    due = event.minutes >= turn.flow.reminder_after
    if state.pending and state.pending.startswith(ARTICLE):
        turn.update(reminded=True)
        return
    if state.status is not RunStatus.WAITING or not state.pending or state.reminded or not due:
        return
    if not turn.knows(state.pending):
        turn.say("phrases.reminder")
    refresh(turn)
    walk(turn)
    turn.update(reminded=True)


def _payment(turn: Turn, event: PaymentTold) -> None:
    if settle(turn, event):
        walk(turn)


_HANDLERS: dict[type[Any], Callable[[Turn, Any], None]] = {
    CustomerMessage: on_message,
    OptedOut: on_opt_out,
    Takeover: _take_over,
    HandBack: _hand_back,
    Silence: _silence,
    PaymentTold: _payment,
}
