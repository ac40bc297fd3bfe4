import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection, transaction
from pytest_django import DjangoAssertNumQueries

from core import claims
from core.access.models import Team
from core.due.models import DueRow, DueStatus
from core.due.operations import Runner, cancel, retry, schedule
from core.due.registry import handler
from tests.support import work_off

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)

worked: list[str] = []
behaviour: dict[str, Callable[[DueRow, datetime], None]] = {}


@handler("test.note", max_attempts=3)
def _note(row: DueRow, now: datetime) -> None:
    behaviour.get(row.key, lambda row, now: None)(row, now)
    worked.append(row.key)


@pytest.fixture(autouse=True)
def _fresh() -> None:
    worked.clear()
    behaviour.clear()


def due(key: str, at: datetime = NOW, **values: Any) -> DueRow:
    return schedule(kind="test.note", key=key, due_at=at, **values)


def work(now: datetime = NOW) -> list[str]:
    runner = Runner()
    while runner.work_next(now=now):
        pass
    return list(worked)


def in_thread(function: Callable[[], object]) -> threading.Thread:
    def run() -> None:
        try:
            function()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


@pytest.mark.django_db
def test_scheduling_is_one_statement_and_moves_the_pending_row(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    with django_assert_num_queries(1):
        first = due("a", NOW, payload={"step": 1}, lead_id=5)
    with django_assert_num_queries(1):
        moved = due("a", NOW + MINUTE, payload={"step": 2}, conversation_id=6)

    row = DueRow.objects.get()
    assert first.pk == moved.pk == row.pk
    assert (row.due_at, row.payload) == (NOW + MINUTE, {"step": 2})
    assert (row.lead_id, row.conversation_id) == (None, 6)
    assert (row.status, row.attempts, row.finished_at) == (DueStatus.PENDING, 0, None)


@pytest.mark.django_db
def test_rows_are_worked_when_due_in_the_order_of_their_time() -> None:
    due("third", NOW)
    due("first", NOW - 2 * MINUTE)
    due("later", NOW + timedelta(seconds=1))
    due("second", NOW - MINUTE)

    assert work() == ["first", "second", "third"]
    assert work(NOW + MINUTE) == ["first", "second", "third", "later"]
    assert set(DueRow.objects.values_list("status", "attempts")) == {("done", 1)}
    assert DueRow.objects.get(key="first").finished_at == NOW


@pytest.mark.django_db
def test_cancelled_rows_are_not_worked() -> None:
    due("a")
    assert cancel(kind="test.note", key="a") == 1
    assert cancel(kind="test.note", key="a") == 0

    assert work() == []
    assert DueRow.objects.get().status == DueStatus.CANCELLED


@pytest.mark.django_db
def test_what_a_handler_did_is_undone_with_its_fault_and_tried_again_later() -> None:
    def fail(row: DueRow, now: datetime) -> None:
        Team.objects.create(name="half done")
        raise ValueError("no luck")

    behaviour["a"] = fail
    due("a")
    due("b")

    assert work() == ["b"]
    row = DueRow.objects.get(key="a")
    assert (row.status, row.attempts, row.last_error) == (DueStatus.PENDING, 1, "ValueError: no luck")
    assert NOW + timedelta(seconds=0.5) <= row.claimed_until <= NOW + timedelta(seconds=1)
    assert Team.objects.count() == 0

    behaviour.clear()
    assert work(NOW + timedelta(seconds=2)) == ["b", "a"]
    row.refresh_from_db()
    assert (row.status, row.attempts, row.last_error) == (DueStatus.DONE, 2, "")


@pytest.mark.django_db
def test_a_poisonous_row_is_parked_with_its_error_and_can_be_retried() -> None:
    def fail(row: DueRow, now: datetime) -> None:
        raise ValueError("never")

    behaviour["a"] = fail
    row = due("a")
    for hour in range(5):
        work(NOW + timedelta(hours=hour))

    row.refresh_from_db()
    assert (row.status, row.attempts, row.last_error) == (DueStatus.PARKED, 3, "ValueError: never")
    assert row.finished_at == NOW + timedelta(hours=2)

    behaviour.clear()
    assert retry(row_id=row.pk) is True
    assert retry(row_id=row.pk) is False
    assert work() == ["a"]


@pytest.mark.django_db
def test_a_row_that_kills_its_worker_every_time_is_parked() -> None:
    row = due("a")
    DueRow.objects.filter(pk=row.pk).update(attempts=3)

    assert work() == []
    row.refresh_from_db()
    assert (row.status, row.last_error) == (DueStatus.PARKED, "The worker died with this row each time.")


@pytest.mark.django_db
def test_a_kind_without_a_handler_is_parked_with_the_reason() -> None:
    row = schedule(kind="test.unknown", key="a", due_at=NOW)
    for hour in range(9):
        work(NOW + timedelta(hours=hour))

    row.refresh_from_db()
    assert row.status == DueStatus.PARKED
    assert row.last_error == "LookupError: No handler is registered for the due kind 'test.unknown'."


@pytest.mark.django_db
def test_a_handler_schedules_its_own_row_again() -> None:
    behaviour["a"] = lambda row, now: due("a", now + MINUTE, payload={"turn": 2}) and None
    first = due("a")

    assert work() == ["a"]
    found = DueRow.objects.order_by("id").values_list("pk", "status", "due_at", "attempts")
    second = DueRow.objects.get(status=DueStatus.PENDING)
    assert list(found) == [(first.pk, "done", NOW, 1), (second.pk, "pending", NOW + MINUTE, 0)]


@pytest.mark.django_db
def test_a_handler_that_cancels_its_own_row_has_done_it() -> None:
    def act(row: DueRow, now: datetime) -> None:
        Team.objects.create(name="reminded")
        assert cancel(kind=row.kind, key=row.key) == 0

    behaviour["a"] = act
    due("a")

    assert work() == ["a"]
    assert (DueRow.objects.get().status, Team.objects.count()) == (DueStatus.DONE, 1)


@pytest.mark.django_db
@pytest.mark.parametrize("change", ["cancel", "move"])
def test_a_row_taken_back_while_its_handler_runs_leaves_no_effect(change: str) -> None:
    def act(row: DueRow, now: datetime) -> None:
        Team.objects.create(name="too late")
        if change == "cancel":
            DueRow.objects.filter(pk=row.pk).update(status=DueStatus.CANCELLED)
        else:
            DueRow.objects.filter(pk=row.pk).update(due_at=NOW + MINUTE, attempts=0)

    behaviour["a"] = act
    due("a")
    work()

    assert Team.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_two_workers_share_the_rows_and_work_each_once() -> None:
    DueRow.objects.bulk_create(
        DueRow(kind="test.note", key=str(n), due_at=NOW - n * MINUTE) for n in range(300)
    )
    taken: dict[int, list[int]] = {}
    for n in range(300):
        behaviour[str(n)] = lambda row, now: taken.setdefault(threading.get_ident(), []).append(int(row.key))
    threads = [in_thread(work) for _ in range(2)]
    for thread in threads:
        thread.join()

    assert sorted(worked, key=int) == [str(n) for n in range(300)]
    assert set(DueRow.objects.values_list("status", "attempts")) == {("done", 1)}
    # How the two keep step is up to the machine; what each takes is always the oldest that is free.
    assert all(mine == sorted(mine, reverse=True) for mine in taken.values())


@pytest.mark.django_db(transaction=True)
def test_a_killed_worker_frees_its_row_at_once() -> None:
    begun, killed = threading.Event(), threading.Event()
    pids: list[int] = []

    def hang(row: DueRow, now: datetime) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            pids.append(cursor.fetchone()[0])
        begun.set()
        killed.wait(10)

    behaviour["a"] = hang
    due("a")
    thread = in_thread(work)
    begun.wait(10)
    behaviour.clear()

    assert work() == []
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pids[0]])
    assert work() == ["a"]
    killed.set()
    thread.join()

    assert DueRow.objects.values_list("status", "attempts").get() == ("done", 2)


