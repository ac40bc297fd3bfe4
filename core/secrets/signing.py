"""Standard Webhooks (standardwebhooks.com), both ways: who holds the secret may speak. Pure but for the clock."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from standardwebhooks import Webhook, WebhookVerificationError

PREFIX = "whsec_"
OVERLAP = timedelta(days=1)
"""How long the secret before is still good after a new one was made."""
ID, TIMESTAMP, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"
LONGEST_ID = 200


def new_secret() -> str:
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def good_secrets(credentials: Mapping[str, Any], now: datetime) -> list[str]:
    """The present secret, and the one before while it is still good."""
    found = [str(credentials.get("secret") or "")]
    until = credentials.get("previous_until")
    if until and datetime.fromisoformat(str(until)) > now:
        found.append(str(credentials.get("previous") or ""))
    return [secret for secret in found if secret]


def rotated(credentials: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """The credentials with a new secret; the present one becomes the one before."""
    before = str(credentials.get("secret") or "")
    kept = {"previous": before, "previous_until": (now + OVERLAP).isoformat()} if before else {}
    rest = {name: value for name, value in credentials.items() if not name.startswith("previous")}
    return {**rest, **kept, "secret": new_secret()}


def fault_of(good: Sequence[str], headers: Mapping[str, str], body: bytes) -> str:
    """ "" where one of the secrets signed id, time (five minutes at most off) and body; else what is wrong."""
    given = {name.lower(): value for name, value in headers.items()}
    if not 0 < len(given.get(ID, "")) <= LONGEST_ID:
        return "webhook-id is missing."
    for secret in good:
        try:
            Webhook(secret).verify(body, given, json_parse=False)
        except (WebhookVerificationError, ValueError, RuntimeError):
            continue
        return ""
    return "The signature is not valid."


def signed(good: Sequence[str], *, message_id: str, body: bytes, now: datetime) -> dict[str, str]:
    """The three headers; one signature for each good secret, so that the other side can change over in peace."""
    at = now.astimezone(UTC)
    signatures = [Webhook(secret).sign(message_id, at, body.decode()) for secret in good]
    return {ID: message_id, TIMESTAMP: str(int(at.timestamp())), SIGNATURE: " ".join(signatures)}
