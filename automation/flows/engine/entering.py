"""Going on in another flow within the same event: everything known comes along, and the one reply stays one."""

from __future__ import annotations

from dataclasses import replace

from automation.flows.effects import SetGoal, SetLanguage
from automation.flows.engine.hearing import MIN_DETAIL_WORDS, goal_by_intent, read_entities
from automation.flows.engine.looking import hear_order
from automation.flows.engine.offering import wish_of
from automation.flows.engine.turn import Turn
from automation.flows.script import BOOKING, NOTE, FlowDocument, MenuStep
from automation.flows.service import FlowStep
from automation.flows.state import RunState, RunStatus
from automation.payments.values import PAYMENT


def enter(turn: Turn, step: FlowStep) -> str | None:
    """Change to the other flow and return its first step; `otherwise` where it is not installed or switched off."""
    found = turn.context.flows(step.flow)
    return step.otherwise if found is None else change_flow(turn, found)


def change_flow(turn: Turn, found: FlowDocument) -> str:
    """The run is over in its flow and goes on in this one; the message of the event is heard there too."""
    turn.left.append(replace(turn.state, status=RunStatus.DONE, pending=None))
    turn.state = _carried(turn.state, found)
    turn.flow = found
    if turn.state.language not in found.languages:
        turn.update(language=found.languages[0])
        turn.effects.append(SetLanguage(found.languages[0]))
    _find_goal(turn)
    _hear_again(turn)
    return found.start


def _carried(state: RunState, found: FlowDocument) -> RunState:
    """The state at the start of the other flow. Payments stay behind: kept by step, which only their flow knows."""
    has_menu = any(isinstance(step, MenuStep) for step in found.steps.values())
    return replace(
        state,
        flow=found.key,
        version=found.version,
        step=found.start,
        status=RunStatus.RUNNING,
        goal=state.goal if state.goal in found.goals or not has_menu else None,
        pending=None,
        declined=tuple(each for each in state.declined if not each.startswith(PAYMENT)),
        misses=0,
        side=None,
        side_repeats=0,
        reminded=False,
        payments={},
        flows=state.flows + 1,
    )


def _find_goal(turn: Turn) -> None:
    """One chosen before the run began, or the one that the message names here."""
    if turn.state.goal is not None:
        return
    known = turn.flow.goals.get(turn.context.goal or "")
    found = known or (goal_by_intent(turn, turn.message) if turn.message else None)
    if found is not None:
        turn.set_goal(found.key)


def _hear_again(turn: Turn) -> None:
    """What a message said by the way may be a fact that only this flow asks for."""
    message = turn.message
    if message is None or message.payload:
        return
    hear_order(turn, message, None)
    read_entities(turn, message)
    if BOOKING in message.reading.intents:
        turn.wish = wish_of(turn, message)
    goal = turn.flow.goals.get(turn.state.goal or "")
    keeps = goal.keeps if goal else None
    if not keeps or turn.knows(NOTE + keeps) or SetGoal(turn.state.goal or "") not in turn.effects:
        return
    if len(message.text.split()) >= MIN_DETAIL_WORDS:
        turn.keep(keeps, message.text)
