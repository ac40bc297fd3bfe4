"""Board and inbox with 10 and with 1,000 leads more: statements and time, against a bare view of the same server."""

from __future__ import annotations

from http.cookies import SimpleCookie
from statistics import median

import httpx

from benchmarks.table import Row
from tests.stack import RunningStack

PAGES = {"board": "/pipeline/", "inbox": "/inbox/"}
VISITS = 30
GROWTH_BUDGET = 2.0


def measure(stack: RunningStack) -> list[Row]:
    """Median milliseconds of a page with the demo's 60 leads and with 10,000 more; they should hardly differ."""
    client = signed_in(stack)
    before = {name: _time(client, path) for name, path in PAGES.items()}
    floor = _time(client, "/healthz")
    stack.manage("seed", "--leads", "10000", "--messages", "20000")
    rows = []
    for name, path in PAGES.items():
        after = _time(client, path)
        growth = after / before[name]
        rows.append(
            Row(
                f"{name}, 10,060 leads, one client, p50",
                f"{after:.1f} ms",
                f"{floor:.1f} ms /healthz",
                f"{growth:.2f} of the same page with 60",
                f"at most {GROWTH_BUDGET}",
                growth <= GROWTH_BUDGET,
            )
        )
    return rows


def signed_in(stack: RunningStack) -> httpx.Client:
    client = httpx.Client(base_url=stack.url, follow_redirects=True, timeout=30)
    client.get("/accounts/login/")
    form = {
        "login": "ani@aregak.example",
        "password": "aregak-demo",
        "csrfmiddlewaretoken": client.cookies["csrftoken"],
    }
    answer = client.post("/accounts/login/", data=form, headers={"Referer": f"{stack.url}/accounts/login/"})
    answer.raise_for_status()
    assert "sessionid" in client.cookies, SimpleCookie(answer.headers.get("set-cookie", ""))
    return client


def _time(client: httpx.Client, path: str) -> float:
    for _ in range(5):
        client.get(path).raise_for_status()
    return median(_one(client, path) for _ in range(VISITS))


def _one(client: httpx.Client, path: str) -> float:
    answer = client.get(path)
    answer.raise_for_status()
    return answer.elapsed.total_seconds() * 1000
