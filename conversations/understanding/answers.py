"""What a message says to a question that was asked: the answer side of understanding, used by the flow engine."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from conversations.understanding.choices import Choice, pick, struck
from conversations.understanding.contacts import e164
from conversations.understanding.entities import Reading, read
from conversations.understanding.intents import find_intents, not_negated
from conversations.understanding.language import detect
from conversations.understanding.money import Sum
from conversations.understanding.spans import stated_days
from conversations.understanding.tokens import Token, prepare, tokenise
from conversations.understanding.types import EntityType, Intent, IntentName
from conversations.understanding.units import unit_after
from conversations.understanding.wishes import find_wish
from core.conditions.canonical import Money, dump, number
from core.conditions.enums import FieldType

_CERTAIN = 0.95
_LIKELY = 0.85
_POSSIBLE = 0.6
_SIDE_QUESTION = 0.3
_LONG_ANSWER_WORDS = 4
_LONGEST_NAME = 3
_NOT_A_TOPIC = {IntentName.GREETING, IntentName.THANKS, IntentName.YES, IntentName.NO, IntentName.OTHER}


@dataclass(frozen=True, slots=True)
class ParsedAnswer:
    """The canonical value (`core.conditions.canonical`; a plain str for phone, email and name) and how sure it is.

    From 0.8 on it is worth taking from any message, from 0.5 as the answer to the question; below, the message is
    rather something else (a side question).
    """

    value: Any
    confidence: float


@dataclass(frozen=True)
class _Answer:
    text: str
    choices: Sequence[Choice]
    now: datetime
    timezone: str
    country: str
    asked_in: str | None
    currency: str | None

    @cached_property
    def prepared(self) -> str:
        return prepare(self.text).strip()

    @cached_property
    def tokens(self) -> tuple[Token, ...]:
        return tokenise(self.prepared)

    @cached_property
    def language(self) -> str:
        return detect(self.prepared, self.tokens, otherwise=self.asked_in)

    @cached_property
    def intents(self) -> tuple[Intent, ...]:
        """What a phrase speaks for; a guess does not make a question of an answer."""
        found = find_intents(self.tokens, self.language)
        return tuple(each for each in found if not each.guessed) or (Intent(IntentName.OTHER, _POSSIBLE),)

    @cached_property
    def reading(self) -> Reading:
        return read(
            self.prepared,
            language=self.language,
            intents=(Intent(IntentName.OTHER, 0.0),),
            now=self.now,
            timezone=self.timezone,
            country=self.country,
        )

    @property
    def is_side_question(self) -> bool:
        asks = any(mark in self.prepared for mark in "?՞")
        return asks or any(intent.name not in _NOT_A_TOPIC for intent in self.intents)


def parse_answer(
    text: str,
    *,
    kind: str,
    choices: Sequence[Choice] = (),
    now: datetime,
    timezone: str,
    country: str,
    language: str | None = None,
    currency: str | None = None,
) -> ParsedAnswer | None:
    """Return the canonical answer to a question of that kind, or None when the text does not answer it.

    `kind`: choice, multichoice, number, money, duration (days, upper bound), date, datetime, place, text, yes_no (or
    boolean), phone, email, name, wish (when to meet: {"day", "at", "after", "part"}); for another kind ValueError.
    `language` is that of the conversation and decides where the text does not; money without a currency is in
    `currency`. Choices of money, duration and the like are
    accepted beside free answers, by label or number in the list.
    """
    parser = _PARSERS.get(kind)
    if parser is None:
        raise ValueError(f"No answers of kind {kind!r} are known")
    answer = _Answer(text, choices, now, timezone, country, language, currency)
    if not answer.prepared:
        return None
    try:
        return parser(answer)
    except ValueError:
        return None


def _choice(answer: _Answer) -> ParsedAnswer | None:
    wanted = [each for each in answer.choices if not struck(answer.tokens, each)]
    picked = _affirmed_choice(answer, wanted) or pick(
        answer.prepared, answer.tokens, wanted, position_of=answer.choices
    )
    if picked is None and answer.choices and all(_truth(choice) is not None for choice in answer.choices):
        said = _yes_no(answer)
        if said is not None:
            value = next((each.value for each in answer.choices if _truth(each) is said.value), None)
            return None if value is None else ParsedAnswer(value, said.confidence)
    return ParsedAnswer(*picked) if picked else None


def _affirmed_choice(answer: _Answer, wanted: Sequence[Choice]) -> tuple[Any, float] | None:
    """The sofa of "a sofa, not a kitchen"."""
    affirmed = not_negated(answer.tokens, answer.language)
    if len(affirmed) == len(answer.tokens):
        return None
    words = " ".join(token.text for token in affirmed)
    return pick(words, affirmed, wanted, position_of=answer.choices)


def _truth(choice: Choice) -> bool | None:
    return {"yes": True, "true": True, "no": False, "false": False}.get(str(choice.value).lower())


def _multichoice(answer: _Answer) -> ParsedAnswer | None:
    picked = [
        (choice.value, found[1])
        for choice in answer.choices
        if (found := pick(answer.prepared, answer.tokens, [choice], position_of=answer.choices))
    ]
    if not picked:
        return None
    return ParsedAnswer([value for value, _ in picked], min(confidence for _, confidence in picked))


def _number(answer: _Answer) -> ParsedAnswer | None:
    quantity = _entity(answer, EntityType.QUANTITY)
    if quantity is not None:
        return ParsedAnswer(dump(FieldType.NUMBER, quantity), _CERTAIN)
    for found in answer.reading.numbers:
        if found.first not in answer.reading.times.used and _unit(answer, found.last) not in (
            "time",
            "currency",
        ):
            sure = _LIKELY if len(answer.tokens) <= _LONG_ANSWER_WORDS else _POSSIBLE
            return ParsedAnswer(dump(FieldType.NUMBER, number(found.value)), sure)
    return None


def _money(answer: _Answer) -> ParsedAnswer | None:
    candidates = [money for money in answer.reading.sums if money.currency or _can_be_money(answer, money)]
    if not candidates:
        return None
    best = max(candidates, key=lambda money: (money.currency is not None, money.scaled, -money.first))
    currency = best.currency or answer.currency
    if currency is None:
        return None
    plain = best.currency is not None or best.scaled
    short = len(answer.tokens) <= _LONG_ANSWER_WORDS
    confidence = _CERTAIN if plain else _LIKELY if short else _POSSIBLE
    return ParsedAnswer(dump(FieldType.MONEY, Money(best.high, currency)), confidence)


def _can_be_money(answer: _Answer, money: Sum) -> bool:
    used = answer.reading.times.used
    return money.first not in used and _unit(answer, money.last) in (None, "currency")


def _duration(answer: _Answer) -> ParsedAnswer | None:
    reading = answer.reading
    stated = stated_days(reading.parts, reading.numbers, language=answer.language)
    days = [each for each in (stated, reading.times.term_days) if each is not None]
    if days:
        return ParsedAnswer(max(days), _CERTAIN)
    if reading.times.day is not None:
        today = answer.now.astimezone(ZoneInfo(answer.timezone)).date()
        return ParsedAnswer(max((reading.times.day - today).days, 0), _CERTAIN)
    if len(reading.parts) == len(reading.numbers) == 1 and reading.numbers[0].whole is not None:
        return ParsedAnswer(reading.numbers[0].whole, _POSSIBLE)
    return None


def _date(answer: _Answer) -> ParsedAnswer | None:
    day = answer.reading.times.day
    return None if day is None else ParsedAnswer(dump(FieldType.DATE, day), _CERTAIN)


def _datetime(answer: _Answer) -> ParsedAnswer | None:
    times = answer.reading.times
    if times.moment is None:
        return None
    local = answer.now.astimezone(ZoneInfo(answer.timezone))
    moment = datetime.combine(times.day or local.date(), times.moment, tzinfo=local.tzinfo)
    if times.day is None and moment <= local:
        moment += timedelta(days=1)
    return ParsedAnswer(dump(FieldType.DATETIME, moment), _CERTAIN if times.day else _POSSIBLE)


def _wish(answer: _Answer) -> ParsedAnswer | None:
    reading = answer.reading
    today = answer.now.astimezone(ZoneInfo(answer.timezone)).date()
    wish = find_wish(reading.parts, reading.numbers, reading.times, today=today)
    if wish is None:
        return None
    value = {
        "day": wish.day.isoformat() if wish.day else None,
        "at": f"{wish.at:%H:%M}" if wish.at else None,
        "after": wish.after,
        "part": wish.part,
    }
    return ParsedAnswer(value, _CERTAIN if reading.times.day or reading.times.moment else _LIKELY)


def _place(answer: _Answer) -> ParsedAnswer | None:
    place = _entity(answer, EntityType.PLACE)
    if place is not None:
        return ParsedAnswer(dump(FieldType.PLACE, str(place)), _CERTAIN)
    confidence = _free_words(answer, limit=_LONG_ANSWER_WORDS)
    return ParsedAnswer(dump(FieldType.PLACE, answer.prepared), confidence) if confidence else None


def _text(answer: _Answer) -> ParsedAnswer | None:
    value = dump(FieldType.TEXT, answer.text.strip())
    return ParsedAnswer(value, _SIDE_QUESTION if answer.is_side_question else _LIKELY)


def _free_words(answer: _Answer, *, limit: int) -> float:
    """Return how likely a few words that no list knows are the answer; 0 when they are too many or no words."""
    words = [token for token in answer.tokens if token.text.isalpha()]
    if not 1 <= len(words) <= limit or any(len(token.text) < 2 for token in words):
        return 0.0
    social = answer.intents[0].name != IntentName.OTHER
    return _SIDE_QUESTION if answer.is_side_question or social else _POSSIBLE


def _yes_no(answer: _Answer) -> ParsedAnswer | None:
    for intent in answer.intents:
        if intent.name in (IntentName.YES, IntentName.NO):
            return ParsedAnswer(intent.name == IntentName.YES, min(intent.confidence, _CERTAIN))
    return None


def _phone(answer: _Answer) -> ParsedAnswer | None:
    phone = _entity(answer, EntityType.PHONE)
    if phone is not None:
        return ParsedAnswer(str(phone), _CERTAIN)
    digits = "".join(character for character in answer.prepared if character.isdecimal())
    spread = (
        e164("-".join((digits[:3], digits[3:])), country=answer.country) if 7 <= len(digits) <= 15 else None
    )
    return ParsedAnswer(spread, _LIKELY) if spread else None


def _email(answer: _Answer) -> ParsedAnswer | None:
    email = _entity(answer, EntityType.EMAIL)
    return None if email is None else ParsedAnswer(str(email), _CERTAIN)


def _name(answer: _Answer) -> ParsedAnswer | None:
    name = _entity(answer, EntityType.NAME)
    if name is not None:
        return ParsedAnswer(str(name), _CERTAIN)
    confidence = _free_words(answer, limit=_LONGEST_NAME)
    return ParsedAnswer(answer.prepared.strip(" .,!"), confidence) if confidence else None


def _entity(answer: _Answer, wanted: EntityType) -> object:
    return next((entity.value for entity in answer.reading.entities if entity.type == wanted), None)


def _unit(answer: _Answer, last: int) -> str | None:
    parts = answer.reading.parts
    return unit_after(parts[last + 1].keys[0]) if last + 1 < len(parts) else None


def _with_choices(
    parser: Callable[[_Answer], ParsedAnswer | None],
) -> Callable[[_Answer], ParsedAnswer | None]:
    """Let a choice that is named or numbered win, then the free answer, then a choice that is merely like it."""

    def parse(answer: _Answer) -> ParsedAnswer | None:
        named = _choice(answer)
        if named is not None and named.confidence >= _LIKELY:
            return named
        return parser(answer) or named

    return parse


_PARSERS: Mapping[str, Callable[[_Answer], ParsedAnswer | None]] = {
    "choice": _choice,
    "multichoice": _multichoice,
    "number": _with_choices(_number),
    "money": _with_choices(_money),
    "duration": _with_choices(_duration),
    "date": _with_choices(_date),
    "datetime": _datetime,
    "wish": _wish,
    "place": _with_choices(_place),
    "text": _text,
    "yes_no": _yes_no,
    "boolean": _yes_no,
    "phone": _phone,
    "email": _email,
    "name": _name,
}
