"""Recalculating and simulating with 20 rules, each beside its floor: the bare UPDATE, the bare scan of the same leads."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

from benchmarks.table import Row
from tests.stack import PROJECT, RunningStack

LEADS_PER_SECOND = 20_000
SAMPLE_SECONDS = 2.0
WHOLE_SECONDS = 30.0
LARGE = 1_000_000


def measure(stack: RunningStack, *, large: bool = False) -> list[Row]:
    """Over the leads that the pages were measured with; with `large` over a million, seeded first."""
    if large:
        for _ in range(20):
            stack.manage("seed", "--leads", str(LARGE // 20))
    found = _inside(stack)
    leads, rate = found["leads"], found["leads"] / found["unchanged"]
    return [
        Row(
            f"recalculating {leads:,} leads, 20 rules, two of them changed",
            f"{leads / found['changed']:,.0f} leads/s",
            f"{leads / found['update']:,.0f} leads/s bare UPDATE",
            f"{found['changed'] / found['update']:.1f} of the floor's time",
            f"{LEADS_PER_SECOND:,} where nothing changes: {rate:,.0f}",
            rate >= LEADS_PER_SECOND,
        ),
        Row(
            f"a draft over all {leads:,} leads",
            f"{found['whole']:.1f} s",
            f"{found['scan']:.2f} s bare scan",
            f"{found['whole'] / max(found['scan'], 0.001):.0f} of the floor's time",
            f"{WHOLE_SECONDS:.0f} s at a million",
            found["whole"] <= WHOLE_SECONDS,
        ),
        Row(
            f"a draft over a sample of {found['sampled']:,}",
            f"{found['sample']:.2f} s",
            "",
            "",
            f"{SAMPLE_SECONDS:.0f} s",
            found["sample"] <= SAMPLE_SECONDS,
        ),
        Row(
            "one lead scored again, nothing changed",
            f"{found['one'] * 1000:.1f} ms",
            f"{found['one_floor'] * 1000:.1f} ms one SELECT",
            f"{found['one'] / found['one_floor']:.1f} of the floor's time",
            "5 ms",
            found["one"] <= 0.005,
        ),
    ]


def _inside(stack: RunningStack) -> dict[str, Any]:
    """What `benchmarks.scoring_inside` measures within the product's own environment."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.scoring_inside"],
        cwd=PROJECT,
        env={**os.environ, **stack.environment(), "DJANGO_SETTINGS_MODULE": "config.settings"},
        capture_output=True,
        text=True,
        check=True,
        timeout=600,
    )
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found
