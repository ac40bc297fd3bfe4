from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from conversations.assistant.enums import Outcome, Purpose, Step
from conversations.assistant.models import AssistantCall
from conversations.assistant.queries import may, newest, shown_parts
from conversations.goals.queries import goal_of, name_of
from conversations.threads.models import Conversation

OVER_COMPOSER = (Purpose.DRAFT, Purpose.TRANSLATE_OUT)
BESIDE = (Purpose.HANDOFF, Purpose.SUMMARISE, Purpose.SUGGEST, Purpose.TRANSLATE, Purpose.CLASSIFY)
QUIET = (Purpose.HANDOFF, Purpose.CLASSIFY)
"""What nobody asked for: where it came to nothing, nothing is said of it."""


@dataclass(frozen=True, slots=True)
class Result:
    """A use as it is shown. `old`: the customer has written since."""

    call: AssistantCall
    parts: Mapping[str, Any]
    label: str
    old: bool
    step: str = ""
    goal: str = ""

    @property
    def is_open(self) -> bool:
        return self.call.outcome == Outcome.QUEUED

    @property
    def is_done(self) -> bool:
        return self.call.outcome == Outcome.DONE

    @property
    def percent(self) -> int:
        return round(float(self.call.confidence or 0) * 100)


def results(conversation: Conversation, purposes: Sequence[Purpose]) -> list[Result]:
    """In the order of the purposes; at most two statements."""
    found = newest(conversation, purposes)
    calls = [found[each] for each in purposes if each in found]
    return [_shown(call, conversation) for call in calls if _is_shown(call)]


def offered(purposes: Sequence[Purpose]) -> list[Purpose]:
    """What may be asked for here."""
    return [each for each in purposes if each not in QUIET and may(each)]


def _is_shown(call: AssistantCall) -> bool:
    if call.purpose in QUIET:
        return call.outcome == Outcome.DONE
    return call.outcome not in (Outcome.OFF, Outcome.MOVED_ON)


def _shown(call: AssistantCall, conversation: Conversation) -> Result:
    parts = shown_parts(call)
    intent = str(parts.get("intent") or "")
    found = goal_of(intent) if intent else None
    return Result(
        call=call,
        parts=parts,
        label=str(Purpose(call.purpose).label),
        old=conversation.last_sequence > call.sequence and call.purpose == Purpose.DRAFT,
        step=str(Step(parts["step"]).label) if parts.get("step") in Step.values else "",
        goal=name_of(intent, found.names if found else {}) if intent else "",
    )
