"""Public identifiers. Rows keep a bigint key; everything outside the database sees a UUIDv7 (RFC 9562, 5.7)."""

import secrets
import time
import uuid

_MASK_48 = (1 << 48) - 1


def uuid7() -> uuid.UUID:
    """A new time-ordered UUID: 48 bits of Unix milliseconds, then 74 random bits."""
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds & _MASK_48) << 80 | secrets.randbits(80)
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return uuid.UUID(int=value)


def public_token() -> str:
    """128 random bits, URL-safe, for links that anybody who has them may open."""
    return secrets.token_urlsafe(16)


def first_uuid7(milliseconds: int) -> uuid.UUID:
    """The lowest that can have been made from that Unix millisecond on: rows since then are a range of their index."""
    return uuid.UUID(int=(milliseconds & _MASK_48) << 80)
