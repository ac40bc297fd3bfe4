"""What the pages of a change to many leads show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.shortcuts import get_object_or_404
from django.utils import timezone

from core.access.models import User
from core.jobs.models import Job, JobStatus
from crm.bulk.enums import Outcome, Reason
from crm.bulk.models import LeadBulk
from crm.bulk.queries import LeadBulkQuerySet, bulks, items_of, undo_until
from crm.pipeline.models import Lead
from crm.pipeline.queries import leads
from crm.pipeline.wants import offered
from desk.bulk.words import became, what

PAGE = 50
TABS = (Outcome.REFUSED, Outcome.CHANGED, Outcome.ALREADY, Outcome.WAITING)


@dataclass(frozen=True)
class State:
    """How far it is: `phase` is working, stopped, done, undoing or undone. `done` of `total` leads of that phase."""

    bulk: LeadBulk
    what: str
    phase: str
    done: int
    total: int
    undo_until: datetime | None

    @property
    def percent(self) -> int:
        return self.done * 100 // self.total if self.total else 100

    @property
    def runs(self) -> bool:
        return self.phase in ("working", "undoing")

    @property
    def job(self) -> Job | None:
        return self.bulk.undo_job if self.bulk.undo_started_at else self.bulk.job


@dataclass(frozen=True)
class Row:
    """`lead` is None where the reader does not see it any more."""

    lead: Lead | None
    words: str


@dataclass(frozen=True)
class Rows:
    rows: list[Row]
    after: int | None


def seen(user: User) -> LeadBulkQuerySet:
    return bulks().visible_to(user).with_jobs()


def bulk_for(user: User, public_id: UUID) -> LeadBulk:
    """Raises Http404 for one that the person has nothing to do with."""
    return get_object_or_404(seen(user), public_id=public_id)


def state_of(bulk: LeadBulk, now: datetime | None = None) -> State:
    words = what(bulk.kind, bulk.options)
    job = bulk.undo_job if bulk.undo_started_at else bulk.job
    stopped = job is not None and job.status == JobStatus.FAILED
    until = undo_until(bulk)
    open_to_undo = bool(bulk.changed and not bulk.undo_started_at and (now or timezone.now()) <= until)
    if bulk.undo_started_at:
        phase = "undone" if bulk.undo_finished_at else "stopped" if stopped else "undoing"
        return State(bulk, words, phase, bulk.undone + bulk.kept, bulk.changed, None)
    phase = "done" if bulk.finished_at else "stopped" if stopped else "working"
    may = open_to_undo and phase != "working"
    return State(bulk, words, phase, bulk.done, bulk.total, until if may else None)


def rows_of(bulk: LeadBulk, user: User, outcome: Outcome, after: int) -> Rows:
    """One page by keyset; three statements, one more where a stage asked for something."""
    found = items_of(bulk).filter(outcome=outcome, pk__gt=after).order_by("pk")[: PAGE + 1]
    items = list(found)
    page = items[:PAGE]
    rows = leads().visible_to(user).select_related("contact", "stage", "owner")
    visible = rows.in_bulk([item.lead_id for item in page])
    wants = offered() if any(item.reason == Reason.MISSING for item in page) else {}
    shown = [Row(visible.get(item.lead_id), became(item, wants)) for item in page]
    return Rows(shown, page[-1].pk if len(items) > PAGE else None)


def first_tab(bulk: LeadBulk) -> Outcome:
    """The one that asks for attention first."""
    counts = counts_of(bulk)
    return next((tab for tab in TABS if counts[tab]), Outcome.CHANGED)


def counts_of(bulk: LeadBulk) -> dict[Outcome, int]:
    return {
        Outcome.REFUSED: bulk.refused,
        Outcome.CHANGED: bulk.changed,
        Outcome.ALREADY: bulk.already,
        Outcome.WAITING: bulk.waiting,
    }
