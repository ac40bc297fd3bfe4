"""Many rows due at once, worked off by two workers that are killed at random: each once, in the order of due time.

`python -m benchmarks.due` starts a stack of its own; `make bench` takes fewer rows.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys

from benchmarks.table import Row
from tests.stack import PROJECT, RunningStack

FEW = 2_000
LOOKED_AHEAD = 400
"""Two workers look ahead a hundred rows each; a killed one's row is taken up at the next look."""


def measure(stack: RunningStack, *, rows: int = FEW) -> list[Row]:
    """In processes of its own against the stack's database."""
    environment = {
        **os.environ,
        **stack.environment(),
        "DATABASE_URL": stack.services["database_url"],
        "BROKER_URL": stack.services["broker_url"],
        "PYTHONPATH": str(PROJECT),
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    command = [sys.executable, "-m", "benchmarks.due_inside", "--rows", str(rows)]
    done = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    found = json.loads(done.stdout.splitlines()[-1])
    rate = found["done"] / found["seconds"]
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
            "furthest out of the order of due time",
            f"{found['furthest']:,} places",
            "",
            "",
            f"{LOOKED_AHEAD} places",
            found["furthest"] <= LOOKED_AHEAD,
        ),
    ]
