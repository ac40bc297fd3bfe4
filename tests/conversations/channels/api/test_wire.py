from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.channels.api import signature, wire
from conversations.channels.contracts import InboundAttachment, InboundEvent, MalformedPayload, SignatureError
from tests.factories.conversations import at
from tests.providers.app import signed

FIXTURES = Path(wire.__file__).parent / "fixtures"
NOON = at("2026-03-02T12:00:00+04:00")
ANNA = {"sender_id": "u-1", "sender_name": "Anna"}
EXPECTED: dict[str, list[dict[str, Any]]] = {
    "message": [
        {
            **ANNA,
            "kind": "message",
            "external_id": "m-1",
            "text": "Բարև, ի՞նչ արժե։",
            "identities": (("phone", "+37499123456"), ("email", "anna@example.com"), ("language", "hy")),
            "sent_at": NOON,
            "referral": {"campaign": "spring", "url": "https://example.com/kitchens"},
        }
    ],
    "files": [
        {
            "kind": "message",
            "external_id": "m-2",
            "sender_id": "u-1",
            "reply_to": "out-1",
            "attachments": (
                InboundAttachment(
                    type="image",
                    external_id="https://app.example.com/files/plan.png",
                    url="https://app.example.com/files/plan.png",
                    mime="image/png",
                    name="plan.png",
                    caption="The plan",
                ),
            ),
        }
    ],
    "postback": [
        {
            "kind": "postback",
            "external_id": "m-3",
            "sender_id": "u-1",
            "text": "Kitchen",
            "payload": "answer:1",
        }
    ],
    "status": [
        {
            "kind": "status",
            "external_id": "out-1",
            "status": "failed",
            "text": "No such user",
            "payload": "404",
        }
    ],
    "edit": [{"kind": "edit", "external_id": "d-1", "sender_id": "u-1", "reply_to": "m-1", "text": "A sofa"}],
    "delete": [{"kind": "delete", "external_id": "d-1", "sender_id": "u-1", "reply_to": "m-1"}],
    "reaction": [
        {"kind": "reaction", "external_id": "d-1", "sender_id": "u-1", "reply_to": "out-1", "text": "👍"}
    ],
    "opt_out": [{"kind": "other", "external_id": "d-1", "sender_id": "u-1", "payload": "opted_out"}],
    "echo": [
        {
            "kind": "message",
            "external_id": "m-9",
            "direction": "out",
            "recipient_id": "u-1",
            "text": "We called you.",
        }
    ],
    "unknown": [
        {"kind": "other", "external_id": "d-1", "sender_id": "u-1", "payload": "waved", "text": "hi"}
    ],
    "batch": [
        {**ANNA, "kind": "message", "external_id": "d-1:0", "text": "one"},
        {**ANNA, "kind": "message", "external_id": "d-1:1", "text": "two", "thread_id": "orders"},
    ],
}


def test_every_fixture_is_read() -> None:
    assert {path.stem for path in FIXTURES.glob("*.json")} == set(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_documents_of_an_app_become_events(name: str) -> None:
    documents = wire.load((FIXTURES / f"{name}.json").read_bytes())
    found = wire.events(documents, delivery="d-1")
    expected = [
        InboundEvent(**values, raw=document)
        for values, document in zip(EXPECTED[name], documents, strict=True)
    ]
    assert found == expected


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"[]", b"null", b"\xff", b'{"events": []}', b'{"events": [1]}', b"{}", b'{"type": 1}'),
        b'{"type": "message", "text": "x"}',
        b'{"type": "message", "customer": {"id": "u"}}',
        b'{"type": "message", "customer": {"id": "u"}, "text": "x", "sent_at": "noon"}',
        b'{"type": "message", "customer": {"id": "u"}, "text": "x", "sent_at": "2026-03-02T12:00:00"}',
        b'{"type": "message", "customer": {"id": "u"}, "attachments": [{"url": "http://example.com/"}]}',
        b'{"type": "message", "customer": "u", "text": "x"}',
        b'{"type": "postback", "customer": {"id": "u"}}',
        b'{"type": "status", "message": "m", "status": "lost"}',
        b'{"type": "status", "status": "read"}',
        b'{"type": "edit", "customer": {"id": "u"}}',
        b'{"events": [' + b"{}," * 200 + b"{}]}",
    ],
)
def test_what_is_not_as_documented_is_malformed(body: bytes) -> None:
    with pytest.raises(MalformedPayload):
        wire.events(wire.load(body), delivery="d-1")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)
KEYS = st.sampled_from(
    ["type", "id", "customer", "text", "message", "status", "attachments", "sent_at", "referral", "events"]
)


@given(st.dictionaries(KEYS, JSON | st.sampled_from([*wire._READERS, "2026-03-02T12:00:00Z"]), max_size=8))
def test_whatever_comes_nothing_but_malformed_is_raised(document: dict[str, Any]) -> None:
    try:
        found = wire.events(wire.load(json.dumps(document).encode()), delivery="d-1")
    except MalformedPayload:
        return
    assert all(isinstance(each, InboundEvent) for each in found)


BODY = b'{"type":"ping"}'


def test_either_of_two_good_secrets_signs_and_no_other() -> None:
    now = datetime.now(UTC)
    first = {"secret": signature.new_secret(), "url": "https://example.com/"}
    second = signature.rotated(first, now)
    third = signature.rotated(second, now)
    assert (second["previous"], second["url"]) == (first["secret"], first["url"])
    good = signature.good_secrets(third, now)
    assert good == [third["secret"], second["secret"]]
    assert signature.good_secrets(third, now + signature.OVERLAP) == [third["secret"]]
    for secret in good:
        signature.check(good, signed(secret, BODY), BODY)
    with pytest.raises(SignatureError):
        signature.check(good, signed(first["secret"], BODY), BODY)
    headers = signature.signed(good, message_id="m-1", body=BODY, now=now)
    for secret in good:
        signature.check([secret], headers, BODY)


@pytest.mark.parametrize(
    "change",
    [
        {"webhook-id": ""},
        {"webhook-id": "d-2"},
        {"webhook-id": "x" * 201},
        {"webhook-timestamp": "soon"},
        {"webhook-timestamp": "1"},
        {"webhook-signature": ""},
        {"webhook-signature": "v1"},
        {"webhook-signature": "v1,%%%"},
        {"webhook-signature": "v1,é"},
        {"webhook-signature": "v2,aGk="},
    ],
)
def test_a_forged_request_is_refused(change: dict[str, str]) -> None:
    secret = signature.new_secret()
    with pytest.raises(SignatureError):
        signature.check([secret], {**signed(secret, BODY), **change}, BODY)


def test_an_old_a_changed_and_an_unreadable_request_are_refused() -> None:
    secret = signature.new_secret()
    old = datetime.now(UTC) - timedelta(minutes=6)
    for headers, body, good in (
        (signed(secret, BODY, at=old), BODY, [secret]),
        (signed(secret, BODY), BODY + b" ", [secret]),
        (signed(secret, BODY), b"\xff", [secret]),
        (signed(secret, BODY), BODY, []),
    ):
        with pytest.raises(SignatureError):
            signature.check(good, headers, body)
