"""Choosing one of a few times: what is on the table, what a customer's words do to it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from automation.flows.wording import LANGUAGES, Texts
from automation.meetings.values import Desk, Wish, code, decode
from automation.meetings.wording import short

TIME = "time:"
OTHERS = "time:other"
LATER = "time:later"
MOST_SEEN = 90
ABOUT_TIMES = frozenset({"booking", "reschedule", "availability", "yes", "no", "other", "greeting", "thanks"})


@dataclass(frozen=True, slots=True)
class Table:
    """The times on offer. `seen` were refused; `rounds` counts how often others were asked for."""

    service: str
    times: tuple[datetime, ...] = ()
    seen: tuple[datetime, ...] = ()
    wish: Wish | None = None
    rounds: int = 0

    def plain(self) -> dict[str, Any]:
        return {
            "service": self.service,
            "times": [code(each) for each in self.times],
            "seen": [code(each) for each in self.seen],
            "wish": self.wish.plain() if self.wish else None,
            "rounds": self.rounds,
        }

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> Table:
        return cls(
            service=str(plain.get("service", "")),
            times=tuple(decode(each) for each in plain.get("times", ())),
            seen=tuple(decode(each) for each in plain.get("seen", ())),
            wish=Wish.of(plain.get("wish")),
            rounds=int(plain.get("rounds", 0)),
        )

    @property
    def offered(self) -> frozenset[datetime]:
        """Every time that was on the table once: a button further up in the thread still counts."""
        return frozenset(self.times) | frozenset(self.seen)


class Kind(StrEnum):
    CHOSEN = "chosen"
    OTHERS = "others"
    WISHED = "wished"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class Said:
    """What a message says to the times on the table."""

    kind: Kind
    at: datetime | None = None
    wish: Wish | None = None


@dataclass(frozen=True, slots=True)
class Words:
    """A message as choosing needs it. `payload`: of the button that was tapped, or whose label or number was typed;
    `number`: which time it names otherwise ("the second"), from 0; `wants_others` and `gives_up` say that its words are
    known for that.
    """

    payload: str | None = None
    intents: tuple[str, ...] = ()
    wish: Wish | None = None
    number: int | None = None
    wants_others: bool = False
    gives_up: bool = False


def listen(table: Table, words: Words, *, timezone: str) -> Said | None:
    """None when the message is about something else."""
    if words.payload and (said := tapped(table, words.payload)):
        return said
    if not set(words.intents) <= ABOUT_TIMES:
        return None
    if (at := _named(table, words, timezone)) is not None:
        return Said(Kind.CHOSEN, at)
    if words.wish is not None:
        return Said(Kind.WISHED, wish=words.wish)
    if words.gives_up:
        return Said(Kind.DECLINED)
    if words.wants_others or {"reschedule", "availability"} & set(words.intents):
        return Said(Kind.OTHERS)
    main = next(iter(words.intents), "")
    if main == "no":
        return Said(Kind.DECLINED if table.rounds else Kind.OTHERS)
    if main == "yes" and len(table.times) == 1:
        return Said(Kind.CHOSEN, table.times[0])
    return None


def tapped(table: Table, payload: str) -> Said | None:
    """What a button says; None when it is none of these, or a time that was never offered here."""
    if payload == OTHERS:
        return Said(Kind.OTHERS)
    if payload == LATER:
        return Said(Kind.DECLINED)
    if not payload.startswith(TIME):
        return None
    try:
        at = decode(payload.removeprefix(TIME))
    except ValueError:
        return None
    return Said(Kind.CHOSEN, at) if at in table.offered else None


def _named(table: Table, words: Words, timezone: str) -> datetime | None:
    """The one time on the table that the words mean: "the second one", its hour."""
    if words.number is not None and words.number < len(table.times):
        return table.times[words.number]
    if words.wish is None or not words.wish.names_one:
        return None
    return exactly(table, words.wish, timezone)


def exactly(table: Table, wish: Wish, timezone: str) -> datetime | None:
    """The only time on the table that is what was wished for."""
    zone = ZoneInfo(timezone)
    fitting = [at for at in table.times if wish.fits(at.astimezone(zone))]
    return fitting[0] if len(fitting) == 1 else None


@dataclass(frozen=True, slots=True)
class Laid:
    """A new table; `lead` is the phrase that comes before its question. No times: nothing is free at all."""

    table: Table
    lead: str | None = None


def lay(
    desk: Desk, service: str, *, wish: Wish | None, timezone: str, seen: tuple[datetime, ...] = ()
) -> Laid:
    """The first times of a service, but for those `seen`."""
    table = Table(service, wish=wish)
    return _with(table, desk.times(service, wish=wish, seen=seen), _lead_of_wish(timezone))


def lay_others(desk: Desk, table: Table) -> Laid:
    """Times that were not seen yet; when there are no more, the first ones again."""
    seen = (*table.seen, *table.times)[-MOST_SEEN:]
    rounds = table.rounds + 1
    times = desk.times(table.service, wish=table.wish, seen=seen)
    if times:
        return Laid(replace(table, times=times, seen=seen, rounds=rounds), "phrases.meeting_others")
    times = desk.times(table.service, wish=None, seen=())
    return Laid(replace(table, times=times, seen=(), wish=None, rounds=rounds), "phrases.meeting_no_more")


def lay_for(desk: Desk, table: Table, wish: Wish, *, timezone: str) -> Laid:
    """The times nearest to what the customer asked for."""
    seen = tuple(dict.fromkeys((*table.seen, *table.times)))[-MOST_SEEN:]
    times = desk.times(table.service, wish=wish, seen=())
    laid = replace(table, wish=wish, seen=seen)
    return _with(laid, times, _lead_of_wish(timezone))


def lay_fresh(desk: Desk, table: Table, taken: datetime) -> Laid:
    """After somebody else has taken the chosen time."""
    near = table.wish
    times = desk.times(table.service, wish=near, seen=(taken,))
    return Laid(replace(table, times=times), "phrases.meeting_taken")


def _with(table: Table, times: tuple[datetime, ...], lead: Callable[[Table], str | None]) -> Laid:
    laid = replace(table, times=times)
    return Laid(laid, lead(laid))


def _lead_of_wish(timezone: str) -> Callable[[Table], str | None]:
    zone = ZoneInfo(timezone)

    def lead(table: Table) -> str | None:
        if table.wish is None:
            return None
        fits = any(table.wish.fits(at.astimezone(zone)) for at in table.times)
        return "phrases.meeting_found" if fits else "phrases.meeting_nearest"

    return lead


def options(
    table: Table, *, timezone: str, phrases: Mapping[str, Texts], way_out: bool = True
) -> list[tuple[str, Texts]]:
    """Payloads with their labels: the times, then others; who has asked for others may also leave it (`way_out`)."""
    found: list[tuple[str, Texts]] = [
        (TIME + code(at), {language: short(at, timezone, language) for language in LANGUAGES})
        for at in table.times
    ]
    found.append((OTHERS, phrases["phrases.meeting_other"]))
    if table.rounds and way_out:
        found.append((LATER, phrases["phrases.meeting_later"]))
    return found
