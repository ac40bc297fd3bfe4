"""Fields of Telegram's JSON, each of the type that the documentation gives it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from conversations.channels.contracts import MalformedPayload

Json = Mapping[str, Any]


def the_object(parent: Json, key: str) -> Json:
    """The object; MalformedPayload where it is missing."""
    found = parent.get(key)
    if not isinstance(found, dict):
        raise MalformedPayload(f"{key} is not an object.")
    return found


def an_object(parent: Json, key: str) -> Json:
    """The object, empty where it is missing."""
    return the_object(parent, key) if parent.get(key) is not None else {}


def objects(parent: Json, key: str) -> list[Json]:
    """A list of objects, empty where it is missing; what is none in it is left out."""
    found = parent.get(key)
    if found is not None and not isinstance(found, list):
        raise MalformedPayload(f"{key} is not a list.")
    return [each for each in found or () if isinstance(each, dict)]


def number(parent: Json, key: str) -> int:
    found = parent.get(key)
    if not isinstance(found, int) or isinstance(found, bool):
        raise MalformedPayload(f"{key} is not a number.")
    return found


def a_number(parent: Json, key: str) -> int | None:
    return number(parent, key) if parent.get(key) is not None else None


def ident(parent: Json, key: str = "id") -> str:
    """An id of up to 52 bits as text."""
    return str(number(parent, key))


def text(parent: Json, key: str) -> str:
    """The text, empty where it is missing."""
    found = parent.get(key)
    if found is not None and not isinstance(found, str):
        raise MalformedPayload(f"{key} is not text.")
    return found or ""


def moment(parent: Json, key: str = "date") -> datetime | None:
    """Unix seconds; None where they are missing or 0, as in a message that the bot may not see any more."""
    seconds = a_number(parent, key)
    if not seconds:
        return None
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, OSError, ValueError):
        raise MalformedPayload(f"{key} is not a time.") from None
