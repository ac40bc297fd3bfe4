from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from core.due.models import DueRow, DueStatus
from core.jobs.models import Job, JobStatus
from core.notifications.models import Notification
from core.tidy.operations import tidy
from core.tidy.registry import KEPT, keep
from tests.factories.core import UserFactory

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def now() -> datetime:
    return timezone.now()


def due(key: str, status: DueStatus, finished_at: datetime | None) -> DueRow:
    at = finished_at or timezone.now()
    return DueRow.objects.create(kind="test", key=key, due_at=at, status=status, finished_at=finished_at)


def test_what_is_done_goes_after_its_days_and_what_waits_for_a_person_stays(now: datetime) -> None:
    long_ago, lately = now - 31 * DAY, now - 29 * DAY
    due("done", DueStatus.DONE, long_ago)
    due("cancelled", DueStatus.CANCELLED, long_ago)
    due("lately", DueStatus.DONE, lately)
    due("parked", DueStatus.PARKED, long_ago)
    due("pending", DueStatus.PENDING, None)
    Job.objects.create(kind="done", status=JobStatus.DONE, finished_at=long_ago)
    Job.objects.create(kind="failed", status=JobStatus.FAILED, finished_at=long_ago)

    assert tidy(now=now) == {"due rows": 2, "jobs": 1}

    assert set(DueRow.objects.values_list("key", flat=True)) == {"lately", "parked", "pending"}
    assert list(Job.objects.values_list("kind", flat=True)) == ["failed"]
    assert tidy(now=now) == {}


def test_notifications_that_were_read_and_sessions_that_ran_out_go(now: datetime) -> None:
    user = UserFactory()
    for key, read_at in (("old", now - 91 * DAY), ("new", now - 89 * DAY), ("unread", None)):
        Notification.objects.create(user=user, kind="test", key=key, url="/", read_at=read_at)
    for key, expires in (("over", now - timedelta(seconds=1)), ("good", now + DAY)):
        Session.objects.create(session_key=key, session_data="", expire_date=expires)

    assert tidy(now=now) == {"notifications": 1, "sessions": 1}

    assert set(Notification.objects.values_list("key", flat=True)) == {"new", "unread"}
    assert [session.session_key for session in Session.objects.all()] == ["good"]


def test_many_rows_go_in_batches_as_far_as_the_time_allows(now: datetime) -> None:
    for number in range(5):
        due(str(number), DueStatus.DONE, now - 31 * DAY)

    assert tidy(now=now, seconds=0) == {}
    assert tidy(now=now, batch=2) == {"due rows": 5}


def test_what_is_young_is_not_read_any_further(
    now: datetime, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number, age in enumerate((31, 1, 31, 1, 1, 1, 31)):
        due(str(number), DueStatus.DONE, now - age * DAY)

    with django_assert_num_queries(len(KEPT) + 4):  # two pages with old rows, each removed by one statement
        assert tidy(now=now, batch=2) == {"due rows": 2}


def test_a_name_is_taken_once() -> None:
    with pytest.raises(ValueError, match="tidied already"):
        keep("jobs", days=1, rows=KEPT["jobs"].rows, moment="finished_at")


def test_what_was_given_up_is_tried_again_on_request(
    now: datetime, capsys: pytest.CaptureFixture[str]
) -> None:
    row = due("parked", DueStatus.PARKED, now)
    job = Job.objects.create(kind="failed", status=JobStatus.FAILED, finished_at=now)

    call_command("retry")

    row.refresh_from_db()
    job.refresh_from_db()
    assert (row.status, job.status) == ("pending", "queued")
    assert capsys.readouterr().out == "1 due rows and 1 jobs are tried again.\n"
