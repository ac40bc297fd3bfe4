"""Leads that one operation changed together, scored by one statement."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from core.events.operations import record_all
from crm.actions.registry import Done
from crm.pipeline.entering import go_on
from crm.pipeline.models import Lead, Qualification
from crm.scoring.operations.acting import act_on
from crm.scoring.operations.recalculation import Crossing, recalculate
from crm.scoring.operations.rescoring import _advance
from crm.scoring.queries import fresh_rule_book, moment, rule_book


def rescore_together(*, leads: Sequence[Lead], changed: Collection[str], now: datetime) -> None:
    """`assess_if_concerned` for locked leads that are saved: who becomes qualified goes on, thresholds set off what
    stands at them. Each lead's own "lead.scored" is not told of.
    """
    _let_in(leads, now)
    if not leads or rule_book().fields_used().isdisjoint(changed):
        return
    book, at = fresh_rule_book(), moment(now)
    done = recalculate(ids=sorted(lead.pk for lead in leads), book=book, at=at)
    _go_on(done.crossings, now)
    act_on(crossings=done.crossings, book=book, now=now)


def _go_on(crossings: Sequence[Crossing], now: datetime) -> None:
    ids = [each.lead_id for each in crossings if each.was != each.qualification == Qualification.QUALIFIED]
    for lead in Lead.objects.filter(pk__in=ids).order_by("pk") if ids else ():
        _write(lead, _advance(lead, moment(now)))


def _let_in(leads: Sequence[Lead], now: datetime) -> None:
    """Those that wait before a stage which asked for what has just been changed."""
    for lead in leads:
        if lead.held_before_id is not None:
            _write(lead, go_on(lead, now=now))


def _write(lead: Lead, done: Done) -> None:
    if done.changed:
        lead.save(update_fields=sorted(done.changed))
    record_all(done.drafts)
