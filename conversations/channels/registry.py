"""The channels that this installation speaks, by kind."""

from __future__ import annotations

from conversations.channels.contracts import Adapter

_ADAPTERS: dict[str, Adapter] = {}


class UnknownChannelError(LookupError):
    """No adapter of that kind is registered."""


def register(adapter: Adapter) -> None:
    """Make a channel known. ValueError when its kind is taken."""
    if adapter.kind in _ADAPTERS:
        raise ValueError(f"The channel {adapter.kind!r} is registered twice.")
    _ADAPTERS[adapter.kind] = adapter


def adapter(kind: str) -> Adapter:
    """The adapter of that kind; UnknownChannelError when there is none."""
    try:
        return _ADAPTERS[kind]
    except KeyError:
        raise UnknownChannelError(kind) from None


def kinds() -> tuple[str, ...]:
    """Kinds that can be used, in alphabetical order."""
    return tuple(sorted(_ADAPTERS))
