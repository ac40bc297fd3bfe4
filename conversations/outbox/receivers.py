"""Where the outbox hangs on to the rooms below."""

from __future__ import annotations

from typing import Any

from conversations.outbox.operations.waiting import stop_unasked
from crm.consent.signals import follow_ups_ended
from crm.contacts.models import Contact


def register() -> None:
    follow_ups_ended.connect(_stop, dispatch_uid="outbox")


def _stop(sender: Any, *, contact: Contact, **rest: Any) -> None:
    stop_unasked(contact)
