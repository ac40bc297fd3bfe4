from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from core.keys.models import ApiKey
from core.keys.queries import api_keys
from core.keys.scopes import Scope

SOON = timedelta(days=14)


@dataclass(frozen=True)
class KeyLine:
    """A key as the page shows it. `state`: works, soon (it ends within two weeks), expired, revoked, left (its person)."""

    key: ApiKey
    state: str
    labels: list[str]


def key_lines(*, now: datetime) -> list[KeyLine]:
    """All keys in one statement, those that work first."""
    lines = [
        KeyLine(
            key, _state(key, now), [str(Scope(scope).label) for scope in key.scopes if scope in Scope.values]
        )
        for key in api_keys()
    ]
    return sorted(lines, key=lambda line: line.state not in ("works", "soon"))


def _state(key: ApiKey, now: datetime) -> str:
    if key.revoked_at is not None:
        return "revoked"
    if key.expires_at <= now:
        return "expired"
    if key.person is not None and not key.person.is_active:
        return "left"
    return "soon" if key.expires_at <= now + SOON else "works"
