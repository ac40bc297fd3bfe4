"""`make bench`: starts the product in a folder of its own, measures, prints each figure beside its floor and its budget.

Carry the ratios, not the milliseconds: product and floor run on the same machine in the same minute. With --large the
rules are measured over a million leads, which takes some minutes more.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from benchmarks import accept, api, bookings, pages, reply, scoring, telegram
from benchmarks.table import Row, print_table
from tests.stack import RunningStack, free_port_pair

VARIABLES = {
    "LOG_LEVEL": "WARNING",
    # The stand-in's address, and no pace: Telegram's 30 messages a second would hide our own speed.
    "TELEGRAM_API_URL": f"http://127.0.0.1:{free_port_pair()}",
    "TELEGRAM_MESSAGES_PER_SECOND": "0",
}


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="parley-bench-", ignore_cleanup_errors=True) as folder:
        stack = RunningStack(Path(folder) / "data", variables=VARIABLES)
        print("Starting the product ...", flush=True)
        stack.start()
        try:
            rows: list[Row] = []
            for name, measure in (
                ("reply", reply.measure),
                ("telegram", telegram.measure),
                ("accept", accept.measure),
                ("api", api.measure),
                ("pages", pages.measure),
                ("scoring", lambda running: scoring.measure(running, large="--large" in sys.argv)),
                ("bookings", bookings.measure),
            ):
                print(f"Measuring: {name} ...", flush=True)
                rows += measure(stack)
        finally:
            stack.stop()
    print_table(rows)
    return 0 if all(row.holds for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
