"""Standard Webhooks (standardwebhooks.com), both ways: who holds the account's secret may speak."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from conversations.channels.contracts import SignatureError
from core.secrets.signing import ID, OVERLAP, fault_of, good_secrets, new_secret, rotated, signed

__all__ = ["ID", "OVERLAP", "check", "good_secrets", "new_secret", "rotated", "signed"]


def check(good: Sequence[str], headers: Mapping[str, str], body: bytes) -> None:
    """SignatureError unless one of the secrets signed id, time (five minutes at most off) and body."""
    if fault := fault_of(good, headers, body):
        raise SignatureError(fault)
