"""Accepting a webhook (verify, one INSERT, 200) against a bare Django view that does one INSERT, under the same server."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median

from benchmarks.chat import account_token, message, open_sessions
from benchmarks.load import Load, Request, closed_loop, post
from benchmarks.table import Row
from tests.stack import PROJECT, RunningStack, free_port_pair, wait_for

CLIENTS = 4
SECONDS = 4.0
ROUNDS = 3
BUDGET = 0.6


def measure(stack: RunningStack) -> list[Row]:
    """Rounds in turn, so that a machine whose speed drifts is fair to both."""
    token = account_token(stack)
    sessions = open_sessions(stack, token, 16)
    stack.query(
        "CREATE TABLE IF NOT EXISTS bench_bare_delivery (LIKE conversations_rawdelivery INCLUDING ALL)"
    )
    body = b'{"version": 1, "type": "message", "client_id": "00000000-0000-4000-8000-000000000000", "text": "hello"}'
    with paused_worker(stack), bare_server(stack) as port:
        floor_request = post(f"localhost:{port}", "/insert/", body)
        floors, figures = [], []
        for _ in range(ROUNDS):
            floors.append(closed_loop(port, lambda _n: floor_request, clients=CLIENTS, seconds=SECONDS))
            figures.append(
                closed_loop(stack.port, _ours(stack, token, sessions), clients=CLIENTS, seconds=SECONDS)
            )
    return [_row(figures, floors)]


def _ours(stack: RunningStack, token: str, sessions: list[str]) -> Request:
    prepared = [message(stack, token, session, "hello") for session in sessions]
    return lambda number: prepared[number % len(prepared)]


def _row(figures: list[Load], floors: list[Load]) -> Row:
    ratio = median(
        figure.per_second / floor.per_second for figure, floor in zip(figures, floors, strict=True)
    )
    refused = sum(load.refused for load in (*figures, *floors))
    return Row(
        f"accept a webhook, {CLIENTS} clients",
        f"{median(load.per_second for load in figures):.0f}/s",
        f"{median(load.per_second for load in floors):.0f}/s bare view, one INSERT",
        f"{ratio:.2f}" + (f" ({refused} refused)" if refused else ""),
        f"at least {BUDGET}",
        ratio >= BUDGET and not refused,
    )


@contextmanager
def paused_worker(stack: RunningStack) -> Iterator[None]:
    """Accepting is measured alone: the work that it causes waits, as it would on a machine of its own."""
    with stack.worker_paused():
        try:
            yield
        finally:
            stack.query(
                "UPDATE conversations_rawdelivery SET status = 'done' WHERE status = 'pending' RETURNING 1"
            )


@contextmanager
def bare_server(stack: RunningStack, application: str = "benchmarks.bare:application") -> Iterator[int]:
    """The floor under the product's own server settings; yields its port."""
    port = free_port_pair()
    environment = {**os.environ, "DATABASE_URL": stack.services["database_url"], "PYTHONPATH": str(PROJECT)}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    command = [
        sys.executable,
        "-m",
        "granian",
        "--interface",
        "wsgi",
        "--workers",
        "2",
        "--blocking-threads",
        "8",
    ]
    command += ["--host", "127.0.0.1", "--port", str(port), "--no-ws", "--http", "1", "--backlog", "1024"]
    command += ["--backpressure", "512", "--log-level", "warning", application]
    server = subprocess.Popen(command, cwd=PROJECT, env=environment)
    try:
        wait_for(lambda: _answers(port), seconds=30, what="the bare server")
        yield port
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=15)


def _answers(port: int) -> bool:
    import socket

    with socket.socket() as attempt:
        return attempt.connect_ex(("127.0.0.1", port)) == 0
