"""The visitor's session: who writes, signed with the account's own secret, so that it is worth nothing
elsewhere.

`<base64url of {"v": visitor, "i": issued}>.<base64url of HMAC-SHA256>`, without padding.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from dataclasses import dataclass

from conversations.channels.contracts import SignatureError

LIFETIME = 30 * 24 * 3600
"""Seconds that a session lives after it was issued or renewed."""
FUTURE = 300
"""Seconds by which another machine's clock may be ahead."""


@dataclass(frozen=True, slots=True)
class Session:
    """`visitor` is the sender id; `issued` in Unix seconds."""

    visitor: str
    issued: int


def sign(secret: str, session: Session) -> str:
    claims = json.dumps({"v": session.visitor, "i": session.issued}, separators=(",", ":"))
    payload = _encode(claims.encode())
    return f"{payload}.{_mac(secret, payload)}"


def read(secret: str, token: str, *, now: float) -> Session:
    """The session of a token that we signed and that still lives, else SignatureError."""
    payload, _, mac = token.partition(".")
    if not secret or not hmac.compare_digest(_mac(secret, payload).encode(), mac.encode(errors="replace")):
        raise SignatureError("The session is not ours.")
    session = claims_of(payload)
    if not now - LIFETIME <= session.issued <= now + FUTURE:
        raise SignatureError("The session has expired.")
    return session


def claims_of(token: str) -> Session:
    """What a token says about itself, without asking who signed it; SignatureError when it says nothing."""
    payload = token.partition(".")[0]
    try:
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        visitor, issued = claims["v"], claims["i"]
    except (binascii.Error, ValueError, KeyError, TypeError):
        raise SignatureError("The session cannot be read.") from None
    if not isinstance(visitor, str) or not isinstance(issued, int) or not 0 < len(visitor) <= 64:
        raise SignatureError("The session cannot be read.")
    return Session(visitor, issued)


def unsigned(token: str) -> str:
    """The readable half of a token, which may be stored: it opens nothing."""
    return token.partition(".")[0]


def keyed(secret: str, subject: str) -> str:
    """A key that only we can make for the subject; of no use for a session, whose payload holds no colon."""
    return _mac(secret, subject)


def _mac(secret: str, payload: str) -> str:
    return _encode(hmac.new(secret.encode(), payload.encode(errors="replace"), hashlib.sha256).digest())


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
