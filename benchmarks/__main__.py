"""`make bench`: starts the product in a folder of its own, measures, prints each figure beside its floor and its budget.

Carry the ratios, not the milliseconds: product and floor run on the same machine in the same minute. `make bench-large`
measures what grows with the leads: the same screens at 10,000 and at a million (--leads 200000: at so many), then the
work over many leads; it ends within ten minutes. `make bench ARGS="--quotes 1000000"` does the same for quotes alone,
`make bench ARGS="--due 100000"` works off so many rows that are due at once.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks import accept, api, bookings, due, pages, pipeline, quotes, reply, scoring, telegram
from benchmarks.table import Row, print_table
from tests.stack import RunningStack, free_port_pair

VARIABLES = {
    "LOG_LEVEL": "WARNING",
    # The stand-in's address, and no pace: Telegram's 30 messages a second would hide our own speed.
    "TELEGRAM_API_URL": f"http://127.0.0.1:{free_port_pair()}",
    "TELEGRAM_MESSAGES_PER_SECOND": "0",
}
FEW = 10_000


def usual(stack: RunningStack) -> Iterator[list[Row]]:
    for name, measure in (
        ("reply", reply.measure),
        ("telegram", telegram.measure),
        ("accept", accept.measure),
        ("api", api.measure),
        ("pages", pages.measure),
        ("pipeline", lambda running: pipeline.rows(pipeline.figures(running), FEW)),
        ("scoring", scoring.measure),
        ("bookings", bookings.measure),
        ("quotes", quotes.measure),
        ("due rows", due.measure),
    ):
        print(f"Measuring: {name} ...", flush=True)
        yield measure(stack)


def large(stack: RunningStack, leads: int) -> Iterator[list[Row]]:
    stack.manage("seed", "--leads", str(FEW), "--messages", str(2 * FEW))
    print(f"Measuring: the pipeline at {FEW:,} leads ...", flush=True)
    few = pipeline.figures(stack)
    print(f"Adding {leads - FEW:,} leads ...", flush=True)
    stack.manage("seed", "--leads", str(leads - FEW), seconds=900)
    print(f"Measuring: the pipeline at {leads:,} leads ...", flush=True)
    yield pipeline.rows(few, FEW)
    yield pipeline.rows(pipeline.figures(stack), leads, few)
    print("Measuring: work over many leads ...", flush=True)
    yield scoring.measure(stack)


def chosen(stack: RunningStack, asked: argparse.Namespace) -> Iterator[list[Row]]:
    if asked.quotes:
        yield quotes.measure(stack)
        yield quotes.growth(stack, asked.quotes)
    elif asked.due:
        yield due.measure(stack, rows=asked.due)
    else:
        yield from large(stack, asked.leads) if asked.large else usual(stack)


def main() -> int:
    reader = argparse.ArgumentParser(prog="make bench")
    reader.add_argument("--large", action="store_true", help="the screens and the work at a million leads")
    reader.add_argument("--leads", type=int, default=1_000_000, help="with --large: how many instead")
    reader.add_argument("--quotes", type=int, default=0, help="only quotes: list and figures at so many")
    reader.add_argument("--due", type=int, default=0, help="only so many rows that are due at once")
    asked = reader.parse_args()
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="parley-bench-", ignore_cleanup_errors=True) as folder:
        stack = RunningStack(Path(folder) / "data", variables=VARIABLES)
        print("Starting the product ...", flush=True)
        stack.start()
        try:
            for found in chosen(stack, asked):
                rows += found
        finally:
            stack.stop()
    print_table(rows)
    return 0 if all(row.holds for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
