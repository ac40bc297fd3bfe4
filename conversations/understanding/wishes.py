"""When somebody would like to meet: "Friday after 5", "urbat 5ից հետո", "sabah 3-də", "завтра утром"."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from functools import lru_cache

from conversations.understanding.knowledge import load
from conversations.understanding.lexicon import Lexicon, Match, rows
from conversations.understanding.parts import Number
from conversations.understanding.times import Times
from conversations.understanding.tokens import Token

_LATEST = 20
_AFTERNOON = 8
_MIDDLE = time(13)
_FEW_WORDS = 2
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class TimeWish:
    """A day, an hour, a part of the day (morning, day, evening); at least one is known. `after`: not before that
    hour, rather than at it.
    """

    day: date | None = None
    at: time | None = None
    after: bool = False
    part: str | None = None


def find_wish(
    parts: Sequence[Token], numbers: Sequence[Number], times: Times, *, today: date
) -> TimeWish | None:
    """Return what the words say of when, None when that is nothing. Days and hours are wall time of the customer."""
    day = times.day or _day(times, today)
    part = _part(parts)
    after, before = _words().after.find(parts), _words().before.find(parts)
    at = times.moment or _bounded_hour(parts, after or before) or _bare_hour(parts, numbers, times, day)
    if at is not None and before and not after:
        part = part or ("morning" if at <= _MIDDLE else "day")
        at = None
    if day is None and at is None and part is None:
        return None
    return TimeWish(day, at, at is not None and bool(after), part)


def _day(times: Times, today: date) -> date | None:
    """The first day of a stretch that was named, as "next week"; a term counts from today."""
    week_begins = today - timedelta(days=today.weekday())
    for label in reversed(times.named):
        if label == "next_week":
            return week_begins + timedelta(days=7)
        if label == "weekend":
            return week_begins + timedelta(days=_SATURDAY + (7 if today.weekday() > _SATURDAY else 0))
        if label == "next_month":
            return (today.replace(day=1) + timedelta(days=32)).replace(day=1)
    if times.named or times.term_days is None:
        return None
    return today + timedelta(days=times.term_days)


def _bare_hour(
    parts: Sequence[Token], numbers: Sequence[Number], times: Times, day: date | None
) -> time | None:
    """The 11 of "Wednesday 11", or of a message that says nothing else."""
    free = [each for each in numbers if each.first not in times.used and not each.scaled]
    if len(free) != 1 or (day is None and len(parts) > _FEW_WORDS):
        return None
    return None if free[0].spelled else _hour(free[0].whole)


def _bounded_hour(parts: Sequence[Token], bounds: Sequence[Match]) -> time | None:
    """The 5 of "5-dən sonra", which alone could be five days as well."""
    figures = (parts[place].text for match in bounds for place in match.positions)
    return next((_hour(int(figure)) for figure in figures if figure.isdecimal() and len(figure) <= 2), None)


def _hour(number: int | None) -> time | None:
    """The hour that people mean: 5 is 17."""
    if number is None or not 1 <= number <= _LATEST:
        return None
    return time(number + 12 if number < _AFTERNOON else number)


def _part(parts: Sequence[Token]) -> str | None:
    found = _words().parts.find(parts)
    longest = [
        match
        for match in found
        if not any(
            len(other.positions) > len(match.positions) and set(match.positions) <= set(other.positions)
            for other in found
        )
    ]
    named = [match.label for match in longest if match.label != "none"]
    return named[-1] if named else None


@dataclass(frozen=True, slots=True)
class _Words:
    parts: Lexicon
    after: Lexicon
    before: Lexicon


@lru_cache(maxsize=1)
def _words() -> _Words:
    data = load("wishes")
    return _Words(
        _lexicon(data["parts"]), _lexicon({"after": data["after"]}), _lexicon({"before": data["before"]})
    )


def _lexicon(table: dict[str, str]) -> Lexicon:
    lexicon = Lexicon()
    for label, patterns in table.items():
        for row in rows(patterns):
            lexicon.add(label, 1.0, row)
    return lexicon
