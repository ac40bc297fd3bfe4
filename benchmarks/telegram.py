"""Telegram's full path: webhook in, understood, answered by the flow, reply accepted by a stand-in over HTTP.

The floor is the bare minimum of the same thing by one hand: the message and its reply written with psycopg, each
committed, and the reply posted with httpx to the same stand-in.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median, quantiles
from typing import Any
from urllib.parse import urlsplit

import httpx
import psycopg

from benchmarks.load import Load, open_loop, post
from benchmarks.table import Row
from tests.providers.telegram import TOKEN
from tests.stack import PROJECT, RunningStack, wait_for

STORY = ("hello, how much is it?", "a kitchen", "+374 99 123456", "this week")
RATE, SUSTAINED = 50.0, 750
BURST = 2000
BURST_RATE = 400.0
BURST_BUDGET = 60.0
WAIT_BUDGET_MS = 1000
FIRST_CUSTOMER = 900_000_000

_CONNECT = """
from conversations.channels.telegram.setup import connect
account = connect(token={token!r}, updates="webhook", flow_key="first_answer", name="Bench")
print(account.token, account.credentials["secret"])
"""
# From the arrival of a message to the moment at which the reply to it was taken by the stand-in.
_WAITS = """
    SELECT EXTRACT(EPOCH FROM outbox.finished_at - delivery.received_at) * 1000
      FROM conversations_message AS said
      JOIN conversations_channelaccount AS account ON account.id = said.account_id AND account.kind = 'telegram'
      JOIN conversations_message AS answer
        ON answer.conversation_id = said.conversation_id AND answer.sequence = said.sequence + 1
      JOIN conversations_outboxitem AS outbox ON outbox.message_id = answer.id AND outbox.status = 'sent'
      JOIN LATERAL (
           SELECT received_at FROM conversations_rawdelivery
            WHERE account_id = account.id AND lane = account.id || ':' || split_part(said.external_id, ':', 1)
              AND convert_from(body, 'UTF8')::jsonb #>> '{message,message_id}' = split_part(said.external_id, ':', 2)
            LIMIT 1) AS delivery ON true
     WHERE said.direction = 'in' AND split_part(said.external_id, ':', 1) BETWEEN %s AND %s
