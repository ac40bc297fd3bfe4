"""Where flows hang on to the rooms below."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from automation.flows.operations import remind, stop_reminding
from automation.flows.operations.running import SILENCE
from core.due.models import DueRow
from core.due.registry import handler
from crm.consent.signals import follow_ups_ended
from crm.contacts.models import Contact


def register() -> None:
    handler(SILENCE)(_remind)
    follow_ups_ended.connect(_stop, dispatch_uid="flows")


def _remind(row: DueRow, now: datetime) -> None:
    remind(conversation_id=int(row.key), now=now)


def _stop(sender: Any, *, contact: Contact, **rest: Any) -> None:
    stop_reminding(contact)
