"""Clients that stall must not slow others (architecture 9)."""

from __future__ import annotations

import socket
from contextlib import ExitStack

import httpx
import pytest

from tests.customers import Customer
from tests.stack import RunningStack

pytestmark = [pytest.mark.services, pytest.mark.xdist_group("stack")]

STALLED = 6


def stalled_upload(stack: RunningStack, customer: Customer) -> socket.socket:
    """A connection that announces a megabyte, sends the beginning and then nothing."""
    head = (
        f"POST /chat/{customer.token}/upload/ HTTP/1.1\r\n"
        f"Host: localhost:{stack.port}\r\n"
        f"X-Parley-Session: {customer.session}\r\n"
        "Content-Type: multipart/form-data; boundary=stalled\r\n"
        "Content-Length: 1000000\r\n\r\n"
        '--stalled\r\nContent-Disposition: form-data; name="file"; filename="plan.pdf"\r\n\r\n%PDF-1.4 '
    )
    connection = socket.create_connection(("127.0.0.1", stack.port))
    connection.sendall(head.encode())
    return connection


def test_stalled_uploads_do_not_slow_others(stack: RunningStack, customer: Customer) -> None:
    with ExitStack() as open_connections:
        for _ in range(STALLED):
            open_connections.enter_context(stalled_upload(stack, customer))
        answers = [httpx.get(f"{stack.url}/healthz", timeout=10) for _ in range(20)]
        assert [answer.status_code for answer in answers] == [200] * 20
        customer.say("Hello, how much is a sofa?")
        assert "Aregak Interiors" in customer.wait_for_answer(1)
