"""What a condition is written for: which subject it is about, and what of it may be asked there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from core.access.models import Role
from core.conditions import Field, registry

Fields = Mapping[str, Field]


@dataclass(frozen=True)
class Purpose:
    """`allows` leaves out the fields that make no sense there; `role` is who may write such a condition."""

    key: str
    subject: str
    allows: Callable[[Field], bool] = lambda field: True
    role: Role = Role.ADMIN

    def fields(self) -> Fields:
        """Runs the registry's providers: once a request."""
        return {key: each for key, each in registry.fields(self.subject).items() if self.allows(each)}


_purposes: dict[str, Purpose] = {}


def register(purpose: Purpose) -> Purpose:
    """Called at start. Raises ValueError for a key that is taken."""
    if purpose.key in _purposes:
        raise ValueError(f"The purpose {purpose.key!r} is registered already.")
    _purposes[purpose.key] = purpose
    return purpose


def purpose(key: str) -> Purpose | None:
    return _purposes.get(key)
