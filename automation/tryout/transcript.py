"""What a try-out shows: the chat, what was learned, where the flow stands, what comes next. Values, long after the rows
that they were read from are rolled back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class Who(StrEnum):
    """CLOCK: time that passes and what falls due. FINDING: something that did not work, or would not leave."""

    CUSTOMER = "customer"
    FLOW = "flow"
    PERSON = "person"
    CLOCK = "clock"
    FINDING = "finding"


@dataclass(frozen=True, slots=True)
class Button:
    """`number` where the channel shows a numbered line in its place: then the customer types it."""

    label: str
    payload: str
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """`step` said it, or asks now; `steps`: every step with words in it. `why`: it was not sent, and the reason."""

    who: Who
    text: str
    at: datetime
    buttons: tuple[Button, ...] = ()
    step: str = ""
    steps: tuple[str, ...] = ()
    file: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Coming:
    """`carried_out`: whether it happens here when its time has come, or is only told."""

    at: datetime
    label: str
    carried_out: bool = True


@dataclass(frozen=True, slots=True)
class Learned:
    """`text` is empty for what must be known and is not known yet."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the flow stands. `pending` is the question that waits, as the engine names it."""

    step: str = ""
    pending: str = ""
    status: str = ""
    handler: str = ""


@dataclass(frozen=True, slots=True)
class Judged:
    stage: str
    score: int
    grade: str
    qualification: str


@dataclass(frozen=True, slots=True)
class Transcript:
    """`played` actions of those asked for; `milliseconds` for all of them. `handoff`: as a conversation keeps it."""

    version: int
    is_draft: bool
    now: datetime
    timezone: str
    entries: tuple[Entry, ...] = ()
    learned: tuple[Learned, ...] = ()
    judged: Judged | None = None
    standing: Standing = field(default_factory=Standing)
    coming: tuple[Coming, ...] = ()
    handoff: Mapping[str, Any] = field(default_factory=dict)
    goal: str = ""
    played: int = 0
    milliseconds: int = 0

    @property
    def buttons(self) -> Sequence[Button]:
        """Those that the customer can still use: of the newest message that has any, unless the customer wrote since."""
        for entry in reversed(self.entries):
            if entry.who is Who.CUSTOMER:
                return ()
            if entry.buttons and not entry.why:
                return entry.buttons
        return ()

    @property
    def findings(self) -> list[Entry]:
        return [entry for entry in self.entries if entry.who is Who.FINDING or entry.why]
