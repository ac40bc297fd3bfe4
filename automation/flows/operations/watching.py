"""Which step said a message: for whoever plays a flow and shows it beside its script."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from automation.flows.effects import Say
from conversations.threads.models import Message

Said = dict[int, Say]
"""By the id of the message."""

_watching: ContextVar[Said | None] = ContextVar("who watches flows", default=None)
_language: ContextVar[str] = ContextVar("language of whoever plays", default="")


@contextmanager
def watching(*, language: str = "") -> Iterator[Said]:
    """What flows of this thread say inside. With a `language` customers count as speaking it, whatever they write."""
    said: Said = {}
    token, spoken = _watching.set(said), _language.set(language)
    try:
        yield said
    finally:
        _watching.reset(token)
        _language.reset(spoken)


def held_language() -> str:
    return _language.get()


def tell(say: Say, messages: Iterable[Message]) -> None:
    said = _watching.get()
    if said is not None:
        said.update((message.pk, say) for message in messages)
