"""Takes card numbers out of a delivery as it came; ids that happen to look like one stay. Pure."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from typing import Any

from conversations.channels.contracts import InboundEvent
from core.text import clean, hide_cards
from core.text.cards import cards_in


def cards_of(events: Iterable[InboundEvent]) -> frozenset[str]:
    """The card numbers in what people wrote."""
    return cards_in(*(clean(text) for event in events for text in _texts(event)))


def without_cards(body: bytes, cards: Collection[str] | None = None) -> bytes:
    """The body without these numbers; without anything that looks like a card where they are not known."""
    text = body.decode("utf-8", errors="replace")
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        hidden = hide_cards(text, only=cards)
        return body if hidden == text else hidden.encode()
    hidden = _hidden(value, cards)
    return body if hidden == value else json.dumps(hidden, ensure_ascii=False).encode("utf-8", "replace")


def _texts(event: InboundEvent) -> Iterable[str]:
    yield from (event.text, event.subject, event.sender_name)
    for file in event.attachments:
        yield from (file.name, file.caption)


def _hidden(value: Any, cards: Collection[str] | None) -> Any:
    if isinstance(value, str):
        return hide_cards(clean(value), only=cards)
    if isinstance(value, dict):
        return {key: _hidden(item, cards) for key, item in value.items()}
    if isinstance(value, list):
        return [_hidden(item, cards) for item in value]
    return value
