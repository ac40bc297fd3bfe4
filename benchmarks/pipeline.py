"""What salespeople wait for: board, totals, table, lead, search, changes; at 10,000 leads and with --large at a million."""

from __future__ import annotations

import json
import re
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from html import unescape
from statistics import median, quantiles
from typing import Any
from urllib.parse import urlencode

import httpx
import psycopg

from benchmarks.pages import signed_in
from benchmarks.table import Row
from tests.stack import RunningStack

VISITS = 20
GROWTH = 2.0
"""At a million a page may take so many times what it takes at 10,000."""
TOTALS_MS = 300.0
FILTERS: dict[str, dict[str, Any] | None] = {
    "no filter": None,
    "an answer": {"field": "answer.start", "op": "lte", "value": 7},
    "a tag": {"field": "lead.tags", "op": "has_any", "value": ["vip"]},
    "not touched for 3 days": {"none": [{"field": "lead.last_message_at", "op": "within_last", "value": 3}]},
}
_COUNT = "SELECT stage_id, count(*), sum(value) FROM crm_lead GROUP BY stage_id"
_INSERT = "INSERT INTO bench_pipeline_row (title, score) VALUES ('Kitchen', 0)"


@dataclass(frozen=True)
class Figure:
    """Milliseconds of one thing and of its floor. `budget` holds on a quiet machine; on a busy one `times` the floor."""

    what: str
    milliseconds: list[float]
    floor: float
    floor_name: str
    budget: float
    times: float
    size: int = 0
    shown: bool = False
    """A screen that may not grow with the number of leads."""

    @property
    def p50(self) -> float:
        return median(self.milliseconds)

    @property
    def p95(self) -> float:
        return quantiles(self.milliseconds, n=20)[-1]


def figures(stack: RunningStack) -> list[Figure]:
    """All of them, at the number of leads that there are."""
    client = signed_in(stack)
    with psycopg.connect(stack.services["database_url"], autocommit=True) as database:
        database.execute(
            "CREATE TABLE IF NOT EXISTS bench_pipeline_row (id bigserial, title text, score int)"
        )
        bare = median(_times(lambda: client.get("/healthz")))
        scan = median(_times(lambda: database.execute(_COUNT).fetchall(), visits=5))
        insert = median(_times(lambda: database.execute(_INSERT)))
    return [
        *_screens(client, bare),
        *_totals(client, scan),
        *_changes(stack, client, insert),
    ]


def rows(found: list[Figure], leads: int, before: list[Figure] | None = None) -> list[Row]:
    """`before` are the figures at 10,000 leads, where this is another number."""
    earlier = {each.what: each for each in before or ()}
    return [_row(each, leads, earlier.get(each.what)) for each in found]


def _row(figure: Figure, leads: int, before: Figure | None) -> Row:
    ratio = figure.p50 / max(figure.floor, 0.001)
    said, holds = (
        f"{ratio:.1f} times the floor",
        figure.p50 <= figure.budget or ratio <= figure.times,
    )
    budget = f"{figure.budget:.0f} ms or {figure.times:.1f} times the floor"
    if before is not None and figure.shown:
        growth = figure.p95 / before.p95
        said += f", {growth:.2f} of 10,000"
        budget += f", at most {GROWTH}"
        holds = holds and growth <= GROWTH
    size = f", {figure.size / 1000:.0f} KB" if figure.size else ""
    return Row(
        f"{figure.what}, {leads:,} leads",
        f"{figure.p50:.1f} ms, p95 {figure.p95:.1f}{size}",
        f"{figure.floor:.2f} ms {figure.floor_name}",
        said,
        budget,
        holds,
    )


def _screens(client: httpx.Client, bare: float) -> list[Figure]:
    board = client.get("/pipeline/")
    board.raise_for_status()
    asked = {"board, first cards": (str(board.url), 60.0)}
    more = re.search(r'class="cards-more" hx-get="([^"]+)"', board.text)
    if more is not None:
        asked["board, further cards of a column"] = (unescape(more[1]), 15.0)
    table = client.get("/leads/")
    if table.status_code == 200:
        asked["table"] = ("/leads/", 15.0)
        for sort in sorted(set(re.findall(r"[?&](?:amp;)?sort=([\w.-]+)", table.text))):
            asked[f"table by {sort}"] = (f"/leads/?sort={sort}", 15.0)
    lead = re.search(r'href="(/leads/[0-9a-f-]{36}/)', board.text)
    assert lead is not None
    asked["lead"] = (lead[1], 15.0)
    asked["search"] = ("/search/?q=contact%20777", 30.0)
    found = []
    for what, (path, budget) in asked.items():
        times, size = _visits(client, path)
        found.append(Figure(what, times, bare, "/healthz", budget, 2 * budget, size, shown=True))
    return found


def _totals(client: httpx.Client, scan: float) -> list[Figure]:
    address = str(client.get("/pipeline/").url.copy_with(query=None)) + "totals/"
    asked = {name: {"filter": json.dumps(each)} if each else {} for name, each in FILTERS.items()}
    asked |= {"an owner": {"mine": "1"}, "a part of the title": {"search": "kitchen"}}
    found = []
    for name, query in asked.items():
        times, _size = _visits(client, f"{address}?{urlencode(query)}", visits=8)
        what = f"column totals, {name}"
        found.append(Figure(what, times, scan, "one bare GROUP BY", TOTALS_MS, 12.0))
    return found


def _changes(stack: RunningStack, client: httpx.Client, insert: float) -> list[Figure]:
    token = stack.manage("make_api_key", "pipeline", "--per-minute", "100000000").strip()
    host = httpx.Client(base_url=stack.url, timeout=30, headers={"Authorization": f"Bearer {token}"})
    stages = [
        row[0]
        for row in stack.query(
            "SELECT stage.public_id::text FROM crm_stage AS stage JOIN crm_pipeline AS pipeline"
            " ON pipeline.id = pipeline_id WHERE stage.kind = 'open' ORDER BY pipeline.position, stage.position LIMIT 2"
        )
    ]
    numbers = iter(range(10**9))
    made: list[str] = []

    def create() -> httpx.Response:
        phone = f"+7916{uuid.uuid4().int % 10_000_000:07d}"
        body = {"contact": {"name": "Anna", "phones": [phone]}, "title": "Kitchen", "source": "form"}
        answer = host.post("/api/v1/leads/", json=body)
        made.append(str(answer.json().get("id", "")))
        return answer

    def move() -> httpx.Response:
        place = next(numbers)
        return host.post(f"/api/v1/leads/{made[-1]}/move/", json={"stage": stages[1 - place % 2]})

    found = [
        Figure("add a lead and its contact", _times(create), insert, "one INSERT", 8.0, 40.0),
        Figure("move a lead", _times(move), insert, "one INSERT", 8.0, 40.0),
    ]
    host.close()
    return found


def _visits(client: httpx.Client, path: str, visits: int = VISITS) -> tuple[list[float], int]:
    for _ in range(2):
        size = len(client.get(path).raise_for_status().content)
    return _times(lambda: client.get(path), visits=visits), size


def _times(act: Callable[[], Any], visits: int = VISITS) -> list[float]:
    found = []
    for _ in range(visits):
        begun = time.perf_counter()
        answer = act()
        found.append((time.perf_counter() - begun) * 1000)
        if isinstance(answer, httpx.Response):
            answer.raise_for_status()
    return found
