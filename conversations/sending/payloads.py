"""What a button carries where a channel allows less than our payloads need: a reference to the message's own. Pure."""

from __future__ import annotations

import re
from uuid import UUID

_REFERENCE = re.compile(r"~([0-9a-f]{32})\.(\d{1,2})")


def carried(payload: str, *, message_id: UUID, index: int, most_bytes: int) -> str:
    """The payload itself where it fits, else a reference to the index-th quick reply of the message."""
    if 0 < len(payload.encode()) <= most_bytes and not payload.startswith("~"):
        return payload
    return f"~{message_id.hex}.{index}"


def reference(carried: str) -> tuple[UUID, int] | None:
    """The message and the index of its quick reply, or None for a payload that is none."""
    found = _REFERENCE.fullmatch(carried)
    return (UUID(found[1]), int(found[2])) if found else None
