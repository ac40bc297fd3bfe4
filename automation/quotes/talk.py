"""What a customer's message means for a quote that was sent, outside a flow. Pure (spec 8.4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

PREFIX = "offer:"
REASONS = ("price", "timing", "competitor", "scope")
SOCIAL = frozenset({"greeting", "thanks"})


class Act(StrEnum):
    """What to do; each is also what stands in a button: "offer:<act>:<public id of the version>"."""

    YES = "yes"
    ASK = "ask"
    NO = "no"
    RENEW = "renew"
    LEAVE = "leave"
    DECLINE = "decline"
    LOSE = "lose"
    QUESTION = "question"


IN_BUTTONS = frozenset({Act.YES, Act.ASK, Act.NO, Act.RENEW, Act.LEAVE})


class Asks(StrEnum):
    """What the talk waits for: whether the offer suits, what the question is, why not, or whether to renew it."""

    SUITS = "quote_suits"
    QUESTION = "quote_question"
    REASON = "quote_reason"
    RENEW = "quote_renew"


@dataclass(frozen=True, slots=True)
class Open:
    """A question that waits; `version` is the public id of the version it is about."""

    asks: Asks
    version: str

    def plain(self) -> dict[str, Any]:
        return {"asks": self.asks.value, "version": self.version}

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> Open | None:
        """None where nothing waits, or what was written is none of ours."""
        try:
            return cls(Asks(plain.get("asks", "")), str(plain["version"]))
        except (ValueError, KeyError, TypeError, AttributeError):
            return None


@dataclass(frozen=True, slots=True)
class Decision:
    """`reason` is one of REASONS or "other"."""

    act: Act
    version: str
    reason: str = ""


def button(payload: str | None) -> Decision | None:
    """What a button under a message about a quote asks for."""
    if not payload or not payload.startswith(PREFIX):
        return None
    act, _colon, version = payload.removeprefix(PREFIX).partition(":")
    if not version:
        return None
    if act in REASONS:
        return Decision(Act.DECLINE, version, act)
    return Decision(Act(act), version) if act in IN_BUTTONS else None


def payload(act: Act | str, version: str) -> str:
    return f"{PREFIX}{act}:{version}"


def answer(waiting: Open, intents: tuple[str, ...], *, has_words: bool) -> Decision | None:
    """What the words answer to the open question; None when they are about something else, or mere politeness."""
    main, version = next(iter(intents), ""), waiting.version
    if main == "not_interested":
        return Decision(Act.LOSE, version, "other")
    if not has_words or "human" in intents or (intents and set(intents) <= SOCIAL):
        return None
    if waiting.asks is Asks.REASON:
        return Decision(Act.DECLINE, version, "price" if main == "price" else "other")
    if waiting.asks is Asks.QUESTION:
        return Decision(Act.QUESTION, version)
    return Decision(_PLAIN[waiting.asks].get(main, Act.QUESTION), version)


_PLAIN: dict[Asks, dict[str, Act]] = {
    Asks.SUITS: {"yes": Act.YES, "no": Act.NO},
    Asks.RENEW: {"yes": Act.RENEW, "no": Act.LEAVE},
}
"""What a plain yes or no means for each question that has one."""
