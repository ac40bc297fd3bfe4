"""Addresses that people give lead to the open internet or nowhere (architecture 9)."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from ipaddress import ip_address
from typing import Any

import pytest

from core.outgoing import client
from core.outgoing.addresses import NotAllowed, NotFound, allowed, check, resolve
from core.outgoing.client import NotReached, TooLarge, Unanswered
from tests.providers.app import App, signed

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@pytest.fixture
def app() -> Iterator[App]:
    with App(SECRET) as app:
        yield app


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("https://example.com/hook", ""),
        ("https://example.com:8443/hook?x=1", ""),
        ("https://8.8.8.8/hook", ""),
        ("http://example.com/hook", "scheme"),
        ("ftp://example.com/", "scheme"),
        ("file:///etc/passwd", "form"),
        ("https://", "form"),
        ("https://exa mple.com/", "form"),
        ("https://example.com/\r\nX: y", "form"),
        ("https://[::1", "form"),
        ("https://example.com:99999/", "form"),
        ("https://user:secret@example.com/", "login"),
        ("https://localhost/", "private"),
        ("https://app.localhost./", "private"),
        ("http://127.0.0.1:8000/", "private"),
        ("https://[::1]/", "private"),
        ("https://10.0.0.7/", "private"),
        ("https://169.254.169.254/latest/meta-data/", "private"),
        ("https://[fd00::1]/", "private"),
        ("https://[::ffff:10.0.0.7]/", "private"),
    ],
)
def test_what_the_text_of_an_address_tells(url: str, code: str) -> None:
    if not code:
        assert check(url).hostname in ("example.com", "8.8.8.8")
        return
    with pytest.raises(NotAllowed) as refusal:
        check(url)
    assert refusal.value.code == code


@pytest.mark.parametrize(
    ("address", "may"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1:248:1893:25c8:1946", True),
        *((each, False) for each in ("0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "100.64.0.1")),
        *(
            (each, False)
            for each in ("127.0.0.1", "169.254.1.1", "224.0.0.1", "255.255.255.255", "240.0.0.1")
        ),
        *((each, False) for each in ("::", "::1", "fe80::1", "fc00::1", "ff02::1", "::ffff:192.168.0.1")),
        *((each, False) for each in ("64:ff9b::a00:1", "2002:7f00:1::", "2001:0:1::")),
    ],
)
def test_only_the_open_internet_may_be_called(address: str, may: bool) -> None:
    assert allowed(ip_address(address)) is may


def test_a_name_that_leads_inside_is_refused_even_beside_an_open_address(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def answers(*addresses: str) -> None:
        found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, 443)) for each in addresses]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)

    answers("93.184.216.34", "93.184.216.35")
    assert resolve("example.com", 443) == ["93.184.216.34", "93.184.216.35"]
    answers("93.184.216.34", "10.0.0.1")
    with pytest.raises(NotAllowed):
        resolve("example.com", 443)
    with pytest.raises(NotAllowed):
        client.post("https://example.com/", body=b"{}", headers={})


def test_a_name_that_leads_nowhere_is_tried_again_later() -> None:
    with pytest.raises(NotFound):
        resolve("nowhere.invalid", 443)
    with pytest.raises(NotReached):
        client.post("https://nowhere.invalid/", body=b"{}", headers={})


def test_this_machine_is_called_only_where_that_is_wanted(app: App, settings: Any) -> None:
    with pytest.raises(NotAllowed):
        client.post(app.url, body=b"{}", headers={})
    settings.OUTGOING_LOOPBACK = True
    app.outcomes.append((201, {"X-Told": "yes"}, b'{"id": "7"}'))
    answer = client.post(app.url, body=b"{}", headers=signed(SECRET, "{}"))
    assert (answer.status, answer.ok, answer.headers["x-told"], answer.body) == (
        201,
        True,
        "yes",
        b'{"id": "7"}',
    )
    with pytest.raises(NotAllowed):
        client.post("https://10.0.0.7/", body=b"{}", headers={})


def test_redirects_are_not_followed_and_answers_have_an_end(app: App, settings: Any) -> None:
    settings.OUTGOING_LOOPBACK = True
    app.outcomes.append((302, {"Location": "https://10.0.0.7/"}, b""))
    assert client.post(app.url, body=b"{}", headers=signed(SECRET, "{}")).status == 302
    app.outcomes.append((200, {}, b"x" * (client.MOST_BYTES + 1)))
    with pytest.raises(TooLarge):
        client.post(app.url, body=b"{}", headers=signed(SECRET, "{}"))
    assert len(app.taken) == 2


def test_who_answers_byte_by_byte_is_left(app: App, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.OUTGOING_LOOPBACK = True
    monkeypatch.setattr(client, "SECONDS", 0.3)
    app.drip = 0.02
    begun = time.monotonic()
    with pytest.raises(Unanswered):
        client.post(app.url, body=b"{}", headers=signed(SECRET, "{}"))
    assert time.monotonic() - begun < 5


def test_nobody_there_is_not_reached(settings: Any) -> None:
    settings.OUTGOING_LOOPBACK = True
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(NotReached):
        client.post(f"http://127.0.0.1:{port}/", body=b"{}", headers={})


@pytest.mark.parametrize(
    ("told", "seconds"), [("120", 120.0), ("", None), ("soon", None), ("-5", None), ("٣", None)]
)
def test_the_pause_that_is_asked_for(told: str, seconds: float | None) -> None:
    assert client.Answer(429, {"retry-after": told}).retry_after == seconds
