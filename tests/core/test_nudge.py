import time
from collections.abc import Iterator

import pytest
from celery import Celery, current_app
from django.db import transaction
from pytest_django import Settings

from config import celery_app
from core import nudge, valkey

DEAD = "redis://127.0.0.1:1/0"


@pytest.fixture(autouse=True)
def _no_key() -> None:
    valkey.client().delete("parley:nudge:events")


def key_is_set() -> bool:
    return valkey.client().exists("parley:nudge:events") == 1


def queued() -> int:
    with current_app.connection_for_write() as connection:
        return int(connection.default_channel.client.llen("celery"))


@pytest.mark.django_db(transaction=True)
def test_nudges_of_a_transaction_send_one_task_after_its_commit() -> None:
    before = queued()
    with transaction.atomic():
        nudge.nudge("events")
        nudge.nudge("events")
        with transaction.atomic():
            nudge.nudge("events")
        assert len(transaction.get_connection().run_on_commit) == 1
        assert queued() == before
    nudge.nudge("events")

    assert queued() == before + 1
    assert key_is_set()


@pytest.mark.django_db(transaction=True)
def test_a_nudge_outside_survives_the_rollback_of_a_savepoint_that_nudged_first() -> None:
    with transaction.atomic():
        point = transaction.savepoint()
        nudge.nudge("events")
        transaction.savepoint_rollback(point)
        nudge.nudge("events")

    assert key_is_set()


@pytest.mark.django_db(transaction=True)
def test_a_rolled_back_transaction_sends_nothing() -> None:
    before = queued()
    with transaction.atomic():
        nudge.nudge("events")
        transaction.set_rollback(True)

    assert queued() == before
    assert not key_is_set()


@pytest.mark.django_db(transaction=True)
def test_work_lets_new_nudges_through_from_its_start() -> None:
    nudge.nudge("events")
    seen: list[bool] = []

    def step() -> int:
        seen.append(key_is_set())
        return 3 - len(seen)

    assert nudge.work("events", step) == 3
    assert seen == [False, False, False]
    assert not key_is_set()


@pytest.mark.django_db(transaction=True)
def test_work_that_is_not_done_in_its_turn_asks_for_another() -> None:
    assert nudge.work("events", lambda: 1, seconds=0) == 1
    assert key_is_set()


def test_unknown_names_and_names_taken_are_errors() -> None:
    with pytest.raises(KeyError):
        nudge.nudge("nobody")
    with pytest.raises(ValueError, match="registered already"):
        nudge.register("events", task="somewhere.else")


@pytest.mark.django_db(transaction=True)
def test_a_dead_cache_delays_nobody_and_opens_the_breaker(settings: Settings) -> None:
    settings.CACHE_URL = DEAD

    assert seconds_to_nudge() < 0.5
    assert valkey.breaker().is_open
    assert seconds_to_nudge(times=1000) < 0.5


@pytest.mark.django_db(transaction=True)
def test_a_dead_broker_delays_nobody_and_its_key_does_not_swallow_the_next_nudge(
    settings: Settings, dead_broker: None
) -> None:
    settings.BROKER_URL = DEAD

    assert seconds_to_nudge() < 0.5
    assert valkey.breaker().is_open
    assert not key_is_set()
    assert seconds_to_nudge(times=1000) < 0.5


@pytest.fixture
def dead_broker() -> Iterator[None]:
    """The Celery application of this process with a broker at a port where nothing listens."""
    app = Celery("dead")
    app.config_from_object("django.conf:settings", namespace="CELERY")
    app.conf.broker_url = DEAD
    app.set_current()
    yield
    celery_app.set_current()


def seconds_to_nudge(times: int = 1) -> float:
    started = time.perf_counter()
    for _ in range(times):
        nudge.nudge("events")
    return time.perf_counter() - started