"""


def measure(stack: RunningStack, *, sustained: int = SUSTAINED, burst: int = BURST) -> list[Row]:
    with _stand_in(stack) as url:
        made = stack.manage("shell", "-v", "0", "-c", _CONNECT.format(token=TOKEN)).split()
        hook = _Hook(stack, *made[-2:])
        floor = _floor(stack, url)
        _send(stack, hook, url, count=8, rate=8.0, first=FIRST_CUSTOMER)
        begun, load = _send(stack, hook, url, count=sustained, rate=RATE, first=FIRST_CUSTOMER + 10_000)
        steady = [_sustained(stack, begun, load, floor, url)]
        begun, load = _send(stack, hook, url, count=burst, rate=BURST_RATE, first=FIRST_CUSTOMER + 20_000)
        return [*steady, _drained(begun, load, floor, url)]


class _Hook:
    """Requests of customers, each of whom says the story in order."""

    def __init__(self, stack: RunningStack, token: str, secret: str) -> None:
        self._host = f"localhost:{stack.port}"
        self._path = f"/hooks/telegram/{token}/"
        self._headers = {"X-Telegram-Bot-Api-Secret-Token": secret}

    def request(self, person: int, step: int) -> bytes:
        about = {"id": person, "first_name": f"Bench {person}"}
        message = {
            "message_id": 2 * step + 1,
            "date": int(time.time()),
            "text": STORY[step],
            "from": {**about, "is_bot": False, "language_code": "en"},
            "chat": {**about, "type": "private"},
        }
        body = json.dumps({"update_id": person * 10 + step, "message": message}).encode()
        return post(self._host, self._path, body, self._headers)


def _send(
    stack: RunningStack, hook: _Hook, url: str, *, count: int, rate: float, first: int
) -> tuple[float, Load]:
    """Post the updates and wait until each was answered; when it began and how posting went."""
    customers = max(1, count // len(STORY))
    before, begun, whole = _sent(url), time.time(), Load()
    for step in range(
        len(STORY)
    ):  # each line was accepted before the next, as Telegram keeps the order of a chat
        load = open_loop(
            stack.port,
            lambda who, step=step: hook.request(first + who, step),  # type: ignore[misc]
            rate=rate,
            count=customers,
        )
        whole.latencies += load.latencies
        whole.refused += load.refused
    wait_for(lambda: _sent(url) >= before + len(whole.latencies), seconds=180, what="every reply")
    return begun, whole


def _sustained(stack: RunningStack, begun: float, load: Load, floor: float, url: str) -> Row:
    first = FIRST_CUSTOMER + 10_000
    waits = [float(row[0]) for row in stack.query(_WAITS, str(first), str(first + 9_999))]
    replies = [moment for moment in _stats(url)["finished"] if moment >= begun]
    rate = len(replies) / (replies[-1] - replies[0])
    p95 = quantiles(waits, n=20)[-1]
    return Row(
        f"Telegram, full path, {RATE:.0f} messages a second, p95",
        f"{p95:.0f} ms",
        f"{floor:.0f}/s bare: 2 INSERTs, 1 POST",
        f"{rate:.0f}/s answered, median {median(waits):.0f} ms" + _refused(load),
        f"{WAIT_BUDGET_MS} ms",
        p95 <= WAIT_BUDGET_MS and not load.refused,
    )


def _drained(begun: float, load: Load, floor: float, url: str) -> Row:
    count, last = len(load.latencies), _stats(url)["finished"][-1]
    seconds = last - begun
    return Row(
        f"Telegram, a burst of {count} messages",
        f"{seconds:.1f} s",
        f"{count / floor:.1f} s bare: 2 INSERTs, 1 POST",
        f"{count / seconds:.0f}/s" + _refused(load),
        f"{BURST_BUDGET:.0f} s",
        seconds <= BURST_BUDGET * count / BURST and not load.refused,
    )


def _refused(load: Load) -> str:
    return f" ({load.refused} refused)" if load.refused else ""


def _floor(stack: RunningStack, url: str) -> float:
    """Messages a second of the bare minimum."""
    insert = "INSERT INTO bench_bare_message (chat, said) VALUES (%s, %s)"
    count = 300
    with psycopg.connect(stack.services["database_url"]) as connection, httpx.Client() as http:
        connection.execute(
            "CREATE TABLE IF NOT EXISTS bench_bare_message (id bigserial, chat bigint, said text)"
        )
        connection.commit()
        begun = time.perf_counter()
        for number in range(count):
            for said in ("hello, how much is it?", "Hello! What would you like to have made?"):
                connection.execute(insert, (number, said))
                connection.commit()
            http.post(f"{url}/bot{TOKEN}/sendMessage", json={"chat_id": number + 1, "text": said})
        return count / (time.perf_counter() - begun)


def _sent(url: str) -> int:
    return int(_stats(url)["counts"].get("sendMessage", 0))


def _stats(url: str) -> Any:
    with urllib.request.urlopen(f"{url}/_stats", timeout=10) as response:
        return json.load(response)


@contextmanager
def _stand_in(stack: RunningStack) -> Iterator[str]:
    """In a process of its own, as Telegram is."""
    url = stack.variables["TELEGRAM_API_URL"]
    port = urlsplit(url).port
    command = [sys.executable, "-m", "tests.providers.telegram", "--quiet", "--port", str(port)]
    process = subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.DEVNULL)
    try:
        wait_for(lambda: _answers(url), seconds=30, what="the stand-in")
        yield url
    finally:
        process.terminate()
        process.wait(timeout=10)


def _answers(url: str) -> bool:
    try:
        _stats(url)
    except OSError:
        return False
    return True
