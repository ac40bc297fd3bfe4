"""What a flow that is right in itself gets wrong where it runs: channels, criteria, payments, other flows (spec 5.2, 2.3).

Warnings mostly: the product finds a way round (numbered lines, parts, `otherwise`), but a person should know.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from automation.flows.linter import Finding, Level
from automation.flows.script import (
    CONSENT,
    HAND_OFF,
    AskStep,
    BranchStep,
    FlowDocument,
    HandOffStep,
    MenuStep,
    SayStep,
    ScoreStep,
    Step,
    exits,
)
from automation.flows.service import FlowStep, TroubleshootStep
from automation.flows.wording import Texts
from automation.payments.values import PaymentStep
from conversations.channels.contracts import Abilities

MOST_STEPS_TO_A_PERSON = 12
SILENT_STEPS = SayStep | BranchStep | ScoreStep | FlowStep
HOURS_A_DAY = 24


@dataclass(frozen=True)
class Surroundings:
    """Where a flow runs. `channels`: what those can carry, by name. `choices` and `hints`: of the criteria, by key. `pays`:
    somebody takes payments. `flows`: published ones by key.
    """

    channels: Mapping[str, Abilities] = field(default_factory=dict)
    choices: Mapping[str, Sequence[Texts]] = field(default_factory=dict)
    hints: Mapping[str, Texts] = field(default_factory=dict)
    pays: bool = True
    flows: Mapping[str, FlowDocument] = field(default_factory=dict)


def misfits(flow: FlowDocument, around: Surroundings) -> list[Finding]:
    return [finding for check in _CHECKS for finding in check(flow, around)]


def _texts(flow: FlowDocument, around: Surroundings) -> Iterator[Finding]:
    for name, abilities in around.channels.items():
        for entry in flow.texts():
            longest = max(map(len, entry.texts.values()), default=0)
            if abilities.text_limit and longest > abilities.text_limit:
                message = _("%(channel)s carries %(limit)d characters; this goes in parts. Make it shorter.")
                values = {"channel": name, "limit": abilities.text_limit}
                yield Finding(Level.WARNING, "channel_text", entry.id, message % values)


def _buttons(flow: FlowDocument, around: Surroundings) -> Iterator[Finding]:
    for name, abilities in around.channels.items():
        for step in flow.steps.values():
            labels = _labels(flow, step, around)
            if len(labels) > abilities.quick_replies:
                message = _(
                    "%(channel)s shows %(most)d buttons, not %(count)d; they become numbered lines. Offer fewer."
                )
                values = {"channel": name, "most": abilities.quick_replies, "count": len(labels)}
                yield Finding(Level.WARNING, "channel_buttons", step.id, message % values)
            longest = max((len(text) for texts in labels for text in texts.values()), default=0)
            if abilities.quick_replies and longest > abilities.quick_reply_label:
                message = _(
                    "A button has %(most)d characters on %(channel)s; longer ones become numbered lines. Shorten it."
                )
                values = {"channel": name, "most": abilities.quick_reply_label}
                yield Finding(Level.WARNING, "channel_label", step.id, message % values)


def _labels(flow: FlowDocument, step: Step, around: Surroundings) -> list[Texts]:
    """The buttons under the question of a step."""
    if isinstance(step, MenuStep):
        return [flow.table[f"goals.{key}"] for key in step.goals]
    if isinstance(step, TroubleshootStep):
        return [flow.table["phrases.help_yes"], flow.table["phrases.help_no"]]
    if not isinstance(step, AskStep):
        return []
    found = [*around.choices.get(step.target, ())]
    return [*found, flow.table["phrases.skip"]] if step.skippable else found


def _bare_questions(flow: FlowDocument, around: Surroundings) -> Iterator[Finding]:
    """A question comes with one useful fact (spec 5.2)."""
    for step in flow.asks():
        hint = flow.table.get(step.hint or "") or around.hints.get(step.target) or {}
        if not any(hint.values()) and not step.target.startswith(CONSENT):
            message = _(
                "The question has no useful fact with it. Say in a hint why you ask or what is usual."
            )
            yield Finding(Level.WARNING, "no_fact", step.id, message)


def _windows(flow: FlowDocument, around: Surroundings) -> Iterator[Finding]:
    """Some channels let a company write only so long after the customer's last words."""
    for name, abilities in around.channels.items():
        hours = abilities.window_hours
        if hours is None:
            continue
        if flow.reminder_after > hours * 60:
            message = _(
                "%(channel)s lets us write for %(hours)d hours; the reminder would come later. Lower reminder_after."
            )
            yield Finding(Level.WARNING, "window", "", message % {"channel": name, "hours": hours})
        for step in flow.steps.values():
            if isinstance(step, PaymentStep) and step.days * HOURS_A_DAY > hours:
                message = _(
                    "%(channel)s lets us write for %(hours)d hours; what follows the payment may come later. Lower days."
                )
                yield Finding(Level.WARNING, "window", step.id, message % {"channel": name, "hours": hours})


