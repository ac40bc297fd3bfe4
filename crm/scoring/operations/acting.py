"""What a crossing sets off: once, in the transaction of the crossing, with the lead locked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from core.events.operations import record_all
from crm.actions.registry import Done, Occasion, carry_out
from crm.pipeline.models import Lead
from crm.scoring.operations.recalculation import Crossing
from crm.scoring.scoring import RuleBook, crossed_into


def act(*, lead: Lead, book: RuleBook, was: str, grade_was: str, now: datetime) -> Done:
    """Carry out what stands at the thresholds that the lead has just crossed from the outcome and grade of
    before. The caller saves the changed columns and records the events.
    """
    if not book.consequences:
        return Done()
    crossed = crossed_into(was=was, now=lead.qualification, grade_was=grade_was, grade=lead.grade)
    planned = [(each.action, each.settings) for each in book.consequences if each.when in crossed]
    return carry_out(planned, lead, Occasion(now))


def act_on(*, crossings: Sequence[Crossing], book: RuleBook, now: datetime) -> int:
    """The same for leads that were scored together and are locked; returns for how many something was done."""
    if not book.consequences or not crossings:
        return 0
    leads = Lead.objects.select_related("contact", "stage", "pipeline").in_bulk(
        [each.lead_id for each in crossings]
    )
    count = 0
    for each in crossings:
        lead = leads[each.lead_id]
        done = act(lead=lead, book=book, was=each.was, grade_was=each.grade_was, now=now)
        if done.changed:
            lead.save(update_fields=sorted(done.changed))
        record_all(done.drafts)
        count += bool(done.changed or done.drafts)
    return count
