"""On and off, and when to learn."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from core.access.models import User
from core.jobs.models import Job, JobStatus
from core.jobs.operations import start
from crm.chances.models import ChanceSettings
from crm.chances.queries.standing import ENOUGH, LEARN, closed, in_use, settings
from crm.pipeline.models import Lead
from crm.scoring.queries import moment

NIGHT = range(2, 5)
AGED = timedelta(hours=20)
NEWS = 20


def start_learning(*, user: User | None) -> Job:
    """Learn in the background and give every open lead its chance."""
    return start(kind=LEARN, payload={}, created_by=user)


@transaction.atomic
def switch(*, enabled: bool, user: User | None) -> None:
    """Show chances, or take them from all leads."""
    row, _made = ChanceSettings.objects.select_for_update().get_or_create(pk=1)
    if row.enabled != enabled:
        row.enabled = enabled
        row.save(update_fields=["enabled"])
        in_use.forget()
        start_learning(user=user)


def learn_when_due(*, now: datetime) -> Job | None:
    """Start to learn at night, or by day after enough new closings: a tenth of what was learned from, at least 20.
    None where it is not the time, or where it runs already.
    """
    running = [JobStatus.QUEUED, JobStatus.RUNNING]
    row = settings()
    if not row.enabled or Job.objects.filter(kind=LEARN, status__in=running).exists():
        return None
    if row.looked_at is None or _is_night(row.looked_at, now) or _has_news(row.looked_at, now):
        return start_learning(user=None) if closed(now).won + closed(now).lost >= 2 * ENOUGH else None
    return None


def _is_night(looked_at: datetime, now: datetime) -> bool:
    return now - looked_at > AGED and now.astimezone(moment(now).zone).hour in NIGHT


def _has_news(looked_at: datetime, now: datetime) -> bool:
    fresh = Lead.objects.filter(closed_at__gt=looked_at, closed_at__lte=now).count()
    known = closed(looked_at)
    return fresh >= max(NEWS, (known.won + known.lost) // 10)
