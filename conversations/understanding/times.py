"""Terms, days and hours: "this week", "в течение 3 дней", "Friday at 5", "վաղը 3-ին"."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from functools import lru_cache

from conversations.understanding.knowledge import LANGUAGES, load
from conversations.understanding.lexicon import Lexicon, Match, rows
from conversations.understanding.parts import Number, is_figure
from conversations.understanding.spans import lengths, units
from conversations.understanding.tokens import Token
from conversations.understanding.vocabulary import Vocabulary
from core.text import skeleton

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_TERM_DAYS = {
    "today": 0,
    "tomorrow": 1,
    "after_tomorrow": 2,
    "this_week": 7,
    "weekend": 7,
    "next_week": 14,
    "this_month": 30,
    "next_month": 60,
    **dict.fromkeys(_WEEKDAYS, 7),
}
_SHIFTS = {"today": 0, "tomorrow": 1, "after_tomorrow": 2}
_PAST_REACH = 4
_FOREIGN_LETTERS = 5
_LONGEST_TERM = 730
_CLOCK = re.compile(r"(?<![\d.:])([01]?\d|2[0-3])[:.]([0-5]\d)(?!\d|[.]\d)")
_NUMERIC_DATE = re.compile(
    r"(?<![\d.])(0?[1-9]|[12]\d|3[01])[./](0?[1-9]|1[0-2])(?:[./](20\d\d|\d\d))?(?![\d.])"
)
_ISO_DATE = re.compile(r"(?<!\d)(20\d\d)-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])(?!\d)")
_CLOSING_HOUR = 8


@dataclass(frozen=True, slots=True)
class Times:
    """What a message says of time; `used` are the places of figures that are hours, days or terms, `named` the days and
    stretches by their keys in the data ("fri", "next_week").
    """

    term_days: int | None
    day: date | None
    moment: time | None
    used: frozenset[int]
    words: str = ""
    named: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Vocabularies:
    days: dict[str, Lexicon]
    months: Vocabulary[int]
    endings: Vocabulary[bool]
    term_before: Lexicon
    term_after: Lexicon
    not_a_term: Lexicon
    hour_before: Vocabulary[bool]
    hour_after: Vocabulary[bool]
    morning: Vocabulary[bool]
    evening: Vocabulary[bool]


def find_times(
    text: str, parts: Sequence[Token], numbers: Sequence[Number], *, language: str, today: date
) -> Times:
    """Read terms, the day and the hour; the latest term and the last day named win."""
    named = _named_days(parts, language)
    spans = list(_spans(parts, numbers))
    terms = [_TERM_DAYS[match.label] for match in named] + [days for days, _ in spans]
    used = {place for _, places in spans for place in places}
    calendar_day, day_places = _calendar_day(text, parts, numbers, today)
    used |= day_places
    day = calendar_day or next((found for match in reversed(named) if (found := _day_of(match, today))), None)
    moment, hour_places = _hour(text, parts, numbers, used)
    return Times(
        term_days=max(terms, default=None),
        day=day,
        moment=moment,
        used=frozenset(used | hour_places),
        words=" ".join(parts[match.first].text for match in named),
        named=tuple(match.label for match in named),
    )


def _named_days(parts: Sequence[Token], language: str) -> list[Match]:
    found: list[Match] = []
    for other, lexicon in _vocabularies().days.items():
        matches = lexicon.find(parts)
        if other != language:
            matches = [match for match in matches if len(parts[match.first].keys[0]) >= _FOREIGN_LETTERS]
        found += matches
    past = [match.first for match in found if match.label == "past"]
    days = [match for match in found if match.label != "past" and not _is_past(parts, match, past)]
    longest = [match for match in days if not any(_covers(other, match) for other in days)]
    return sorted(longest, key=lambda match: match.first)


def _is_past(parts: Sequence[Token], match: Match, past: Sequence[int]) -> bool:
    if match.label in _SHIFTS:
        return False
    if parts[match.first].text.isupper() and len(parts[match.first].text) == 3:
        return not all(part.text.isupper() for part in parts)
    clause = parts[match.first].clause
    return any(
        -_PAST_REACH <= place - match.first <= _PAST_REACH and parts[place].clause == clause for place in past
    )


def _covers(longer: Match, match: Match) -> bool:
    return len(longer.positions) > len(match.positions) and set(match.positions) <= set(longer.positions)


def _spans(parts: Sequence[Token], numbers: Sequence[Number]) -> Iterator[tuple[int, set[int]]]:
    """Yield terms such as "in 3 days", "через неделю", "iki həftəyə" in days, with the places of their figures."""
    words = _vocabularies()
    over = {place for match in words.not_a_term.find(parts) for place in match.positions}
    before = {place for match in words.term_before.find(parts) for place in match.positions}
    after = {place for match in words.term_after.find(parts) for place in match.positions}
    for days, (start, place) in lengths(parts, numbers):
        ending = words.endings.get(parts[place].keys[0]) is not None
        led = not before.isdisjoint(range(start - 2, start))
        followed = not after.isdisjoint(range(place + 1, place + 3))
        if start == place and not led and not (ending and _is_one(parts, place - 1)):
            continue
        if not (ending or led or followed) or any(abs(place - other) <= _PAST_REACH for other in over):
            continue
        if days <= _LONGEST_TERM:
            yield days, set(range(start, place))


def _is_one(parts: Sequence[Token], place: int) -> bool:
    return place >= 0 and parts[place].keys[0] in {"a", "one", "mek", "mi", "bir", "odnu", "odin"}


def _day_of(match: Match, today: date) -> date | None:
    if match.label in _SHIFTS:
        return today + timedelta(days=_SHIFTS[match.label])
    if match.label in _WEEKDAYS:
        ahead = (_WEEKDAYS.index(match.label) - today.weekday()) % 7 or 7
        return today + timedelta(days=ahead)
    return None


def _calendar_day(
    text: str, parts: Sequence[Token], numbers: Sequence[Number], today: date
) -> tuple[date | None, set[int]]:
    written = _ISO_DATE.search(text)
    if written:
        return _date(int(written[1]), int(written[2]), int(written[3])), set()
    for place, part in enumerate(parts):
        month = _vocabularies().months.get(part.keys[0])
        if month is None:
            continue
        for number in numbers:
            adjacent = number.last == place - 1 or number.first == place + 1
            if adjacent and number.whole is not None and 1 <= number.whole <= 31:
                return _coming(number.whole, month, today), {number.first}
    for match in _NUMERIC_DATE.finditer(text):
        if match[3] or "/" in match.group() or (len(match[1]) == 2 and len(match[2]) == 2):
            year = int(match[3]) if match[3] else None
            places = {index for index, part in enumerate(parts) if match.start() <= part.start < match.end()}
            if year is None and _CLOCK.fullmatch(match.group()) and int(match[2]) > 12:
                continue
            day = (
                _date(year + 2000 * (year < 100), int(match[2]), int(match[1])) if year is not None else None
            )
            return day or _coming(int(match[1]), int(match[2]), today), places
    return None, set()


def _coming(day: int, month: int, today: date) -> date | None:
    """Return the next such day, today included."""
    this_year = _date(today.year, month, day)
    if this_year is not None and this_year >= today:
        return this_year
    return _date(today.year + 1, month, day)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _hour(
    text: str, parts: Sequence[Token], numbers: Sequence[Number], used: set[int]
) -> tuple[time | None, set[int]]:
    for clock in _CLOCK.finditer(text):
        if ":" in clock.group() or _is_said_as_hour(text, clock.start()):
            places = {index for index, part in enumerate(parts) if clock.start() <= part.start < clock.end()}
            return time(*_business_hour(int(clock[1]), int(clock[2]), parts)), places
    for number in numbers:
        hour = number.whole
        if hour is None or not 0 <= hour <= 24 or number.first in used or number.scaled or number.spelled:
            continue
        if _names_hour(parts, number):
            hour, minute = _business_hour(hour % 24, 0, parts)
            return time(hour, minute), {number.first}
    return None, set()


def _is_said_as_hour(text: str, start: int) -> bool:
    words = text[:start].split()
    return bool(words) and _vocabularies().hour_before.get(skeleton(words[-1])) is not None


def _names_hour(parts: Sequence[Token], number: Number) -> bool:
    words = _vocabularies()
    following = parts[number.last + 1] if number.last + 1 < len(parts) else None
    if following is not None and following.clause == parts[number.last].clause:
        glued = following.start <= parts[number.last].end + 1
        if glued and words.hour_after.get(following.keys[0]) and not is_figure(following):
            return True
        if units().get(following.keys[0]) or words.months.get(following.keys[0]):
            return False
    if not number.first:
        return False
    before = parts[number.first - 1]
    said = words.hour_before.get(before.keys[0]) is not None and before.clause == parts[number.first].clause
    plain = following is None or following.clause != parts[number.last].clause or not following.text.isalpha()
    return said and (
        plain or before.keys[0] in {"saat", "jami", "jam", "jamin", "jame", "at"} or _ends_hour(following)
    )


def _ends_hour(following: Token | None) -> bool:
    """Return whether the word after "at 5" leaves it an hour: a time of day, a day, a courtesy."""
    if following is None:
        return True
    words = _vocabularies()
    key = following.keys[0]
    return bool(
        words.morning.get(key)
        or words.evening.get(key)
        or any(lexicon.knows(following) for lexicon in words.days.values())
    )


def _business_hour(hour: int, minute: int, parts: Sequence[Token]) -> tuple[int, int]:
    """Return the hour of the 24 that a customer means: 5 is 17 unless the morning is named."""
    words = _vocabularies()
    morning = any(words.morning.get(part.keys[0]) for part in parts)
    evening = any(words.evening.get(part.keys[0]) for part in parts)
    if hour < 12 and (evening or (hour < _CLOSING_HOUR and not morning)):
        hour += 12
    elif hour == 12 and morning:
        hour = 0
    return hour % 24, minute


@lru_cache(maxsize=1)
def _vocabularies() -> _Vocabularies:
    data = load("times")
    return _Vocabularies(
        days={language: _lexicon(data["days"][language]) for language in LANGUAGES},
        months=Vocabulary.of(data["months"]),
        endings=Vocabulary.of({True: data["term_endings"]}),
        term_before=_lexicon({"cue": data["term_before"]}),
        term_after=_lexicon({"cue": data["term_after"]}),
        not_a_term=_lexicon({"over": data["not_a_term"]}),
        hour_before=Vocabulary.of({True: data["hour_before"]}),
        hour_after=Vocabulary.of({True: data["hour_after"]}),
        morning=Vocabulary.of({True: data["morning"]}),
        evening=Vocabulary.of({True: data["evening"]}),
    )


def _lexicon(table: dict[str, str]) -> Lexicon:
    lexicon = Lexicon()
    for label, patterns in table.items():
        for row in rows(patterns):
            lexicon.add(label, 1.0, row)
    return lexicon
