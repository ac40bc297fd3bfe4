"""What a customer's message means for a meeting that stands, or for a new one, outside a flow. Pure (spec 9.4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from automation.meetings.choosing import Kind, Table, Words, listen, tapped
from automation.meetings.values import Wish

PREFIX = "booking:"


class Act(StrEnum):
    """What to do. The first five are also what stands in a button: "booking:<act>:<public id>"."""

    COMING = "coming"
    OTHER = "other"
    CANCEL = "cancel"
    DROP = "drop"
    KEEP = "keep"
    CHOOSE = "choose"
    MORE = "more"
    WISH = "wish"
    LEAVE = "leave"
    CANT = "cant"
    BOOK = "book"


IN_BUTTONS = frozenset({Act.COMING, Act.OTHER, Act.CANCEL, Act.DROP, Act.KEEP})


class Asks(StrEnum):
    """What the talk waits for: a time, whether to cancel, or what to do instead of coming."""

    TIME = "time"
    CANCEL = "cancel"
    CANT = "cant"


@dataclass(frozen=True, slots=True)
class Open:
    """A question that waits. `booking`: public id of the meeting it is about, None for a new one."""

    asks: Asks
    booking: str | None = None
    table: Table | None = None

    def plain(self) -> dict[str, Any]:
        table = self.table.plain() if self.table else None
        return {"asks": self.asks.value, "booking": self.booking, "table": table}

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> Open | None:
        """None where nothing waits, or what was written is none of ours."""
        try:
            table = plain.get("table")
            return cls(Asks(plain.get("asks", "")), plain.get("booking"), Table.of(table) if table else None)
        except (ValueError, TypeError, AttributeError):
            return None


@dataclass(frozen=True, slots=True)
class Decision:
    """`booking` None: the one that was reminded of (`reminded`), else the next one of the contact."""

    act: Act
    booking: str | None = None
    at: Any = None
    wish: Wish | None = None
    reminded: bool = False


def button(payload: str | None) -> Decision | None:
    """What a button under a booking message asks for."""
    if not payload or not payload.startswith(PREFIX):
        return None
    act, _colon, booking = payload.removeprefix(PREFIX).partition(":")
    return Decision(Act(act), booking) if act in IN_BUTTONS and booking else None


def answer(waiting: Open, words: Words, *, timezone: str, coming: bool = False) -> Decision | None:
    """What the message answers to the open question; None when it is about something else."""
    if waiting.asks is Asks.TIME:
        return _to_times(waiting, words, timezone)
    main = next(iter(words.intents), "")
    if words.payload:
        return None
    if words.wish is not None or words.wants_others or main == "reschedule":
        return Decision(Act.OTHER, waiting.booking, wish=words.wish)
    if waiting.asks is Asks.CANCEL:
        acts = {"yes": Act.DROP, "cancel_booking": Act.DROP, "no": Act.KEEP}
    else:
        acts = {"yes": Act.OTHER, "cancel_booking": Act.DROP}
    if coming:
        return Decision(Act.KEEP, waiting.booking)
    return Decision(acts[main], waiting.booking) if main in acts else None


def _to_times(waiting: Open, words: Words, timezone: str) -> Decision | None:
    if waiting.table is None:
        return None
    if waiting.booking and not words.payload and words.intents[:1] == ("cancel_booking",):
        return Decision(Act.CANCEL, waiting.booking)
    said = listen(waiting.table, words, timezone=timezone)
    if said is None:
        return None
    acts = {
        Kind.CHOSEN: Act.CHOOSE,
        Kind.OTHERS: Act.MORE,
        Kind.WISHED: Act.WISH,
        Kind.DECLINED: Act.LEAVE,
    }
    return Decision(acts[said.kind], waiting.booking, at=said.at, wish=said.wish)


def pressed(waiting: Open, payload: str | None) -> Decision | None:
    """A button with a time, which counts also while a person speaks."""
    said = tapped(waiting.table, payload) if waiting.table and payload else None
    return _to_times(waiting, Words(payload=payload), "UTC") if said else None


_WITHOUT_A_TOPIC = frozenset({"", "other", "booking", "availability"})
"""What "another time" alone is taken for."""


def opening(words: Words, *, coming: bool = False, may_book: bool = False) -> Decision | None:
    """What words begin when no question is open. `may_book`: no flow is asking its own questions."""
    main = next(iter(words.intents), "")
    if coming or main == "yes":
        return Decision(Act.COMING, reminded=True)
    if main == "reschedule":
        return Decision(Act.OTHER, wish=words.wish)
    if main == "cancel_booking":
        return Decision(Act.CANCEL)
    if main == "no":
        return Decision(Act.CANT, reminded=True)
    if words.wants_others and main in _WITHOUT_A_TOPIC:
        return Decision(Act.OTHER, wish=words.wish)
    if main == "booking" and may_book:
        return Decision(Act.BOOK, wish=words.wish)
    return None
