from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import conversations.channels.webchat as package
from conversations.channels import registry
from conversations.channels.contracts import (
    EventKind,
    InboundAttachment,
    InboundEvent,
    MalformedPayload,
    SignatureError,
)
from conversations.channels.webchat import signature
from conversations.channels.webchat.signature import LIFETIME, Session

FIXTURES = Path(package.__file__).parent / "fixtures"
TOKEN = signature.sign("secret", Session("visitor-1", 1_700_000_000))
HEADERS = {"x-parley-session": signature.unsigned(TOKEN)}
CLIENT_ID = "5f0c1d9e-3a52-4d0e-9d43-0c5ed1a1b001"


def parse(name: str) -> InboundEvent:
    body = (FIXTURES / f"{name}.json").read_bytes()
    (event,) = registry.adapter("webchat").parse(body, HEADERS)
    assert event.raw == json.loads(body)
    assert (event.sender_id, event.external_id, event.direction) == ("visitor-1", CLIENT_ID, "in")
    return event


def test_a_message() -> None:
    event = parse("message")
    assert (event.kind, event.text, event.sent_at) == (EventKind.MESSAGE, "barev, inch arji?", None)
    assert event.identities == (("language", "hy"),)
    assert event.referral == {"campaign": "spring", "topic": "sales", "url": "https://shop.am/sofa"}


def test_a_button_and_a_goal() -> None:
    assert (parse("postback").kind, parse("postback").payload) == (EventKind.POSTBACK, "answer:budget:500000")
    goal = parse("goal")
    assert (goal.kind, goal.payload, goal.text) == (EventKind.POSTBACK, "goal:sales", "I want to buy")


def test_a_file() -> None:
    upload = "0197c2a4-7c1e-7b52-8d0a-0b1a2c3d4e5f"
    attachment = InboundAttachment(type="file", external_id=upload, url=f"upload:{upload}")
    assert parse("attachment").attachments == (attachment,)


def test_a_contact() -> None:
    event = parse("contact")
    assert (event.sender_name, event.text) == ("Anna", "Anna\n+374 99 123456\nanna@example.com")
    assert event.identities == (("phone", "+374 99 123456"), ("email", "anna@example.com"))


BASE: dict[str, Any] = {"version": 1, "type": "message", "client_id": CLIENT_ID, "text": "Hello"}


@pytest.mark.parametrize(
    "change",
    [
        {"version": 2},
        {"version": None},
        {"type": "dance"},
        {"type": ["message"]},
        {"client_id": ""},
        {"client_id": 7},
        {"client_id": "x" * 65},
        {"client_id": "has space"},
        {"text": "  "},
        {"text": {"a": 1}},
        {"type": "postback"},
        {"type": "goal", "payload": " "},
        {"type": "contact"},
        {"type": "contact", "contact": {"name": ""}},
        {"type": "contact", "contact": {"phone": 37499}},
        {"attachments": "all"},
        {"attachments": ["../../etc/passwd"]},
        {"attachments": ["0197c2a4-7c1e-7b52-8d0a-0b1a2c3d4e5f"] * 6},
        {"reply_to": 5},
    ],
)
def test_what_is_not_the_wire_is_malformed(change: dict[str, Any]) -> None:
    body = json.dumps({**BASE, **change}).encode()
    with pytest.raises(MalformedPayload):
        registry.adapter("webchat").parse(body, HEADERS)


@pytest.mark.parametrize("body", [b"", b"null", b"[]", b"{", b"\xff", b"[" * 100_000])
def test_what_is_no_json_object_is_malformed(body: bytes) -> None:
    adapter = registry.adapter("webchat")
    with pytest.raises(MalformedPayload):
        adapter.lane(body, HEADERS)
    with pytest.raises(MalformedPayload):
        adapter.parse(body, HEADERS)


@pytest.mark.parametrize("headers", [{}, {"X-Parley-Session": "***"}, {"X-Parley-Session": "e30"}])
def test_without_a_readable_session_nothing_can_be_read(headers: dict[str, str]) -> None:
    with pytest.raises(MalformedPayload):
        registry.adapter("webchat").parse(json.dumps(BASE).encode(), headers)


def test_a_session_is_read_until_it_expires() -> None:
    issued = 1_700_000_000
    assert signature.read("secret", TOKEN, now=issued + LIFETIME) == Session("visitor-1", issued)
    with pytest.raises(SignatureError, match="expired"):
        signature.read("secret", TOKEN, now=issued + LIFETIME + 1)
    with pytest.raises(SignatureError, match="expired"):
        signature.read("secret", TOKEN, now=issued - 301)


@pytest.mark.parametrize("token", ["", ".", "abc", f"{TOKEN}x", TOKEN.replace(".", ".A"), "ä.ö", f"x{TOKEN}"])
def test_a_session_that_we_did_not_sign_is_refused(token: str) -> None:
    with pytest.raises(SignatureError, match="not ours"):
        signature.read("secret", token, now=1_700_000_000)


def test_without_a_secret_no_session_is_valid() -> None:
    with pytest.raises(SignatureError):
        signature.read("", signature.sign("", Session("v", 1_700_000_000)), now=1_700_000_000)


def test_the_registry_refuses_a_kind_twice() -> None:
    with pytest.raises(ValueError, match="webchat"):
        registry.register(registry.adapter("webchat"))
    with pytest.raises(registry.UnknownChannelError):
        registry.adapter("pigeon")
