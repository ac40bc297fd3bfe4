"""Where sequences hang on to the rooms below."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from automation.sequences.enums import Stop
from automation.sequences.models import Enrolment
from automation.sequences.operations import STEP, advance, stop_for_contact
from core.due.models import DueRow
from core.due.registry import handler
from core.notifications.registry import register as register_notification
from core.schedules import every
from crm.consent.signals import follow_ups_ended
from crm.contacts.models import Contact
from crm.duplicates import belongings
from crm.pipeline.queries.timeline import tell_event

LOOK = "automation.sequences.tasks.look"
SECONDS = 120
TOLD = (
    "sequence.begun",
    "sequence.step_taken",
    "sequence.stopped",
    "sequence.finished",
    "sequence.postponed",
)


def register() -> None:
    handler(STEP)(_step)
    follow_ups_ended.connect(_stop, dispatch_uid="sequences")
    belongings.register(Enrolment, label=_("Follow-ups"), place=38)
    every(SECONDS, "look for silent leads", LOOK)
    register_notification(
        "sequence.task", text=_("%(contact)s cannot be reached by a message, please follow up: %(lead)s")
    )
    for name in TOLD:
        tell_event(name)


def _step(row: DueRow, now: datetime) -> None:
    advance(enrolment_id=int(row.key), step=int(row.payload["step"]), now=now)


def _stop(sender: Any, *, contact: Contact, **rest: Any) -> None:
    stop_for_contact(contact, Stop.OPT_OUT)
