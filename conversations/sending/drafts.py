"""What somebody wants to say, before it is adapted to a channel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID


class QuickReply(NamedTuple):
    """A suggested answer: what the customer reads and what comes back when it is chosen."""

    label: str
    payload: str


@dataclass(frozen=True, slots=True)
class Draft:
    """`attachments`: public ids of uploaded files that belong to no message yet."""

    text: str = ""
    quick_replies: Sequence[QuickReply] = ()
    attachments: Sequence[UUID] = ()
