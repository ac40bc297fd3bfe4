"""Free times of a month for ten people, and fifty processes that want one seat, each beside the bare SQL."""

from __future__ import annotations

import json
import os
import subprocess
import sys

from benchmarks.table import Row
from tests.stack import PROJECT, RunningStack

FREE_BUDGET_MS = 50.0
RACE_BUDGET_SECONDS = 1.0


def measure(stack: RunningStack) -> list[Row]:
    """In processes of its own against the stack's database: no web server stands between."""
    environment = {
        **os.environ,
        **stack.environment(),
        "DATABASE_URL": stack.services["database_url"],
        "BROKER_URL": stack.services["broker_url"],
        "PYTHONPATH": str(PROJECT),
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    command = [sys.executable, "-m", "benchmarks.bookings_inside"]
    done = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    found = json.loads(done.stdout.splitlines()[-1])
    return [_free(found["free"]), _race(found["race"])]


def _free(found: dict[str, float]) -> Row:
    return Row(
        f"free times, {found['days']:.0f} days, {found['people']:.0f} people, {found['taken']:.0f} taken",
        f"{found['milliseconds']:.1f} ms",
        f"{found['floor']:.1f} ms, its four statements alone",
        f"{found['milliseconds'] / found['floor']:.1f}",
        f"{FREE_BUDGET_MS:.0f} ms",
        found["milliseconds"] <= FREE_BUDGET_MS,
    )


def _race(found: dict[str, float]) -> Row:
    return Row(
        f"{found['clients']:.0f} processes want one seat, slowest answer",
        f"{found['slowest']:.2f} s, {found['won']:.0f} won",
        f"{found['floor']:.2f} s, lock and insert alone",
        f"{found['slowest'] / found['floor']:.1f}",
        f"{RACE_BUDGET_SECONDS:.0f} s",
        found["won"] == 1 and found["slowest"] <= RACE_BUDGET_SECONDS,
    )
