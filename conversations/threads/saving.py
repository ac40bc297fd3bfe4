"""Changes of a locked conversation gathered, so that one processed message writes its row once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from conversations.threads.models import Conversation

_UNSAVED = "_unsaved_fields"
_HELD = "_held"


def change(conversation: Conversation, **values: Any) -> None:
    """Set the values that differ; `save` writes them."""
    unsaved: set[str] = conversation.__dict__.setdefault(_UNSAVED, set())
    for name, value in values.items():
        if getattr(conversation, name) != value:
            setattr(conversation, name, value)
            unsaved.add(name)


def save(conversation: Conversation) -> None:
    """Write what `change` set, with one UPDATE or none; inside `held` at the end of it."""
    unsaved: set[str] = conversation.__dict__.get(_UNSAVED, set())
    if unsaved and not conversation.__dict__.get(_HELD):
        conversation.save(update_fields=sorted(unsaved))
        unsaved.clear()


@contextmanager
def held(conversation: Conversation) -> Iterator[None]:
    """Operations inside gather their changes of the row; it is written once when the block ends well."""
    if conversation.__dict__.get(_HELD):
        yield
        return
    conversation.__dict__[_HELD] = True
    try:
        yield
    finally:
        conversation.__dict__[_HELD] = False
    save(conversation)
