"""A change to many leads begins: which leads, is written down; then it is done at once or by a job."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.access.models import User
from core.events.actor import key_in_use
from core.jobs import operations as jobs
from core.jobs.models import Job, JobStatus
from crm.bulk.actions import ACTIONS
from crm.bulk.enums import Outcome
from crm.bulk.errors import NothingChosen, TooLateToUndo, TooManyLeads
from crm.bulk.models import BulkItem, LeadBulk
from crm.bulk.operations.undoing import undo_all
from crm.bulk.operations.working import work_all
from crm.bulk.queries import AT_ONCE, CEILING, undo_until
from crm.pipeline.queries import LeadQuerySet, leads

JOB = "crm.bulk"
UNDO_JOB = "crm.bulk_undo"
_SNAPSHOT = "INSERT INTO crm_bulkitem (bulk_id, lead_id, revision) SELECT %s, chosen.* FROM ({}) AS chosen"

Action = tuple[str, Mapping[str, Any]]


@transaction.atomic
def start_bulk(*, rows: LeadQuerySet, action: Action, user: User | None, at_once: int = AT_ONCE) -> LeadBulk:
    """Do the action (made by `crm.bulk.actions`) to the leads that are in `rows` at this moment.

    Up to `at_once` leads are changed before this returns, more by a job. `rows` must be what the person sees
    (`LeadSelection.leads`). Raises BadBulk, NothingChosen, TooManyLeads.
    """
    kind, settings = action
    ACTIONS[kind](settings).check()
    bulk = LeadBulk.objects.create(
        kind=kind, options=dict(settings), created_by=user, api_key_id=key_in_use()
    )
    bulk.total = _take_down(bulk, rows)
    if not bulk.total:
        raise NothingChosen(_("None of these leads is there any more, or you do not see it."))
    if bulk.total > CEILING:
        sentence = _("At most %(most)d leads can be changed at once. Narrow the filter.")
        raise TooManyLeads(sentence % {"most": CEILING})
    if bulk.total > at_once:
        bulk.job = jobs.start(kind=JOB, payload={"bulk": bulk.pk}, created_by=user)
    bulk.save(update_fields=["total", "job"])
    if bulk.job is None:
        work_all(bulk)
    return bulk


def retry_refused(*, bulk: LeadBulk, user: User | None, at_once: int = AT_ONCE) -> LeadBulk:
    """The same again with the leads that were left as they were, as far as the person sees them now."""
    refused = BulkItem.objects.filter(bulk=bulk, outcome=Outcome.REFUSED)
    rows = leads().filter(pk__in=refused.values("lead"))
    rows = rows.visible_to(user) if user is not None else rows
    return start_bulk(rows=rows, action=(bulk.kind, bulk.options), user=user, at_once=at_once)


def go_on(*, bulk: LeadBulk) -> bool:
    """Let work that has failed go on from where it stopped. False when none has."""
    job_id = bulk.undo_job_id if bulk.undo_started_at else bulk.job_id
    return job_id is not None and jobs.retry(job_id=job_id)


@transaction.atomic
def start_undo(
    *, bulk_id: int, user: User | None, now: datetime | None = None, at_once: int = AT_ONCE
) -> LeadBulk:
    """Put the leads back that nobody has changed since. Raises TooLateToUndo."""
    now = now or timezone.now()
    bulk = LeadBulk.objects.select_for_update().get(pk=bulk_id)
    if bulk.undo_started_at is not None:
        raise TooLateToUndo(_("This was undone already."))
    if bulk.finished_at is None and not _has_failed(bulk):
        raise TooLateToUndo(_("It is still being done. Undo it when it has ended."))
    if now > undo_until(bulk):
        raise TooLateToUndo(_("It is too long ago to be undone in one go."))
    bulk.undo_started_at = now
    if bulk.changed > at_once:
        bulk.undo_job = jobs.start(kind=UNDO_JOB, payload={"bulk": bulk.pk}, created_by=user)
    bulk.save(update_fields=["undo_started_at", "undo_job"])
    if bulk.undo_job is None:
        undo_all(bulk, user)
    return bulk


def _has_failed(bulk: LeadBulk) -> bool:
    return Job.objects.filter(pk=bulk.job_id or 0, status=JobStatus.FAILED).exists()


def _take_down(bulk: LeadBulk, rows: LeadQuerySet) -> int:
    """One statement whatever their number; one more than may be, so that too many are noticed."""
    chosen = rows.order_by("pk").values_list("pk", "revision")[: CEILING + 1]
    try:
        sql, params = chosen.query.get_compiler(connection=connection).as_sql()
    except EmptyResultSet:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_SNAPSHOT.format(sql), [bulk.pk, *params])
        return int(cursor.rowcount)
