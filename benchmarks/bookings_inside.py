"""The measuring itself; prints one line of JSON. Run by `benchmarks.bookings`, which gives it a database."""

from __future__ import annotations

import json
import multiprocessing
import os
import time
from collections.abc import Callable
from datetime import datetime
from statistics import median
from typing import Any

import django
import psycopg

PEOPLE = 10
TAKEN = 400
ROUNDS = 15
CLIENTS = 50


def main() -> None:
    django.setup()
    from django.utils import timezone

    now = timezone.now()
    print(json.dumps({"free": _free(now), "race": _race(now)}))


def _free(now: datetime) -> dict[str, float]:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from bookings.appointments.queries import free_times
    from tests.factories.bookings import make_booking, make_resource, make_service

    service = make_service(
        *(make_resource(f"Person {number}", holiday_country="AM") for number in range(PEOPLE))
    )
    contact = _contact()
    seats = [each.starts_at for each in free_times(service, now=now) for _ in each.resource_ids]
    for starts_at in seats[:: len(seats) // TAKEN]:
        make_booking(service, starts_at, now=now, contact=contact)
    with CaptureQueriesContext(connection) as captured:
        free_times(service, now=now)
    statements = [query["sql"] for query in captured]
    figures, floors = [], []
    for _ in range(ROUNDS):
        figures.append(_milliseconds(lambda: free_times(service, now=now)))
        floors.append(_milliseconds(lambda: _read(statements)))
    return {
        "days": service.horizon_days,
        "people": PEOPLE,
        "taken": TAKEN,
        "milliseconds": median(figures),
        "floor": median(floors),
    }


def _read(statements: list[str]) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement.replace("%", "%%"))
            cursor.fetchall()


def _race(now: datetime) -> dict[str, float]:
    from bookings.appointments.queries import free_times
    from bookings.errors import SlotTaken
    from tests.factories.bookings import make_booking, make_service

    service, contact = make_service(), _contact()
    wanted = free_times(service, now=now)[7].starts_at

    def ours() -> Callable[[], bool]:
        free_times(service, now=now)

        def act() -> bool:
            try:
                make_booking(service, wanted, now=now, contact=contact)
            except SlotTaken:
                return False
            return True

        return act

    outcomes = _at_once(ours)
    return {
        "clients": CLIENTS,
        "slowest": max(seconds for _won, seconds in outcomes),
        "won": sum(won for won, _seconds in outcomes),
        "floor": max(seconds for _won, seconds in _at_once(_bare())),
    }


def _bare() -> Callable[[], Callable[[], bool]]:
    """The same lock and the same constraint, and nothing else."""
    url = os.environ["DATABASE_URL"]
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("DROP TABLE IF EXISTS bench_seat, bench_owner")
        connection.execute("CREATE TABLE bench_owner (id int PRIMARY KEY)")
        connection.execute("INSERT INTO bench_owner VALUES (1)")
        connection.execute(
            "CREATE TABLE bench_seat (owner int, at tstzrange, EXCLUDE USING gist (owner WITH =, at WITH &&))"
        )

    def prepare() -> Callable[[], bool]:
        connection = psycopg.connect(url)

        def act() -> bool:
            try:
                connection.execute("SELECT id FROM bench_owner WHERE id = 1 FOR NO KEY UPDATE")
                connection.execute(
                    "INSERT INTO bench_seat VALUES (1, '[2030-01-01 10:00, 2030-01-01 10:30)')"
                )
                connection.commit()
            except psycopg.errors.ExclusionViolation:
                connection.rollback()
                return False
            return True

        return act

    return prepare


def _at_once(prepare: Callable[[], Callable[[], bool]]) -> list[tuple[bool, float]]:
    """Whether each process won and after how long, all let loose together once they are connected."""
    from django.db import connections

    forking = multiprocessing.get_context("fork")
    barrier, results = forking.Barrier(CLIENTS), forking.SimpleQueue()
    connections.close_all()

    def run() -> None:
        act = prepare()
        barrier.wait(timeout=60)
        began = time.perf_counter()
        won = act()
        results.put((won, time.perf_counter() - began))

    processes = [forking.Process(target=run) for _ in range(CLIENTS)]
    for process in processes:
        process.start()
    outcomes = [results.get() for _ in processes]
    for process in processes:
        process.join(timeout=30)
    return outcomes


def _contact() -> Any:
    from core.events.actor import SYSTEM
    from crm.contacts.operations import create_contact

    return create_contact(actor=SYSTEM, name="Bench")


def _milliseconds(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    main()
