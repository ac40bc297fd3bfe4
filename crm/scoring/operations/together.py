"""Leads that one operation changed together, scored by one statement."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from core.events.actor import SYSTEM
from core.events.operations import EventDraft, record_all
from crm.pipeline.entering import STAGE_COLUMNS
from crm.pipeline.models import Lead, Qualification
from crm.scoring.operations.acting import act_on
from crm.scoring.operations.recalculation import Crossing, recalculate
from crm.scoring.operations.rescoring import _advance
from crm.scoring.queries import fresh_rule_book, moment, rule_book


def rescore_together(*, leads: Sequence[Lead], changed: Collection[str], now: datetime) -> None:
    """`assess_if_concerned` for locked leads that are saved: who becomes qualified goes on, thresholds set off what
    stands at them. Each lead's own "lead.scored" is not told of.
    """
    if not leads or rule_book().fields_used().isdisjoint(changed):
        return
    book, at = fresh_rule_book(), moment(now)
    done = recalculate(ids=sorted(lead.pk for lead in leads), book=book, at=at)
    _go_on(done.crossings, now)
    act_on(crossings=done.crossings, book=book, now=now)


def _go_on(crossings: Sequence[Crossing], now: datetime) -> None:
    ids = [each.lead_id for each in crossings if each.was != each.qualification == Qualification.QUALIFIED]
    for lead in Lead.objects.filter(pk__in=ids).order_by("pk") if ids else ():
        moved = _advance(lead, moment(now))
        if moved is not None:
            lead.save(update_fields=sorted(STAGE_COLUMNS))
            record_all([EventDraft(name="lead.stage_changed", subject=lead, actor=SYSTEM, payload=moved)])
