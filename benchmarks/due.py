"""Many rows due at once, worked off by two workers that are killed at random: each once, in the order of due time.

`make bench` takes few rows, `make bench ARGS="--due 100000"` so many.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

from benchmarks.table import Row
from tests.stack import PROJECT, RunningStack

FEW = 2_000


def work_off(stack: RunningStack, *, rows: int, kill_every: float = 2.0) -> dict[str, Any]:
    """In processes of its own against the stack's database; what `benchmarks.due_inside` prints."""
    environment = {
        **os.environ,
        **stack.environment(),
        "DATABASE_URL": stack.services["database_url"],
        "BROKER_URL": stack.services["broker_url"],
        "PYTHONPATH": str(PROJECT),
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    command = [sys.executable, "-m", "benchmarks.due_inside", "--rows", str(rows)]
    command += ["--kill-every", str(kill_every)]
    done = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def measure(stack: RunningStack, *, rows: int = FEW) -> list[Row]:
    found = work_off(stack, rows=rows)
    rate = found["rows_per_second"]
    once = found["done"] == found["distinct"] == rows and not found["parked"]
    return [
        Row(
            f"{rows:,} rows due at once, two workers, {found['kills']} killed",
            f"{rate:,.0f} rows/s, each once: {'yes' if once else 'NO'}",
            f"{found['floor']:,.0f} rows/s bare, one worker",
            f"{rate / found['floor']:.2f} of the floor",
            "each once",
            once,
        ),
        Row(
            "lateness of these",
            f"median {found['median']:.1f} s, p95 {found['p95']:.1f} s",
            "",
            "",
            "",
        ),
        Row(
            "duplicates, and rows overtaken in the order of due time",
            f"{found['duplicates']} and {found['order_violations']} (furthest {found['furthest']:,} places)",
            "",
            "",
            "0 and 0",
            found["duplicates"] == found["order_violations"] == 0,
        ),
    ]
