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


@contextmanager
def watching() -> Iterator[Said]:
    """What flows of this thread say inside."""
    said: Said = {}
    token = _watching.set(said)
    try:
        yield said
    finally:
        _watching.reset(token)


def tell(say: Say, messages: Iterable[Message]) -> None:
    said = _watching.get()
    if said is not None:
        said.update((message.pk, say) for message in messages)
