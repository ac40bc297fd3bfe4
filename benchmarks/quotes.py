"""Quotes: what 500 lines cost, and with `--quotes N` how list and figures grow from 10,000 quotes to N."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from statistics import median, quantiles
from typing import Any

import httpx
import psycopg

from benchmarks.pages import signed_in
from benchmarks.table import Row
from tests.stack import PROJECT, RunningStack

FEW = 10_000
GROWTH = 2.0
"""The list at the larger number may take so many times what it takes at 10,000."""
VISITS = 15
TOTALS_MS, PDF_MS = 5.0, 300.0
OF_ZEROS = 100.0
"""On a busy machine: so many times what the bare multiplications take."""
_COUNT = "SELECT owner_id, state, count(*), sum(total) FROM crm_quote GROUP BY owner_id, state"


def measure(stack: RunningStack) -> list[Row]:
    """What 500 lines cost in processor time, which other programs do not change."""
    found = json.loads(_inside(stack, "lines"))
    totals, floor = found["totals"], found["multiplying"]
    drawn, paper = found["pdf"], found["one_line"]
    return [
        Row(
            "totals of a quote of 500 lines",
            f"{totals:.2f} ms",
            f"{floor:.2f} ms 500 multiplications",
            f"{totals / floor:.1f} times the floor",
            f"{TOTALS_MS:.0f} ms or {OF_ZEROS:.0f} times the floor",
            totals <= TOTALS_MS or totals <= OF_ZEROS * floor,
        ),
        Row(
            f"the PDF of a quote of 500 lines, {found['pages']} pages",
            f"{drawn:.0f} ms",
            f"{paper:.0f} ms one line",
            f"{drawn / paper:.1f} times the floor",
            f"{PDF_MS:.0f} ms or 15 times the floor",
            drawn <= PDF_MS or drawn <= 15 * paper,
        ),
    ]


def growth(stack: RunningStack, many: int) -> list[Row]:
    """Screens at 10,000 quotes and at `many`, which are added to what is there."""
    stack.manage("seed", "--leads", str(FEW))
    few = _at(stack, FEW)
    return [_row(each, before, many) for before, each in zip(few, _at(stack, many), strict=True)]


@dataclass(frozen=True)
class Visits:
    what: str
    milliseconds: list[float]
    floor: float
    floor_name: str
    may_grow: bool = False
    """Figures read all quotes of their period; a list may not."""

    @property
    def p50(self) -> float:
        return median(self.milliseconds)

    @property
    def p95(self) -> float:
        return quantiles(self.milliseconds, n=20)[-1]


def _at(stack: RunningStack, quotes: int) -> list[Visits]:
    print(f"Filling up to {quotes:,} quotes ...", flush=True)
    begun = time.perf_counter()
    known = json.loads(_inside(stack, "fill", str(quotes)))
    print(f"Measuring: quotes at {quotes:,}, {time.perf_counter() - begun:.0f} s later ...", flush=True)
    client = signed_in(stack)
    bare = median(_times(client, "/healthz"))
    with psycopg.connect(stack.services["database_url"], autocommit=True) as database:
        scan = median(_scans(database))
    lists = {
        "list": "/quotes/",
        "list, further down": f"/quotes/?after={known['middle']}",
        "list, expired": "/quotes/?state=expired",
        "list, open": "/quotes/?state=sent",
        "list, accepted": "/quotes/?state=accepted",
        "list, an owner": f"/quotes/?owner={known['owner']}",
        "list, a number": f"/quotes/?q={known['number']}",
        "list, a customer": f"/quotes/?q={known['phone']}",
        "list, a product": f"/quotes/?product={known['product']}",
        "list, a discount and a week": f"/quotes/?discount=10-20&{known['week']}",
    }
    found = [Visits(what, _times(client, path), bare, "/healthz") for what, path in lists.items()]
    figures = {"figures, 30 days": "?days=30", "figures, a year": "?days=365"}
    for what, query in figures.items():
        times = _times(client, f"/quotes/figures/{query}", visits=5)
        found.append(Visits(what, times, scan, "one bare GROUP BY", may_grow=True))
    return found


def _row(found: Visits, before: Visits, many: int) -> Row:
    times = found.p50 / before.p50
    return Row(
        f"{found.what}, {many:,} quotes",
        f"{found.p50:.1f} ms, p95 {found.p95:.1f}",
        f"{found.floor:.1f} ms {found.floor_name}",
        f"{times:.2f} of 10,000, {found.p50 / max(found.floor, 0.001):.1f} times the floor",
        "20 times the floor" if found.may_grow else f"at most {GROWTH} of 10,000",
        found.p50 <= 20 * found.floor if found.may_grow else times <= GROWTH,
    )


def _times(client: httpx.Client, path: str, visits: int = VISITS) -> list[float]:
    found = []
    for turn in range(visits + 2):
        begun = time.perf_counter()
        client.get(path).raise_for_status()
        if turn > 1:
            found.append((time.perf_counter() - begun) * 1000)
    return found


def _scans(database: psycopg.Connection[Any]) -> list[float]:
    found = []
    for _ in range(5):
        begun = time.perf_counter()
        database.execute(_COUNT).fetchall()
        found.append((time.perf_counter() - begun) * 1000)
    return found


def _inside(stack: RunningStack, *asked: str) -> str:
    """What `benchmarks.quotes_inside` says, run within the product's own environment."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.quotes_inside", *asked],
        cwd=PROJECT,
        env={**os.environ, **stack.environment(), "DJANGO_SETTINGS_MODULE": "config.settings"},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        timeout=600,
    )
    return done.stdout.strip().splitlines()[-1]
