"""All data of a message, each figure read once: addresses first, then times, money, orders, counts."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from conversations.understanding.contacts import find_emails, find_order_numbers, find_phones
from conversations.understanding.counts import find_quantity
from conversations.understanding.money import find_budget, find_sums
from conversations.understanding.names import find_name
from conversations.understanding.parts import cut, find_numbers
from conversations.understanding.places import find_places
from conversations.understanding.times import Times, find_times
from conversations.understanding.types import Entity, EntityType, Intent, IntentName

_ABOUT_ORDER = {IntentName.ORDER_STATUS, IntentName.DAMAGED, IntentName.RETURN}


def find_entities(
    text: str, *, language: str, intents: Sequence[Intent], now: datetime, timezone: str, country: str
) -> tuple[Entity, ...]:
    """Return the data found in the prepared text."""
    found = list(find_emails(text))
    masked = _blank(text, [span for _, span in found])
    phones = list(find_phones(masked, country=country))
    masked = _blank(masked, [span for _, span in phones])
    found += phones
    parts = cut(masked, language=language)
    numbers = find_numbers(parts, language)
    zone = ZoneInfo(timezone)
    times = find_times(masked, parts, numbers, language=language, today=now.astimezone(zone).date())
    entities = [entity for entity, _ in found]
    taken = set(times.used)
    sums = find_sums(parts, [number for number in numbers if number.first not in taken])
    budget = find_budget(parts, sums)
    spam = intents[0].name == IntentName.OTHER
    if budget is not None and not spam:
        value, money = budget
        entities.append(Entity(EntityType.BUDGET, value, masked[parts[money.first].start : parts[money.last].end]))
    for money in sums:
        if money.currency is not None or (budget is not None and money is budget[1]):
            taken.update(range(money.first, money.last + 1))
    spans = [(parts[place].start, parts[place].end) for place in taken]
    about_order = any(intent.name in _ABOUT_ORDER for intent in intents)
    orders = list(find_order_numbers(masked, spans, about_order=about_order))
    entities += [entity for entity, _ in orders]
    taken.update(
        place for place, part in enumerate(parts) if any(left <= part.start < right for _, (left, right) in orders)
    )
    quantity = find_quantity(masked, parts, numbers, frozenset(taken))
    if quantity is not None and not spam:
        entities.append(quantity[0])
    entities += _time_entities(times, zone)
    name = find_name(masked, parts, language=language)
    entities += find_places(masked, parts, language=language, taken=name[1] if name else frozenset())
    return tuple(entities if name is None else (*entities, name[0]))


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
