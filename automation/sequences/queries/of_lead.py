"""For one lead: what was sent, what comes next and why, and what could be started (spec 10.3)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from automation.flows.wording import FALLBACK
from automation.sequences.enums import EnrolmentState, Trigger
from automation.sequences.models import Enrolment, FollowUp
from automation.sequences.queries.books import Book, books, script_of
from core.company.queries import company
from crm.pipeline.models import Lead

MOST = 5


@dataclass(frozen=True, slots=True)
class Line:
    """An enrolment as it is told. `next_text` is what would be said next, in the customer's language; `wait` the time that
    it waits after whatever went before.
    """

    enrolment: Enrolment
    taken: tuple[FollowUp, ...]
    steps: int
    why: str
    next_text: str = ""
    next_channel: str = ""
    wait: timedelta = timedelta()

    @property
    def is_under_way(self) -> bool:
        return self.enrolment.state == EnrolmentState.ACTIVE

    @property
    def number(self) -> int:
        """Which step comes next, from 1."""
        return self.enrolment.step + 1

    @property
    def outcome(self) -> str:
        found = self.enrolment
        if found.state == EnrolmentState.STOPPED:
            return str(found.get_stop_reason_display())
        return str(found.get_state_display())


def lines_of(lead: Lead) -> list[Line]:
    """The newest first; two statements, and one for each version that this process has not read yet."""
    rows = Enrolment.objects.filter(lead=lead).select_related("sequence", "version", "enrolled_by")
    found = list(rows.order_by("-id")[:MOST])
    taken: dict[int, list[FollowUp]] = defaultdict(list)
    if found:
        ids = [each.pk for each in found]
        for each in FollowUp.objects.filter(enrolment__in=ids).order_by("step"):
            taken[each.enrolment_id].append(each)
    return [_line(each, taken[each.pk], lead) for each in found]


def _line(enrolment: Enrolment, taken: Sequence[FollowUp], lead: Lead) -> Line:
    script = script_of(enrolment.version)
    if enrolment.state != EnrolmentState.ACTIVE or enrolment.step >= len(script.steps):
        return Line(enrolment, tuple(taken), len(script.steps), _why(enrolment))
    step, contact = script.steps[enrolment.step], lead.contact
    language = contact.language or company().language or FALLBACK
    text = step.text(language, {"name": contact.name, "company": company().name})
    return Line(enrolment, tuple(taken), len(script.steps), _why(enrolment), text, step.channel, step.wait)


def _why(enrolment: Enrolment) -> str:
    if enrolment.enrolled_by is not None:
        return str(enrolment.enrolled_by)
    trigger = enrolment.why.get("trigger", "")
    return str(Trigger(trigger).label) if trigger in Trigger.values else ""


def to_start(lines: Sequence[Line]) -> list[Book]:
    """The sequences that a colleague could start: those in use, but for the one that is under way."""
    under_way = {line.enrolment.sequence_id for line in lines if line.is_under_way}
    return [book for book in books() if book.sequence.pk not in under_way]