def _payments(flow: FlowDocument, around: Surroundings) -> Iterator[Finding]:
    for step in flow.steps.values():
        if isinstance(step, PaymentStep) and not around.pays:
            message = _(
                "Nobody takes payments yet; the step goes on at otherwise. Add a provider in Settings > Payments."
            )
            yield Finding(Level.WARNING, "no_provider", step.id, message)


def _far_from_a_person(flow: FlowDocument, around: Surroundings) -> Iterator[Finding]:
    for step in flow.asks():
        if step.on_miss == HAND_OFF or _steps_to_a_person(flow, step) <= MOST_STEPS_TO_A_PERSON:
            continue
        message = _(
            "It is more than %(count)d steps from here to a person. Hand over sooner, or set on_miss: hand_off."
        )
        yield Finding(Level.WARNING, "far_from_person", step.id, message % {"count": MOST_STEPS_TO_A_PERSON})


def _steps_to_a_person(flow: FlowDocument, step: Step) -> int:
    """The shortest way to a step that hands over or goes on elsewhere."""
    waiting, seen = deque([(step.id, 0)]), {step.id}
    while waiting:
        step_id, count = waiting.popleft()
        found = flow.steps.get(step_id)
        if found is None:
            continue
        if isinstance(found, HandOffStep | FlowStep):
            return count
        fresh = [each for each in exits(found, flow.goals) if each not in seen]
        seen.update(fresh)
        waiting.extend((each, count + 1) for each in fresh)
    return MOST_STEPS_TO_A_PERSON + 1


def _other_flows(flow: FlowDocument, around: Surroundings) -> Iterator[Finding]:
    for step in flow.steps.values():
        if isinstance(step, FlowStep) and step.flow not in around.flows and step.flow != flow.key:
            message = _(
                "There is no published flow %(key)s; the step goes on at otherwise. Publish it, or name another."
            )
            yield Finding(Level.WARNING, "no_flow", step.id, message % {"key": step.flow})
    if flow.key in _silently_reached(flow, around.flows):
        message = _(
            "This flow leads back into itself through others without a question. Put a question on the way."
        )
        yield Finding(Level.ERROR, "flow_circle", flow.start, message)


def _silently_reached(flow: FlowDocument, flows: Mapping[str, FlowDocument]) -> set[str]:
    """Keys of the flows to which a run comes from the start of this one without any question."""
    found: set[str] = set()
    waiting = [flow]
    while waiting:
        fresh = _led_to(waiting.pop()) - found
        found |= fresh
        waiting += [flows[key] for key in fresh if key in flows and key != flow.key]
    return found


def _led_to(flow: FlowDocument) -> set[str]:
    found, seen, waiting = set[str](), set[str](), [flow.start]
    while waiting:
        step = flow.steps.get(waiting.pop())
        if step is None or step.id in seen or not isinstance(step, SILENT_STEPS):
            continue
        seen.add(step.id)
        if isinstance(step, FlowStep):
            found.add(step.flow)
        waiting += exits(step, flow.goals)
    return found


_CHECKS: tuple[Callable[[FlowDocument, Surroundings], Iterator[Finding]], ...] = (
    _texts,
    _buttons,
    _bare_questions,
    _windows,
    _payments,
    _far_from_a_person,
    _other_flows,
)
