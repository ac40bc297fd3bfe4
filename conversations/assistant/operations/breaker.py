"""Whether the service is to be left alone: one row, so that all workers know it at once."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import F, Q

from conversations.assistant.models import AssistantState
from conversations.assistant.queries import OVER_LIMIT

FIRST_PAUSE = timedelta(seconds=60)
LONGEST_PAUSE = timedelta(minutes=30)


def may_call(now: datetime) -> bool:
    """Whether one may call. While it is open nobody does; when its time is over one worker tries, the others wait for what
    comes of it.
    """
    AssistantState.objects.get_or_create(pk=1)
    rows = AssistantState.objects.filter(pk=1)
    if rows.filter(
        Q(failures__lt=OVER_LIMIT) & (Q(open_until__isnull=True) | Q(open_until__lte=now))
    ).exists():
        return True
    tried = rows.filter(open_until__lte=now, failures__gte=OVER_LIMIT)
    return bool(tried.update(open_until=now + FIRST_PAUSE))


def succeeded(now: datetime) -> None:
    AssistantState.objects.filter(pk=1).update(failures=0, open_until=None, last_error="", last_ok_at=now)


def failed(now: datetime, error: str, *, retry_after: float | None = None) -> None:
    """One fault more. `retry_after`: seconds for which the service itself wants to be left alone."""
    rows = AssistantState.objects.filter(pk=1)
    rows.update(failures=F("failures") + 1, last_error=error[:300])
    count = rows.values_list("failures", flat=True).get()
    pause = timedelta(seconds=min(retry_after or 0, LONGEST_PAUSE.total_seconds()))
    if count >= OVER_LIMIT:
        doublings = min(count - OVER_LIMIT, 10)
        pause = max(pause, min(FIRST_PAUSE * 2**doublings, LONGEST_PAUSE))
    if pause:
        rows.update(open_until=now + pause)


def close() -> None:
    """Somebody has put the address right: it is tried again at once."""
    AssistantState.objects.filter(pk=1).update(failures=0, open_until=None, last_error="")
