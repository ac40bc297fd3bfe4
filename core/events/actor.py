"""Who did it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.events.enums import ActorKind

if TYPE_CHECKING:
    from core.access.models import User


@dataclass(frozen=True, slots=True)
class Actor:
    """`user_id` is set for a person of the company and for nobody else; `key_id` for whoever came in with an API key."""

    kind: ActorKind
    user_id: int | None = None
    key_id: int | None = None

    @classmethod
    def of(cls, user: User | None) -> Actor:
        """The person; where nobody was there the program whose key came in, else the system."""
        key_id = key_in_use()
        if user is not None:
            return cls(ActorKind.USER, user.pk, key_id)
        return cls(ActorKind.API, None, key_id) if key_id is not None else SYSTEM


CUSTOMER = Actor(ActorKind.CUSTOMER)
FLOW = Actor(ActorKind.FLOW)
SYSTEM = Actor(ActorKind.SYSTEM)

_key: ContextVar[int | None] = ContextVar("API key in use", default=None)


@contextmanager
def through_key(key_id: int) -> Iterator[None]:
    """Whatever happens inside was caused by a program with this API key; its events say so."""
    token = _key.set(key_id)
    try:
        yield
    finally:
        _key.reset(token)


def key_in_use() -> int | None:
    return _key.get()
