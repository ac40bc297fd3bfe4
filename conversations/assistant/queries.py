"""What is known of the assistant: its settings, what it cost, what it did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Avg, Count, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from conversations.assistant.enums import USE_OF, Outcome, Purpose, Use
from conversations.assistant.models import AssistantCall, AssistantMonth, AssistantSettings, AssistantState
from conversations.assistant.redaction import restore
from conversations.threads.models import Conversation
from core.company.queries import company
from crm.memory import Remembered

OVER_LIMIT = 3
"""Faults in a row from which on the breaker is open."""


def _load() -> AssistantSettings:
    return AssistantSettings.objects.first() or AssistantSettings()


assistant = Remembered(_load)
"""The settings, at most three seconds old; unsaved ones with defaults before an admin has been there."""


def state() -> AssistantState:
    return AssistantState.objects.first() or AssistantState()


def month_of(now: datetime) -> date:
    """The month of the company's clock, as its first day."""
    return now.astimezone(ZoneInfo(company().timezone)).date().replace(day=1)


def used_in(month: date) -> AssistantMonth:
    return AssistantMonth.objects.filter(month=month).first() or AssistantMonth(month=month)


def calls() -> QuerySet[AssistantCall]:
    """Newest first."""
    return AssistantCall.objects.order_by("-id")


def finished() -> QuerySet[AssistantCall]:
    """What may be removed after its time; figures by month stay."""
    return AssistantCall.objects.filter(finished_at__isnull=False)


def waiting() -> QuerySet[AssistantCall]:
    return AssistantCall.objects.filter(outcome=Outcome.QUEUED)


@dataclass(frozen=True, slots=True)
class UseFigure:
    """`purpose` as its key; `done` of `calls` were of use."""

    purpose: str
    calls: int
    done: int
    tokens: int
    cost: Decimal
    milliseconds: int


def figures(since: datetime) -> list[UseFigure]:
    """What each purpose took since then, in one statement."""
    rows: Any = (
        AssistantCall.objects.filter(created_at__gte=since)
        .exclude(outcome=Outcome.QUEUED)
        .values("purpose")
        .annotate(
            calls=Count("pk"),
            done=Count("pk", filter=Q(outcome=Outcome.DONE)),
            tokens=Coalesce(Sum("tokens_in"), 0) + Coalesce(Sum("tokens_out"), 0),
            spent=Coalesce(Sum("cost"), Decimal(0)),
            wait=Avg("milliseconds"),
        )
        .order_by("-calls", "purpose")
    )
    return [
        UseFigure(
            row["purpose"], row["calls"], row["done"], row["tokens"], row["spent"], round(row["wait"] or 0)
        )
        for row in rows
    ]


def newest(conversation: Conversation, purposes: Sequence[str]) -> dict[str, AssistantCall]:
    """By purpose the newest call of the conversation that nobody has put aside, in one statement."""
    rows = (
        AssistantCall.objects.filter(
            conversation=conversation,
            purpose__in=purposes,
            dismissed_at__isnull=True,
            sent_message__isnull=True,
        )
        .select_related("message")
        .order_by("purpose", "-id")
        .distinct("purpose")
    )
    return {row.purpose: row for row in rows}


def shown_parts(call: AssistantCall) -> Mapping[str, Any]:
    """The parts of the answer with the placeholders' values put back."""
    return {name: _restored(part, call.hidden) for name, part in call.result.items()}


def _restored(part: Any, hidden: Mapping[str, str]) -> Any:
    if isinstance(part, str):
        return restore(part, hidden)
    if isinstance(part, list):
        return [_restored(each, hidden) for each in part]
    return part


def may(purpose: str) -> bool:
    """Whether the settings allow a call for that."""
    use = USE_OF.get(Purpose(purpose))
    return assistant().active if use is None else assistant().may(use)


def reads_messages() -> bool:
    """Whether it looks at messages that nothing understood."""
    found = assistant()
    return found.may(Use.CLASSIFY) or (found.answers_alone and found.may(Use.DRAFT))
