"""From what understanding returns to what the engine reads: names, canonical values, no more."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from automation.flows.events import Entity, Reading
from conversations.understanding.types import Budget, IntentName, Understanding
from core.conditions import FieldType, Money, dump

_WORD = re.compile(r"[^\W\d_]{2,}")
_SURE = 0.6


def reading(understanding: Understanding, *, text: str, currency: str, language: str = "") -> Reading:
    """Return the engine's view of an understood `text`. A budget without a currency is in `currency`.

    `language` is the one to believe where more is known than the text. Values that cannot be stored (an
    amount beyond every limit) are left out. A text without a word has no language.
    """
    entities = []
    for entity in understanding.entities:
        value = canonical(entity.type, entity.value, currency=currency)
        if value is not None:
            entities.append(Entity(str(entity.type), value))
    other = str(IntentName.OTHER)
    certain = [each for each in understanding.intents if each.confidence >= _SURE and not each.guessed]
    sure = [str(each.name) for each in certain]
    return Reading(
        language=(language or understanding.language) if _WORD.search(text) else None,
        intents=tuple(sure) or (other,),
        entities=tuple(entities),
        guesses=tuple(
            str(each.name) for each in understanding.intents if str(each.name) not in {*sure, other}
        ),
    )


def canonical(name: str, value: Any, *, currency: str) -> Any:
    """Return the value of an entity as it is stored, or None when it cannot be."""
    convert = _CANONICAL.get(str(name))
    try:
        return convert(value, currency) if convert else str(value)
    except ValueError:
        return None


def _money(value: Budget, currency: str) -> Any:
    return dump(FieldType.MONEY, Money(value.amount, value.currency or currency))


def _of_type(kind: FieldType) -> Callable[[Any, str], Any]:
    return lambda value, _currency: dump(kind, value)


_CANONICAL: Mapping[str, Callable[[Any, str], Any]] = {
    "budget": _money,
    "quantity": _of_type(FieldType.NUMBER),
    "timeline_days": _of_type(FieldType.DURATION),
    "date": _of_type(FieldType.DATE),
    "datetime": _of_type(FieldType.DATETIME),
    "place": _of_type(FieldType.PLACE),
}
