"""What nothing understood is put before an admin once a month, with sample chats (spec 4.4)."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from conversations.goals.grouping import Group, waiting_groups
from conversations.goals.models import Review, ReviewPlan
from conversations.goals.queries import reviews_are_on
from core.access.models import Role, User
from core.company.queries import company
from core.due.models import DueRow
from core.due.operations import cancel, schedule
from core.events.actor import Actor
from core.events.operations import record
from core.notifications.operations import notify

REVIEW = "goals.review"
SAMPLES = 10
_MORNING = time(9)


@transaction.atomic
def plan_review(*, now: datetime) -> bool:
    """Let the review of this month come on the first morning of the next one; False where it is planned, or not wanted.

    One that somebody has cancelled does not come back.
    """
    if not reviews_are_on():
        return False
    zone = ZoneInfo(company().timezone)
    month = now.astimezone(zone).date().replace(day=1)
    key = f"{month:%Y-%m}"
    if DueRow.objects.filter(kind=REVIEW, key=key).exists() or Review.objects.filter(month=month).exists():
        return False
    following = (month + timedelta(days=32)).replace(day=1)
    schedule(kind=REVIEW, key=key, due_at=datetime.combine(following, _MORNING, zone))
    return True


def review_month(row: DueRow, now: datetime) -> None:
    """The task, made once for a month; nothing to look at makes none."""
    if not reviews_are_on():
        return
    groups = waiting_groups()
    month = date.fromisoformat(f"{row.key}-01")
    admins = list(User.objects.filter(role=Role.ADMIN, is_active=True).order_by("pk"))
    if not groups:
        return
    made, is_new = Review.objects.get_or_create(
        month=month,
        defaults={
            "assignee": admins[0] if admins else None,
            "groups": len(groups),
            "messages": sum(len(each.rows) for each in groups),
        },
    )
    if not is_new:
        return
    made.samples.set(_samples(groups))
    payload = {"month": row.key, "groups": made.groups, "messages": made.messages}
    record(name="goals.review_due", subject=made, payload=payload)
    params = {"count": made.groups, "month": row.key}
    notify(users=admins, kind=REVIEW, key=row.key, params=params, url=reverse("desk:settings_unclear"))


def _samples(groups: list[Group]) -> list[int]:
    return [group.rows[0].message_id for group in groups[:SAMPLES]]


@transaction.atomic
def finish_review(*, public_id: UUID, user: User) -> None:
    """Somebody has looked. Again does nothing. Raises Review.DoesNotExist."""
    found = Review.objects.select_for_update().get(public_id=public_id)
    if found.done_at is None:
        found.done_by, found.done_at = user, timezone.now()
        found.save(update_fields=["done_by", "done_at"])
        payload = {"month": f"{found.month:%Y-%m}"}
        record(name="goals.reviewed", subject=found, actor=Actor.of(user), payload=payload)


@transaction.atomic
def switch_reviews(*, active: bool, now: datetime) -> None:
    """Put it before an admin every month from now on, or no more."""
    ReviewPlan.objects.update_or_create(id=1, defaults={"active": active})
    if active:
        plan_review(now=now)
        return
    waiting = DueRow.objects.filter(kind=REVIEW, status="pending")
    for key in list(waiting.values_list("key", flat=True)):
        cancel(kind=REVIEW, key=key)
        DueRow.objects.filter(kind=REVIEW, key=key, status="cancelled").delete()
