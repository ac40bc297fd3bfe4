"""What people set for themselves."""

from __future__ import annotations

from django.db import transaction

from core.access.models import Presence, User
from core.languages import Language


@transaction.atomic
def set_presence(*, user: User, presence: str) -> User:
    """Raises ValueError for a word that is no presence."""
    return _set(user, "presence", Presence(presence).value)


@transaction.atomic
def set_language(*, user: User, language: str) -> User:
    """The language in which the person sees the product. Raises ValueError for one that it does not speak."""
    return _set(user, "language", Language(language).value)


def _set(user: User, name: str, value: str) -> User:
    if getattr(user, name) != value:
        setattr(user, name, value)
        user.save(update_fields=[name])
    return user
