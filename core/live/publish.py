"""Hints to the live process, through Valkey. Nothing here raises or waits for long: screens also poll."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from redis.exceptions import RedisError

from core import valkey

TOPICS_PER_MESSAGE = 500
_MARK = "parley:live:announced"
NO_MARK = -1


def publish(topics: Iterable[str], hint: Mapping[str, Any], *, sequence: int) -> bool:
    """Tell the screens that listen to any of the topics. Call it after commit.

    `sequence` is the position of the newest event behind it, 0 where no event is. `hint` carries what a
    screen needs at once and what every listener may know, such as {"typing": true}. Returns whether Valkey
    took it.
    """
    names = list(topics)
    messages = [
        {**hint, "topics": names[start : start + TOPICS_PER_MESSAGE], "sequence": sequence}
        for start in range(0, len(names), TOPICS_PER_MESSAGE)
    ]
    return _send(messages)


def gap(*, sequence: int) -> bool:
    """Tell every screen that hints may have been lost and that it should fetch what it shows."""
    return _send([{"gap": True, "topics": [], "sequence": sequence}])


def announced() -> int | None:
    """Position of the last event announced, NO_MARK where Valkey has forgotten, None while it is away."""
    if valkey.breaker().is_open:
        return None
    try:
        mark = valkey.client().get(_MARK)
    except RedisError as error:
        valkey.breaker().trip("live hints", error)
        return None
    return int(str(mark)) if mark is not None else NO_MARK


def note_announced(position: int) -> None:
    try:
        valkey.client().set(_MARK, position)
    except RedisError as error:
        valkey.breaker().trip("live hints", error)


def _send(messages: list[dict[str, Any]]) -> bool:
    if valkey.breaker().is_open:
        return False
    try:
        for message in messages:
            valkey.client().publish(valkey.live_channel(), json.dumps(message, separators=(",", ":")))
    except RedisError as error:
        valkey.breaker().trip("live hints", error)
        return False
    return True
