"""Where flows hang on to the rooms below."""

from __future__ import annotations

from datetime import datetime

from automation.flows.operations import remind
from automation.flows.operations.running import SILENCE
from core.due.models import DueRow
from core.due.registry import handler


def register() -> None:
    handler(SILENCE)(_remind)


def _remind(row: DueRow, now: datetime) -> None:
    remind(conversation_id=int(row.key), now=now)
