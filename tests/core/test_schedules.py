import pytest
from django.utils.module_loading import import_string
from django_celery_beat.models import IntervalSchedule, PeriodicTask
from pytest_django import DjangoAssertNumQueries

from core import nudge
from core.schedules import PREFIX, SCHEDULES, assert_all, every


@pytest.mark.django_db
def test_schedules_are_written_put_back_and_removed_and_others_left_alone() -> None:
    hourly = IntervalSchedule.objects.create(every=1, period=IntervalSchedule.HOURS)
    PeriodicTask.objects.create(name="Our report", task="reports.send", interval=hourly)
    PeriodicTask.objects.create(name=f"{PREFIX}of an older version", task="gone", interval=hourly)

    assert assert_all() == len(SCHEDULES) + 1
    ours = PeriodicTask.objects.filter(name__startswith=PREFIX)
    assert sorted(
        ours.values_list("name", "task", "interval__every", "interval__period", "enabled")
    ) == sorted(
        (schedule.title, schedule.task, schedule.seconds, "seconds", True) for schedule in SCHEDULES.values()
    )

    ours.filter(name=f"{PREFIX}work due rows").update(enabled=False, interval=hourly, task="other")
    assert assert_all() == 1
    row = ours.get(name=f"{PREFIX}work due rows")
    assert (row.task, row.enabled, row.interval.every) == ("core.due.tasks.work_due_rows", True, 2)
    assert PeriodicTask.objects.get(name="Our report").interval == hourly


@pytest.mark.django_db
def test_asserting_again_changes_nothing(django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    assert_all()
    with django_assert_max_num_queries(4 + len(SCHEDULES)):
        assert assert_all() == 0


def test_a_name_is_registered_once() -> None:
    with pytest.raises(ValueError, match="registered already"):
        every(1, "work due rows", "somewhere.else")


def test_every_nudge_and_schedule_starts_a_task_that_exists() -> None:
    for path in {*nudge.registered().values(), *(schedule.task for schedule in SCHEDULES.values())}:
        assert import_string(path).name == path


def test_every_nudge_has_a_sweep() -> None:
    assert set(nudge.registered().values()) <= {schedule.task for schedule in SCHEDULES.values()}
