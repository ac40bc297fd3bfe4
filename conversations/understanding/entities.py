"""All data of a message, each figure read once: addresses first, then times, money, orders, counts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from conversations.understanding.contacts import find_emails, find_order_numbers, find_phones
from conversations.understanding.counts import find_quantity
from conversations.understanding.intents import CERTAIN_OTHER
from conversations.understanding.money import Sum, find_budget, find_sums
from conversations.understanding.names import find_name
from conversations.understanding.parts import Number, cut, find_numbers
from conversations.understanding.places import find_places
from conversations.understanding.times import Times, find_times
from conversations.understanding.tokens import Token
from conversations.understanding.types import Entity, EntityType, Intent, IntentName

_ABOUT_ORDER = {IntentName.ORDER_STATUS, IntentName.DAMAGED, IntentName.RETURN}


@dataclass(frozen=True, slots=True)
class Reading:
    """The data of a message with what they were read from."""

    entities: tuple[Entity, ...]
    parts: tuple[Token, ...]
    numbers: tuple[Number, ...]
    sums: tuple[Sum, ...]
    times: Times


def read(
    text: str, *, language: str, intents: Sequence[Intent], now: datetime, timezone: str, country: str
) -> Reading:
    """Return the data found in the prepared text."""
    emails = list(find_emails(text))
    masked = _blank(text, [span for _, span in emails])
    phones = list(find_phones(masked, country=country))
    masked = _blank(masked, [span for _, span in phones])
    parts = cut(masked, language=language)
    numbers = find_numbers(parts, language)
    zone = ZoneInfo(timezone)
    times = find_times(masked, parts, numbers, language=language, today=now.astimezone(zone).date())
    sums = find_sums(parts, [number for number in numbers if number.first not in times.used])
    figures = _figures(masked, parts, numbers, sums, times, intents)
    name = find_name(masked, parts, language=language)
    places = find_places(masked, parts, language=language, taken=name[1] if name else frozenset())
    entities = [entity for entity, _ in (*emails, *phones)]
    entities += [*figures, *_time_entities(times, zone), *places]
    return Reading(tuple(entities if name is None else (*entities, name[0])), parts, numbers, sums, times)


def _figures(
    text: str,
    parts: Sequence[Token],
    numbers: Sequence[Number],
    sums: Sequence[Sum],
    times: Times,
    intents: Sequence[Intent],
) -> Iterator[Entity]:
    """Yield budget, order numbers and quantity; a figure belongs to one of them at most. Spam has none but orders."""
    taken = set(times.used)
    spam = intents[0].name == IntentName.OTHER and intents[0].confidence > CERTAIN_OTHER
    budget = None if spam else find_budget(parts, sums)
    if budget is not None:
        value, money = budget
        yield Entity(EntityType.BUDGET, value, text[parts[money.first].start : parts[money.last].end])
    for money in sums:
        if money.currency is not None or (budget is not None and money is budget[1]):
            taken.update(range(money.first, money.last + 1))
    spans = [(parts[place].start, parts[place].end) for place in taken]
    about_order = any(intent.name in _ABOUT_ORDER for intent in intents)
    for order, (left, right) in find_order_numbers(text, spans, about_order=about_order):
        yield order
        taken.update(place for place, part in enumerate(parts) if left <= part.start < right)
    quantity = None if spam else find_quantity(text, parts, numbers, frozenset(taken))
    if quantity is not None:
        yield quantity


def _time_entities(times: Times, zone: ZoneInfo) -> list[Entity]:
    found: list[Entity] = []
    if times.term_days is not None:
        found.append(Entity(EntityType.TIMELINE_DAYS, times.term_days, times.words))
    if times.day is not None:
        found.append(Entity(EntityType.DATE, times.day, times.words))
        if times.moment is not None:
            moment = datetime.combine(times.day, times.moment, tzinfo=zone)
            found.append(Entity(EntityType.DATETIME, moment, times.words))
    return found


def _blank(text: str, spans: Sequence[tuple[int, int]]) -> str:
    for start, end in spans:
        text = text[:start] + " " * (end - start) + text[end:]
    return text
