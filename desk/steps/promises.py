"""A time that a colleague promised in a message, as a next step to be taken with one click (spec 7.7)."""

from __future__ import annotations

from datetime import date, datetime
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext as _

from conversations.outbox.queries import zone_of
from conversations.threads.models import AuthorKind, Conversation, Handler, Message
from conversations.understanding import EntityType, understand
from core.company.queries import company
from crm.pipeline.models import Lead, StageKind
from crm.pipeline.steps import MORNING, Step
from desk import formats
from desk.steps.undoing import undo_of

LONGEST = 100


def promised(
    text: str, *, now: datetime, zone: str, country: str, said_at: datetime | None = None, wish: bool = False
) -> Step | None:
    """The step that the words name a time for; None for questions, for the past and for words without a time.

    A day without an hour begins at ten. "Tomorrow" is counted from `said_at`. The `wish` of a customer may be a question.
    """
    understood = understand(text, now=said_at or now, timezone=zone, country=country)
    if understood.is_question and not wish:
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
    return _offered(lead, step, _("You named a time: %(when)s") % {"when": formats.moment(step.due_at)})


def wished(conversation: Conversation, message: Message, *, now: datetime) -> dict[str, str] | None:
    """The same for a time that the customer named, as long as it is their last word and no flow answers it."""
    lead = conversation.lead
    if (
        message.author_kind != AuthorKind.CUSTOMER
        or message.sequence != conversation.last_sequence
        or not message.text
        or conversation.handler == Handler.FLOW
        or lead is None
        or lead.stage_kind != StageKind.OPEN
    ):
        return None
    zone = zone_of(conversation.contact)
    step = promised(
        message.text, now=now, zone=zone, country=company().country, said_at=message.sent_at, wish=True
    )
    if step is None or step.due_at is None or step.due_at == lead.next_step_at:
        return None
    words = _("The customer named a time: %(when)s") % {"when": formats.when_exactly(step.due_at, now)}
    return _offered(lead, step, words)


def _offered(lead: Lead, step: Step, words: str) -> dict[str, str]:
    address = reverse("desk:lead_next_step", args=[lead.public_id])
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
