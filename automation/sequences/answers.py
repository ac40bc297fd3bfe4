"""What a customer's words mean to the question of a sequence. Pure (spec 10.1, 10.2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from automation.meetings.values import Wish

ASKS = "sequence"
PREFIX = "sequence:"
_MEANT_FOR_OTHERS = frozenset({"booking", "reschedule", "cancel_booking", "availability", "human", "price"})


class Act(StrEnum):
    """YES and LATER are also what a button carries: "sequence:yes"."""

    YES = "yes"
    LATER = "later"
    POSTPONE = "postpone"
    NOT_INTERESTED = "not_interested"


IN_BUTTONS = (Act.YES, Act.LATER)


@dataclass(frozen=True, slots=True)
class Asked:
    """The question that waits in a conversation (`Conversation.talk`)."""

    enrolment: int

    def plain(self) -> dict[str, Any]:
        return {"asks": ASKS, "enrolment": self.enrolment}

    @classmethod
    def of(cls, talk: Mapping[str, Any]) -> Asked | None:
        """None where another question waits, or none."""
        found = talk.get("enrolment")
        return cls(found) if talk.get("asks") == ASKS and isinstance(found, int) else None


@dataclass(frozen=True, slots=True)
class Decision:
    """`wish` is the time that was named, if any."""

    act: Act
    wish: Wish | None = None


def payload(act: Act) -> str:
    return f"{PREFIX}{act.value}"


def button(carried: str | None) -> Act | None:
    """What a button of ours asks for; None for any other."""
    return next((act for act in IN_BUTTONS if carried == payload(act)), None)


def decide(*, intents: tuple[str, ...], carried: str | None, wish: Wish | None) -> Decision | None:
    """None leaves the message to whoever answers otherwise.

    A day that was named moves the next step to it; an hour with it, or a wish to meet, is about a meeting.
    """
    pressed = button(carried)
    if pressed is not None:
        return Decision(pressed)
    if carried:
        return None
    main = next(iter(intents), "")
    if main == "not_interested":
        return Decision(Act.NOT_INTERESTED)
    if main in _MEANT_FOR_OTHERS:
        return None
    if wish is not None and wish.day is not None:
        return Decision(Act.YES if wish.names_one else Act.POSTPONE, wish)
    if main == "yes":
        return Decision(Act.YES, wish)
    return Decision(Act.LATER) if main == "no" else None
