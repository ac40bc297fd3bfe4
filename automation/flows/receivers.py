"""Where flows hang on to the rooms below."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from automation.flows.operations import START, remind, start_action, start_for, stop_reminding
from automation.flows.operations.moving import SILENCE
from core.due.models import DueRow
from core.due.registry import handler
from crm.actions import registry as actions
from crm.consent.signals import follow_ups_ended
from crm.contacts.models import Contact
from crm.pipeline.queries.timeline import tell_event


def register() -> None:
    handler(SILENCE)(_remind)
    handler(START)(_start)
    actions.register(start_action())
    tell_event("flow.not_started")
    follow_ups_ended.connect(_stop, dispatch_uid="flows")


def _remind(row: DueRow, now: datetime) -> None:
    remind(conversation_id=int(row.key), now=now)


def _start(row: DueRow, now: datetime) -> None:
    if row.lead_id is not None:
        start_for(lead_id=row.lead_id, flow_key=row.payload["flow"], now=now)


def _stop(sender: Any, *, contact: Contact, **rest: Any) -> None:
    stop_reminding(contact)
