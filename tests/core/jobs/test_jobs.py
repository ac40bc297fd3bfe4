from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils.translation import gettext_lazy as _

from core.access.models import Team, User
from core.jobs.models import Job, JobStatus
from core.jobs.operations import retry, start, work_next
from core.jobs.registry import Step, job
from core.notifications.models import Notification
from tests.support import work_off

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
faults: list[Exception] = []


@job("test.count", done_text=_("Counted"), failed_text=_("Not counted"), url="/counted/", max_attempts=2)
def _count(job: Job) -> Step:
    done = int(job.cursor or 0) + 1
    Team.objects.create(name=f"team {done}")
    if faults:
        raise faults.pop()
    finished = done == job.payload["until"]
    return Step(done, job.payload["until"], done, finished, {"last": done} if finished else {})


@pytest.fixture(autouse=True)
def _no_faults() -> None:
    faults.clear()


@pytest.fixture
def ani() -> User:
    return User.objects.create_user("ani@example.com", name="Ani")


def begin(user: User | None, until: int = 3) -> Job:
    return start(kind="test.count", payload={"until": until}, created_by=user)


def state(job: Job) -> dict[str, Any]:
    job.refresh_from_db()
    return {
        "status": job.status,
        "done": job.done,
        "cursor": job.cursor,
        "attempts": job.attempts,
        "teams": Team.objects.count(),
    }


@pytest.mark.django_db
def test_a_job_runs_in_steps_that_commit_their_progress(ani: User) -> None:
    job = begin(ani)
    assert work_next(now=NOW) is True
    assert state(job) == {"status": "running", "done": 1, "cursor": 1, "attempts": 0, "teams": 1}
    assert job.percent == 33

    assert work_off(["jobs"]) == 2
    assert state(job) == {"status": "done", "done": 3, "cursor": 3, "attempts": 0, "teams": 3}
    assert job.result == {"last": 3}
    assert list(Notification.objects.values_list("user", "kind", "url")) == [
        (ani.pk, "job.test.count.done", "/counted/")
    ]
    assert work_next(now=NOW) is False


@pytest.mark.django_db
def test_a_failed_step_leaves_nothing_and_is_done_again(ani: User) -> None:
    job = begin(ani, until=1)
    faults.append(ValueError("hiccup"))

    assert work_next(now=NOW) is True
    assert state(job) == {"status": "running", "done": 0, "cursor": None, "attempts": 1, "teams": 0}
    assert job.error == "ValueError: hiccup"
    assert work_next(now=NOW) is False
    assert work_next(now=NOW + timedelta(seconds=2)) is True
    assert state(job) == {"status": "done", "done": 1, "cursor": 1, "attempts": 0, "teams": 1}
    assert job.error == ""


@pytest.mark.django_db
def test_a_job_that_keeps_failing_ends_with_its_error_and_goes_on_when_retried(ani: User) -> None:
    job = begin(ani, until=2)
    work_next(now=NOW)
    faults.extend([ValueError("again"), ValueError("no")])
    work_next(now=NOW)
    work_next(now=NOW + timedelta(minutes=1))

    assert state(job) == {"status": "failed", "done": 1, "cursor": 1, "attempts": 2, "teams": 1}
    assert job.error == "ValueError: again"
    assert list(Notification.objects.values_list("kind", flat=True)) == ["job.test.count.failed"]

    assert retry(job_id=job.pk) is True
    assert retry(job_id=job.pk) is False
    work_off(["jobs"])
    assert state(job) == {"status": "done", "done": 2, "cursor": 2, "attempts": 0, "teams": 2}


@pytest.mark.django_db
def test_a_job_whose_worker_dies_each_time_fails() -> None:
    job = begin(None)
    Job.objects.filter(pk=job.pk).update(attempts=2, status=JobStatus.RUNNING)
    work_next(now=NOW)

    assert state(job)["status"] == "failed"
    assert job.error == "The worker died in this step each time."
    assert Notification.objects.count() == 0


@pytest.mark.django_db
def test_a_kind_that_nobody_knows_fails_with_the_reason() -> None:
    job = start(kind="test.unknown", payload={}, created_by=None)
    for hour in range(6):
        work_next(now=NOW + timedelta(hours=hour))

    assert state(job)["status"] == "failed"
    assert job.error == "LookupError: No step is registered for the job kind 'test.unknown'."
