"""Changes to many leads, as their people see them."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import QuerySet

from core.access.models import User
from crm.bulk.models import BulkItem, LeadBulk
from crm.pipeline.queries import LeadQuerySet

CEILING = 100_000
"""Leads of one change: what a person can mean at once, what is written down within two seconds."""
AT_ONCE = 50
"""Up to so many leads are changed while the person waits."""
UNDO_HOURS = 24
KEPT_DAYS = 90


class LeadBulkQuerySet(QuerySet[LeadBulk]):
    def visible_to(self, user: User) -> LeadBulkQuerySet:
        """One's own; managers and admins see all."""
        if not (user.is_authenticated and user.is_active):
            return self.none()
        return self if user.sees_everything else self.filter(created_by=user)

    def with_jobs(self) -> LeadBulkQuerySet:
        return self.select_related("job", "undo_job", "created_by")


def bulks() -> LeadBulkQuerySet:
    return LeadBulkQuerySet(LeadBulk)


def ended() -> QuerySet[LeadBulk]:
    """For the tidying."""
    return LeadBulk.objects.filter(finished_at__isnull=False)


def items_of(bulk: LeadBulk) -> QuerySet[BulkItem]:
    return BulkItem.objects.filter(bulk=bulk)


def undo_until(bulk: LeadBulk) -> datetime:
    """Until when it can be taken back in one go."""
    return (bulk.finished_at or bulk.created_at) + timedelta(hours=UNDO_HOURS)


def count_up_to(rows: LeadQuerySet, most: int = CEILING) -> int:
    """How many there are, `most` + 1 standing for more: the database stops there."""
    inner = rows.order_by().values("pk")[: most + 1]
    found: int = inner.count()
    return found
