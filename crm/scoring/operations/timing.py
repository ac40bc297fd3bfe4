"""Scores that time alone changes: points that fade, "in the last 7 days" that has run out."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from crm.pipeline.models import Lead
from crm.scoring.operations.acting import act_on
from crm.scoring.operations.recalculation import recalculate
from crm.scoring.queries import fresh_rule_book, moment

BATCH = 2000


@transaction.atomic
def rescore_due(*, now: datetime, batch: int = BATCH) -> int:
    """Score the leads whose moment has come, the earliest first, as of now: one lock and one statement for all.

    Returns how many; leads that somebody holds are left for the next turn.
    """
    due = Lead.objects.select_for_update(no_key=True, skip_locked=True)
    ids = list(
        due.filter(score_changes_at__lte=now)
        .order_by("score_changes_at")
        .values_list("pk", flat=True)[:batch]
    )
    if not ids:
        return 0
    book = fresh_rule_book()
    done = recalculate(ids=sorted(ids), book=book, at=moment(now))
    act_on(crossings=done.crossings, book=book, now=now)
    return len(ids)
