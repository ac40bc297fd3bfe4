"""A time that a colleague promised in a message, as a next step to be taken with one click (spec 7.7)."""

from __future__ import annotations

from datetime import date, datetime
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext as _

from conversations.threads.models import Conversation
from conversations.understanding import EntityType, understand
from core.company.queries import company
from crm.pipeline.models import StageKind
from crm.pipeline.steps import MORNING, Step
from desk import formats
from desk.steps.undoing import undo_of

LONGEST = 100


def promised(text: str, *, now: datetime, zone: str, country: str) -> Step | None:
    """The step that the words name a time for; None for questions, for the past and for words without a time.

    A day without an hour begins at ten.
    """
    understood = understand(text, now=now, timezone=zone, country=country)
    if understood.is_question:
        return None
    named = sorted(
        (entity for entity in understood.entities if entity.type in _TIMES),
        key=lambda entity: _TIMES.index(entity.type),
    )
    moments = (_moment(entity.value, zone) for entity in named)
    due_at = next((at for at in moments if at is not None and at > now), None)
    words = " ".join(text.split())
    short = words if len(words) <= LONGEST else f"{words[: LONGEST - 1].rstrip()}…"
    return Step(short, due_at) if due_at is not None else None


def offer(conversation: Conversation, text: str, *, zone: str, now: datetime) -> dict[str, str] | None:
    """What the page offers after the words were sent: a line, a button and its address."""
    lead = conversation.lead
    if lead is None or lead.stage_kind != StageKind.OPEN:
        return None
    step = promised(text, now=now, zone=zone, country=company().country)
    if step is None or step.due_at is None or step.due_at == lead.next_step_at:
        return None
    address = reverse("desk:lead_next_step", args=[lead.public_id])
    words = _("You named a time: %(when)s") % {"when": formats.moment(step.due_at)}
    return {
        "text": words,
        "label": _("Make it the next step"),
        "url": f"{address}?{urlencode(undo_of(step))}",
    }


_TIMES = (EntityType.DATETIME, EntityType.DATE)
"""A day with its hour says more than the day."""


def _moment(value: object, zone: str) -> datetime | None:
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime.combine(value, MORNING, tzinfo=ZoneInfo(zone))
    return None
