"""Work over many leads, each beside its floor: recalculating and simulating with 20 rules, win chances, a bulk change."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

from benchmarks.table import Row
from tests.stack import PROJECT, RunningStack

LEADS_PER_SECOND = 20_000
OF_UPDATE = 0.5
"""On a busy machine: so much of what a bare UPDATE of the same leads reaches."""
SAMPLE_SECONDS = 2.0
WHOLE_SECONDS = 30.0
MOST = 200_000
"""A recalculation goes over so many leads at most: the rate is that of all, and the run stays short."""


def measure(stack: RunningStack, *, most: int = MOST) -> list[Row]:
    """Over the leads that are there."""
    found = _inside(stack, most)
    return [*_recalculated(found), *_simulated(found), *_others(found)]


def _recalculated(found: dict[str, Any]) -> list[Row]:
    scored, of = found["scored"], f"{found['scored']:,} of {found['leads']:,} leads"
    floor = scored / found["update"]
    told = {
        "unchanged": "nothing changed",
        "changed": "two of 20 rules changed",
        "first": f"for the first time, {found['written'] / scored:.1f} ledger rows each",
    }
    rows = []
    for name, words in told.items():
        rate = scored / found[name]
        asked = name != "first"
        rows.append(
            Row(
                f"recalculating {of}, {words}",
                f"{rate:,.0f} leads/s",
                f"{floor:,.0f} leads/s bare UPDATE",
                f"{rate / floor:.2f} of the floor",
                f"{LEADS_PER_SECOND:,} leads/s or {OF_UPDATE} of the floor" if asked else "",
                not asked or rate >= LEADS_PER_SECOND or rate / floor >= OF_UPDATE,
            )
        )
    return rows


def _simulated(found: dict[str, Any]) -> list[Row]:
    return [
        Row(
            f"a draft over all {found['leads']:,} leads",
            f"{found['whole']:.1f} s",
            f"{found['scan']:.2f} s bare scan",
            f"{found['whole'] / max(found['scan'], 0.001):.0f} times the floor",
            f"{WHOLE_SECONDS:.0f} s at a million, or 300 times the floor",
            found["whole"] <= WHOLE_SECONDS or found["whole"] <= 300 * found["scan"],
        ),
        Row(
            f"a draft over a sample of {found['sampled']:,} open leads",
            f"{found['sample']:.2f} s",
            f"{found['scan']:.2f} s bare scan",
            f"{found['sample'] / max(found['scan'], 0.001):.1f} times the floor",
            f"{SAMPLE_SECONDS:.0f} s",
            found["sample"] <= SAMPLE_SECONDS,
        ),
    ]


def _others(found: dict[str, Any]) -> list[Row]:
    floor = found["one_floor"]
    rows = [
        Row(
            what,
            f"{found[name] * 1000:.1f} ms",
            f"{floor * 1000:.1f} ms one SELECT",
            f"{found[name] / floor:.1f} times the floor",
            "5 ms or 12 times the floor",
            found[name] <= 0.005 or found[name] <= 12 * floor,
        )
        for name, what in (("one", "one lead scored again"), ("answer", "a changed answer, with its ledger"))
    ]
    chances = found["chance_leads"] / max(found["chances"], 0.001)
    tags = found["tagged"] / max(found["tag_floor"], 0.001)
    return [
        *rows,
        Row(
            "win chances: learning, and computing them",
            f"{found['learn']:.1f} s, {chances:,.0f} leads/s",
            f"{found['scan']:.2f} s bare scan",
            f"{found['learn'] / max(found['scan'], 0.001):.0f} times the floor",
            "",
        ),
        Row(
            "tagging 10,000 leads, with history and undo",
            f"{found['tagged']:.1f} s",
            f"{found['tag_floor']:.2f} s one bare UPDATE of them",
            f"{tags:.0f} times the floor",
            "15 s or 60 times the floor",
            found["tagged"] <= 15 or tags <= 60,
        ),
    ]


def _inside(stack: RunningStack, most: int) -> dict[str, Any]:
    """What `benchmarks.scoring_inside` measures within the product's own environment."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.scoring_inside", str(most)],
        cwd=PROJECT,
        env={**os.environ, **stack.environment(), "DJANGO_SETTINGS_MODULE": "config.settings"},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        timeout=900,
    )
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found
