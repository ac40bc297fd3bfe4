"""Rows due at once are worked off in order, each once, while workers are killed at random (spec 3.3, 3.4)."""

from __future__ import annotations

import pytest

from benchmarks.due import work_off
from tests.stack import RunningStack

pytestmark = [pytest.mark.services, pytest.mark.xdist_group("stack")]

ROWS = 400


def test_due_rows_while_workers_are_killed(stack: RunningStack) -> None:
    found = work_off(stack, rows=ROWS, kill_every=0.4)
    assert found["kills"] >= 1
    assert (found["done"], found["distinct"], found["duplicates"]) == (ROWS, ROWS, 0)
    assert (found["parked"], found["order_violations"]) == (0, 0)
