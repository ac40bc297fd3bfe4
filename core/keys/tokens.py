"""The text of a key: "parley_<prefix>_<secret>". Pure."""

from __future__ import annotations

import hashlib
import re
import secrets
from typing import NamedTuple

_ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"
_TOKEN = re.compile(r"parley_([a-z0-9]{8})_[A-Za-z0-9_-]{43}")


class Token(NamedTuple):
    """`text` is shown once and stored nowhere."""

    text: str
    prefix: str
    hash: str


def new_token() -> Token:
    """256 random bits behind a prefix by which people and logs may name the key."""
    prefix = "".join(secrets.choice(_ALPHABET) for _letter in range(8))
    text = f"parley_{prefix}_{secrets.token_urlsafe(32)}"
    return Token(text, prefix, hash_of(text))


def hash_of(text: str) -> str:
    """A plain SHA-256: nobody guesses 256 random bits, so that a slow hash would only slow requests."""
    return hashlib.sha256(text.encode()).hexdigest()


def prefix_of(text: str) -> str | None:
    """None for what was never one of our keys."""
    found = _TOKEN.fullmatch(text)
    return found[1] if found else None
