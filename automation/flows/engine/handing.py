"""Passing the conversation to a person, with the complete card (spec 6.5)."""

from __future__ import annotations

from automation.flows.effects import HandOff, NextStep, Summary, Urgency
from automation.flows.engine.articles import handed_over, meanwhile
from automation.flows.engine.turn import Turn
from automation.flows.script import CONTACT, REACH, AskStep, HandOffRule
from automation.flows.state import RunStatus

HUMAN = HandOffRule(
    intent="human",
    reason="asked_for_person",
    open="phrases.person_open",
    closed="phrases.person_closed",
    urgency=Urgency.HIGH,
)


def hand_off(
    turn: Turn,
    reason: str,
    *,
    urgency: Urgency = Urgency.HIGH,
    team: str | None = None,
    opened: str = HUMAN.open,
    closed: str = HUMAN.closed,
    completed: bool = False,
) -> None:
    """Say who takes over and give the card. `completed`: the flow came to its end, nobody has to hurry."""
    turn.say(opened if turn.context.is_open else closed)
    handed_over(turn)
    meanwhile(turn)
    if not turn.knows(REACH):
        turn.say("phrases.leave_contact")
    turn.quick_replies, turn.asks = (), None
    turn.finals.append(HandOff(reason, urgency, team, summary(turn, _next_step(turn, completed=completed))))
    turn.update(status=RunStatus.HANDED_OFF, ended=reason)


def by_rule(turn: Turn, rule: HandOffRule) -> None:
    hand_off(turn, rule.reason, urgency=rule.urgency, team=rule.team, opened=rule.open, closed=rule.closed)


def summary(turn: Turn, next_step: NextStep) -> Summary:
    state, pending = turn.state, turn.state.pending
    return Summary(
        goal=state.goal,
        language=state.language,
        facts=tuple(
            (each.key, turn.facts[each.key]) for each in turn.context.criteria if each.key in turn.facts
        ),
        contact=tuple(
            (name, turn.contact[name]) for name in ("name", "phone", "email") if name in turn.contact
        ),
        notes=tuple(state.notes.items()),
        missing=_missing(turn),
        unanswered=pending if pending and not turn.knows(pending) else None,
        last_text=turn.last_text,
        next_step=next_step,
        intent=state.intent,
    )


def _missing(turn: Turn) -> tuple[str, ...]:
    """Return what the way of the goal would still have asked, and what the customer did not answer."""
    goal_key = turn.state.goal or ""
    goal = turn.flow.goals.get(goal_key)
    start = goal.go if goal else turn.flow.start
    targets = [step.target for step in turn.flow.way(start) if isinstance(step, AskStep)]
    targets += turn.price.missing
    targets += [
        *turn.context.required.get(turn.state.intent or "", ()),
        *turn.context.required.get(goal_key, ()),
    ]
    known = (target for target in targets if target.startswith(CONTACT) or turn.context.criterion(target))
    return tuple(dict.fromkeys(target for target in known if not turn.knows(target)))


def _next_step(turn: Turn, *, completed: bool) -> NextStep:
    if not completed and turn.context.is_open:
        return NextStep.ANSWER_NOW
    if turn.contact.get("phone"):
        return NextStep.CALL
    return NextStep.WRITE if turn.contact.get("email") else NextStep.ASK_CONTACT