@pytest.mark.django_db(transaction=True)
def test_cancelling_under_a_lock_that_the_handler_waits_for_neither_deadlocks_nor_loses() -> None:
    team = Team.objects.create(name="locked")
    begun = threading.Event()

    def act(row: DueRow, now: datetime) -> None:
        begun.set()
        Team.objects.select_for_update().get(pk=team.pk)
        Team.objects.filter(pk=team.pk).update(name="touched by a cancelled row")

    behaviour["a"] = act
    due("a")
    with transaction.atomic():
        Team.objects.select_for_update().get(pk=team.pk)
        thread = in_thread(work)
        begun.wait(10)
        assert cancel(kind="test.note", key="a") == 1
    thread.join()

    team.refresh_from_db()
    assert team.name == "locked"
    assert DueRow.objects.get().status == DueStatus.CANCELLED


@pytest.mark.django_db
def test_the_task_works_what_is_due_now() -> None:
    due("a")
    due("b", NOW + timedelta(hours=1))
    with time_machine.travel(NOW + MINUTE, tick=False):
        assert work_off(["due"]) == 1

    assert worked == ["a"]


def test_backoff_doubles_up_to_its_longest() -> None:
    for attempts, (least, most) in {
        1: (0.5, 1),
        2: (1, 2),
        5: (8, 16),
        11: (450, 900),
        500: (450, 900),
    }.items():
        pauses = [claims.backoff(attempts).total_seconds() for _ in range(50)]
        assert least <= min(pauses)
        assert max(pauses) <= most
