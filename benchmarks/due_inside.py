"""The measuring itself; prints one line of JSON. Run by `benchmarks.due`, which gives it a database.

The rows stand in a table of their own, so that the workers of the product leave them alone.
"""

from __future__ import annotations

import argparse
import importlib
import json
import multiprocessing
import os
import random
import signal
import time
from datetime import UTC, datetime
from typing import Any

import django
import psycopg

KIND = "bench.due"
WORKERS = 2
KILL_SECONDS = 2.0
SCHEMA = "bench_due"
FLOOR_ROWS = 1000
LOOKED_AHEAD = 200
"""Two workers look ahead a hundred rows each; a killed one's row is taken up at the next look. What is further out of the
order of due time than that was overtaken.
"""


def main() -> None:
    reader = argparse.ArgumentParser()
    reader.add_argument("--rows", type=int, default=100_000)
    reader.add_argument(
        "--kill-every", type=float, default=KILL_SECONDS, help="seconds, half or one and a half by chance"
    )
    reader.add_argument("--seconds", type=float, default=600.0, help="stop after so long, whatever is left")
    asked = reader.parse_args()
    django.setup()
    importlib.import_module("core.due.tasks")  # once, and not again in each worker that takes another's place
    begun = _lay(asked.rows)
    spent, kills = _work_off(asked.seconds, asked.kill_every)
    found = _found(begun)
    told = {
        "rows": asked.rows,
        "seconds": round(spent, 1),
        "kills": kills,
        "rows_per_second": round(found["done"] / spent, 1),
        "floor": round(_floor(), 1),
        "duplicates": found["done"] - found["distinct"],
    }
    print(json.dumps({**found, **told}))


def _lay(rows: int) -> datetime:
    """All of them due, a millisecond apart, the last one now."""
    begun = datetime.now(UTC)
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        connection.execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")
        connection.execute(f"CREATE SCHEMA {SCHEMA}")
        connection.execute(f"CREATE TABLE {SCHEMA}.core_duerow (LIKE public.core_duerow INCLUDING ALL)")
        connection.execute(
            f"CREATE TABLE {SCHEMA}.done (number bigserial, row_id bigint, at timestamptz DEFAULT clock_timestamp())"
        )
        connection.execute(
            f"""INSERT INTO {SCHEMA}.core_duerow
                (public_id, kind, key, due_at, payload, status, attempts, last_error)
            SELECT gen_random_uuid(), %s, place::text, %s - place * interval '1 ms', '{{}}', 'pending', 0, ''
            FROM generate_series(0, %s) AS place ORDER BY random()""",
            [KIND, begun, rows - 1],
        )
        connection.execute(f"ANALYZE {SCHEMA}.core_duerow")
    return begun


def _work_off(seconds: float, kill_every: float) -> tuple[float, int]:
    """Two workers, of which one is killed at random every now and then, and another begins in its place."""
    forking = multiprocessing.get_context("fork")
    workers = [_started(forking) for _ in range(WORKERS)]
    begun, kills, until = time.monotonic(), 0, time.monotonic() + seconds
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        while _left(connection) and time.monotonic() < until:
            time.sleep(kill_every * random.uniform(0.5, 1.5))
            place = random.randrange(WORKERS)
            if workers[place].is_alive():
                os.kill(workers[place].pid, signal.SIGKILL)
                kills += 1
            workers[place].join()
            workers[place] = _started(forking)
    spent = time.monotonic() - begun
    for worker in workers:
        worker.terminate()
        worker.join()
    return spent, kills


def _started(forking: Any) -> Any:
    worker = forking.Process(target=_worker)
    worker.start()
    return worker


def _worker() -> None:
    from django.db import connection, connections
    from django.utils import timezone

    from core.due import registry
    from core.due.operations import Runner

    connections.close_all()
    with connection.cursor() as cursor:
        cursor.execute(f"SET search_path TO {SCHEMA}, public")
    registry._handlers.setdefault(KIND, registry.Handler(_act, registry.MAX_ATTEMPTS))
    runner = Runner()
    while True:
        if not runner.work_next(now=timezone.now()):
            time.sleep(0.02)


def _act(row: Any, now: datetime) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {SCHEMA}.done (row_id) VALUES (%s)", [row.pk])


def _left(connection: Any) -> bool:
    row = connection.execute(
        f"SELECT EXISTS (SELECT 1 FROM {SCHEMA}.core_duerow WHERE status = 'pending')"
    ).fetchone()
    return bool(row[0])


def _found(begun: datetime) -> dict[str, Any]:
    """What was done, how often, how far out of its order, and how late."""
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        counted = connection.execute(f"SELECT count(*), count(DISTINCT row_id) FROM {SCHEMA}.done").fetchone()
        order = connection.execute(
            f"""SELECT max(abs(place - turn)), percentile_cont(0.95) WITHIN GROUP (ORDER BY late),
                       percentile_cont(0.5) WITHIN GROUP (ORDER BY late),
                       count(*) FILTER (WHERE abs(place - turn) > %s)
            FROM (SELECT rank() OVER (ORDER BY due.due_at) AS place, rank() OVER (ORDER BY done.number) AS turn,
                         extract(epoch FROM done.at - %s) AS late
                  FROM {SCHEMA}.done AS done JOIN {SCHEMA}.core_duerow AS due ON due.id = done.row_id) AS told""",
            [LOOKED_AHEAD, begun],
        ).fetchone()
        parked = connection.execute(
            f"SELECT count(*) FROM {SCHEMA}.core_duerow WHERE status = 'parked'"
        ).fetchone()
        connection.execute(f"DROP SCHEMA {SCHEMA} CASCADE")
    assert counted is not None
    assert order is not None
    assert parked is not None
    return {
        "done": counted[0],
        "distinct": counted[1],
        "furthest": int(order[0] or 0),
        "p95": float(order[1] or 0),
        "median": float(order[2] or 0),
        "order_violations": order[3],
        "parked": parked[0],
    }


def _floor() -> float:
    """Rows a second of the bare thing: claim with SKIP LOCKED, insert, mark done, one commit; one worker."""
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        connection.execute("CREATE TEMP TABLE bare (id int PRIMARY KEY, due_at timestamptz, done bool)")
        connection.execute("CREATE TEMP TABLE bare_done (id int)")
        connection.execute(
            "INSERT INTO bare SELECT n, now() - n * interval '1 ms', false FROM generate_series(1, %s) n",
            [FLOOR_ROWS],
        )
        connection.execute("CREATE INDEX ON bare (due_at, id) WHERE NOT done")
        connection.commit()
        begun = time.monotonic()
        for _ in range(FLOOR_ROWS):
            row = connection.execute(
                "SELECT id FROM bare WHERE NOT done ORDER BY due_at, id LIMIT 1 FOR UPDATE SKIP LOCKED"
            ).fetchone()
            assert row is not None
            connection.execute("INSERT INTO bare_done VALUES (%s)", row)
            connection.execute("UPDATE bare SET done = true WHERE id = %s", row)
            connection.commit()
        return FLOOR_ROWS / (time.monotonic() - begun)


if __name__ == "__main__":
    main()
