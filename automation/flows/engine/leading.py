"""What the company says about goals leads on: to a flow of their own, and to the facts that must be known (spec 4.1)."""

from __future__ import annotations

from automation.flows.engine.entering import change_flow
from automation.flows.engine.hearing import NOT_A_TOPIC
from automation.flows.engine.questions import put
from automation.flows.engine.turn import Turn
from automation.flows.script import NEXT, AskStep, HandOffStep, MenuStep


def lead_on(turn: Turn, sure: tuple[str, ...]) -> bool:
    """Go on in the flow of the goal that the message is certainly about; a guess leads nowhere. True when it did."""
    intent = next((each for each in sure if each not in NOT_A_TOPIC), "")
    key = turn.context.goal_flows.get(intent)
    aside = turn.state.goal is not None and intent in turn.flow.answers
    if not key or key == turn.flow.key or aside or turn.state.flows >= turn.flow.limits.flows:
        return False
    found = turn.context.flows(key)
    if found is None:
        return False
    turn.update(goal=None, intent=intent)
    turn.update(step=change_flow(turn, found))
    if turn.state.goal is None and not any(isinstance(step, MenuStep) for step in found.steps.values()):
        turn.set_goal(intent)
    return True


def required(turn: Turn) -> tuple[str, ...]:
    """Keys of criteria that must be known for the goal and are not."""
    known = turn.context.required
    wanted = (*known.get(turn.state.intent or "", ()), *known.get(turn.state.goal or "", ()))
    return tuple(dict.fromkeys(key for key in wanted if turn.context.criterion(key) and not turn.knows(key)))


def ask_required(turn: Turn, step: HandOffStep, *, offer_person: bool = False) -> bool:
    """Ask for a fact that must be known before the flow comes to its end at a person; False when nothing is left to ask."""
    key = next((each for each in required(turn) if not turn.settled(each)), None)
    if key is None:
        return False
    asked = AskStep(step.id, key, None, on_miss=NEXT, skippable=True)
    put(turn, asked, offer_person=offer_person)
    return True
