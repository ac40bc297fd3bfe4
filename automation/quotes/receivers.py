"""Where automatic quotes hang on to the rooms below."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from automation.quotes.coming import FOLLOW_UP
from automation.quotes.operations.following import begin, forget_contact, take_step
from automation.quotes.operations.making import MAKE, make_quote
from automation.quotes.operations.settling import settle
from automation.quotes.planning import Step
from core.due.models import DueRow
from core.due.registry import handler
from crm.consent.signals import follow_ups_ended
from crm.contacts.models import Contact
from crm.quotes import following


def register() -> None:
    handler(MAKE, outside=True)(_make)
    handler(FOLLOW_UP)(_follow_up)
    following.register_start(begin)
    following.register(settle)
    follow_ups_ended.connect(_stop, dispatch_uid="quotes")


def _make(row: DueRow, now: datetime) -> None:
    if row.lead_id is not None and row.conversation_id is not None:
        make_quote(
            lead_id=row.lead_id,
            conversation_id=row.conversation_id,
            key=row.key,
            wanted=row.payload,
            now=now,
        )


def _follow_up(row: DueRow, now: datetime) -> None:
    version_id, _colon, step = row.key.partition(":")
    take_step(version_id=int(version_id), step=Step(step), now=now)


def _stop(sender: Any, *, contact: Contact, **rest: Any) -> None:
    forget_contact(contact)
