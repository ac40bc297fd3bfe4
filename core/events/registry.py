"""The names of everything that can happen. Each room registers its own; docs/events.md is made from here."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class EventType:
    """`name` is "<thing>.<what happened>", `payload` says what each key holds, `version` rises when a key
    changes meaning. `references`: keys that hold the id of a row, with the name of its kind (core.events.things);
    the feed shows public ids in their place.
    """

    name: str
    version: int
    summary: str
    payload: Mapping[str, str] = field(default_factory=dict)
    references: Mapping[str, str] = field(default_factory=dict)


_types: dict[str, EventType] = {}
TYPES: Mapping[str, EventType] = MappingProxyType(_types)


class UnknownEvent(LookupError):
    """An event of a name, or with a payload key, that docs/events.md would not tell of."""


def register(*types: EventType) -> None:
    """Raises ValueError for a name that is taken."""
    for event_type in types:
        if event_type.name in _types:
            raise ValueError(f"The event {event_type.name!r} is registered already.")
        _types[event_type.name] = event_type


def event_type(name: str, keys: Iterable[str] = ()) -> EventType:
    """The registered type. Raises UnknownEvent for another name or for undeclared payload keys."""
    found = _types.get(name)
    if found is None:
        raise UnknownEvent(f"No event {name!r} is registered.")
    if undeclared := set(keys) - found.payload.keys():
        raise UnknownEvent(f"The event {name!r} declares no payload key {', '.join(sorted(undeclared))}.")
    return found
