"""Who did it."""

from __future__ import annotations

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
        """The person, or the system where nobody was there."""
        return cls(ActorKind.USER, user.pk) if user is not None else SYSTEM


CUSTOMER = Actor(ActorKind.CUSTOMER)
FLOW = Actor(ActorKind.FLOW)
SYSTEM = Actor(ActorKind.SYSTEM)
