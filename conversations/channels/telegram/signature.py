"""Telegram signs nothing: it repeats the secret that setWebhook was given. Pure."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping

from conversations.channels.contracts import SignatureError

HEADER = "X-Telegram-Bot-Api-Secret-Token"


def new_secret() -> str:
    """256 random bits in the characters that Telegram takes: A-Z, a-z, 0-9, _ and -."""
    return secrets.token_urlsafe(32)


def check(secret: str, headers: Mapping[str, str]) -> None:
    """SignatureError unless the header is our secret, compared in constant time."""
    given = headers.get(HEADER) or next(
        (value for name, value in headers.items() if name.lower() == HEADER.lower()), ""
    )
    if not secret or not hmac.compare_digest(secret.encode(), given.encode(errors="replace")):
        raise SignatureError("The secret is not ours.")
