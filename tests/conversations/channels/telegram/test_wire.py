"""Every kind of update, from fixtures written after Telegram's documentation."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import conversations.channels.telegram as package
from conversations.channels import registry
from conversations.channels.contracts import (
    EventKind,
    InboundAttachment,
    InboundEvent,
    MalformedPayload,
)

FIXTURES = Path(package.__file__).parent / "fixtures"
NAMES = sorted(path.stem for path in FIXTURES.glob("*.json"))
AT = datetime.fromtimestamp(1767348000, UTC)
ANNA = "987654321"
GROUP = "-1001234567890"
PLAIN = asdict(InboundEvent())


def parse(name: str) -> list[InboundEvent]:
    return registry.adapter("telegram").parse((FIXTURES / f"{name}.json").read_bytes(), {})


def said(event: InboundEvent) -> dict[str, Any]:
    """What the event says beyond who said it when: everything that is not as in an empty one."""
    common = {"sender_id", "sender_name", "identities", "raw", "sent_at", "external_id"}
    return {
        name: getattr(event, name)
        for name in PLAIN
        if name not in common and getattr(event, name) != getattr(InboundEvent(), name)
    }


def file(
    type: str, external_id: str = "", name: str = "", mime: str = "", caption: str = ""
) -> dict[str, Any]:
    return {"attachments": (InboundAttachment(type, external_id, "", mime, caption, name),)}


OTHER = EventKind.OTHER
SAID: dict[str, dict[str, Any]] = {
    "text": {"text": "barev, inch arji xohanocy?"},
    "text_with_link": {"text": "👩‍🍳 like this (https://example.com/kitchen) one, please"},
    "reply": {"text": "yes, that one", "reply_to": f"{ANNA}:56"},
    "start": {"text": "/start", "referral": {"campaign": "spring-sale_26"}},
    "photo": {"text": "our kitchen now", **file("image", "AgAC-large", "photo.jpg", "image/jpeg")},
    "album": {
        "group_id": "13771234567890123",
        **file("image", "AgAC-second", "photo.jpg", "image/jpeg"),
    },
    "video": file("video", "BAAC-video", "room.mp4", "video/mp4"),
    "animation": file("video", "CgAC-gif", "wow.mp4", "video/mp4"),
    "audio": file("audio", "CQAC-audio", "krunk.mp3", "audio/mpeg"),
    "voice": file("audio", "AwAC-voice", "voice.ogg", "audio/ogg"),
    "video_note": file("video", "DQAC-note", "video-note.mp4", "video/mp4"),
    "document": {"text": "the plan", **file("file", "BQAC-doc", "plan of the flat.pdf", "application/pdf")},
    "sticker": file("sticker", "CAAC-sticker", "sticker.webp", caption="👍"),
    "location": file("location", caption="40.187200, 44.515200"),
    "venue": file("location", name="Cascade", caption="Tamanyan St 10, 40.187200, 44.515200"),
    "contact": file("contact", name="Anna Petrosyan", caption="37499123456"),
    "contact_of_another": file("contact", name="Aram", caption="+37491000000"),
    "poll": {"text": "Which colour?\n• White\n• Oak"},
    "dice": {"text": "🎲 4"},
    "rich_message": {"text": "My wishes\nAn oak kitchen\nthis week"},
    "service_message": {
        "kind": OTHER,
        "payload": "pinned_message",
        "thread_id": GROUP,
        "subject": "Kitchen of the Petrosyans",
    },
    "story": {"kind": OTHER, "payload": "story"},
    "group_message": {
        "text": "how much is it?",
        "thread_id": f"{GROUP}/7",
        "subject": "Kitchen of the Petrosyans",
    },
    "anonymous_admin": {
        "text": "we take it",
        "thread_id": GROUP,
        "subject": "Kitchen of the Petrosyans",
    },
    "migrated": {"kind": OTHER, "payload": "migrate_to_chat_id", "thread_id": "-4123", "subject": "Kitchen"},
    "edited_message": {"kind": EventKind.EDIT, "text": "barev, inch arji pahary?"},
    "edited_live_location": {"kind": EventKind.EDIT},
    "channel_post": {
        "kind": OTHER,
        "payload": "channel_post",
        "text": "New oak kitchens",
        "thread_id": "-1009876543210",
        "subject": "Aregak news",
    },
    "business_connection": {"kind": OTHER, "payload": "business_connection"},
    "business_message": {"text": "do you deliver?", "thread_id": "business/BC1"},
    "business_message_of_ours": {
        "text": "We do.",
        "direction": "out",
        "recipient_id": ANNA,
        "thread_id": "business/BC1",
    },
    "edited_business_message": {
        "kind": EventKind.EDIT,
        "text": "do you deliver to Gyumri?",
        "thread_id": "business/BC1",
    },
    "callback_query": {
        "kind": EventKind.POSTBACK,
        "text": "Kitchen",
        "payload": "answer:interest:kitchen",
        "reply_to": f"{ANNA}:56",
    },
    "callback_query_without_message": {"kind": EventKind.POSTBACK, "payload": "answer:interest:kitchen"},
    "callback_query_inaccessible": {
        "kind": EventKind.POSTBACK,
        "payload": "answer:interest:kitchen",
        "reply_to": f"{ANNA}:56",
    },
    "callback_query_game": {
        "kind": OTHER,
        "payload": "game",
        "text": "",
        "reply_to": f"{ANNA}:56",
    },
    "message_reaction": {"kind": EventKind.REACTION, "text": "❤✦", "reply_to": f"{ANNA}:56"},
    "message_reaction_taken_back": {"kind": EventKind.REACTION, "reply_to": f"{ANNA}:56"},
    "message_reaction_anonymous": {
        "kind": EventKind.REACTION,
        "text": "⭐",
        "reply_to": f"{GROUP}:12",
        "thread_id": GROUP,
    },
    "message_reaction_count": {"kind": OTHER, "payload": "message_reaction_count"},
    "my_chat_member_blocked": {"kind": OTHER, "payload": "opted_out"},
    "my_chat_member_again": {"kind": OTHER, "payload": "opted_in"},
    "my_chat_member_group": {"kind": OTHER, "payload": "my_chat_member"},
    "guest_message": {
        "kind": OTHER,
        "payload": "guest_message",
        "text": "@aregak_test_bot how much is a kitchen?",
        "thread_id": GROUP,
        "subject": "Kitchen of the Petrosyans",
    },
    "managed_bot": {"kind": OTHER, "payload": "managed_bot"},
    "poll_state": {"kind": OTHER, "payload": "poll"},
    "subscription": {"kind": OTHER, "payload": "subscription"},
    "unknown": {"kind": OTHER, "payload": "hologram"},
    "unknown_without_person": {"kind": OTHER, "payload": "weather"},
}
ABOUT_THE_BOT = {
    "business_connection",
    "message_reaction_count",
    "my_chat_member_group",
    "managed_bot",
    "poll_state",
    "unknown_without_person",
}


def test_every_fixture_is_read_here() -> None:
    assert sorted([*SAID, "deleted_business_messages"]) == NAMES


@pytest.mark.parametrize("name", SAID)
def test_what_is_said(name: str) -> None:
    (event,) = parse(name)
    expected = {key: value for key, value in SAID[name].items() if value != ""}
    assert said(event) == expected
    assert event.raw == json.loads((FIXTURES / f"{name}.json").read_text())


@pytest.mark.parametrize("name", NAMES)
def test_who_said_it(name: str) -> None:
    events = parse(name)
    if name in ABOUT_THE_BOT:
        assert [event.customer_id for event in events] == [""]
        return
    expected = {
        "channel_post": "-1009876543210",
        "anonymous_admin": GROUP,
        "message_reaction_anonymous": GROUP,
    }.get(name, ANNA)
    assert {event.customer_id for event in events} == {expected}
    lane = registry.adapter("telegram").lane((FIXTURES / f"{name}.json").read_bytes(), {})
    assert lane == expected


def test_names_times_and_ids() -> None:
    (event,) = parse("text")
    assert (event.external_id, event.sent_at, event.sender_name) == (f"{ANNA}:57", AT, "Anna Petrosyan")
    assert event.identities == (("user_id", ANNA),)
    assert parse("start")[0].identities == (("user_id", ANNA), ("language", "hy"))
    assert parse("callback_query")[0].sent_at is None
    assert parse("business_message")[0].external_id == f"BC1:{ANNA}:301"
    assert parse("edited_message")[0].external_id == f"{ANNA}:57"
    assert parse("edited_message")[0].sent_at == datetime.fromtimestamp(1767348030, UTC)


def test_only_the_own_number_is_the_senders() -> None:
    assert parse("contact")[0].identities == (("user_id", ANNA), ("phone", "+37499123456"))
    assert parse("contact_of_another")[0].identities == (("user_id", ANNA),)


def test_each_deleted_message_is_an_event() -> None:
    events = parse("deleted_business_messages")
    assert [(event.kind, event.external_id, event.thread_id) for event in events] == [
        (EventKind.DELETE, f"BC1:{ANNA}:301", "business/BC1"),
        (EventKind.DELETE, f"BC1:{ANNA}:303", "business/BC1"),
    ]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{",
        b"\xff",
        b"[" * 100_000,
        b"{}",
        b'{"update_id": "7"}',
        b'{"update_id": true, "message": {}}',
        b'{"update_id": 1, "message": []}',
        b'{"update_id": 1, "message": {"message_id": 1}}',
        b'{"update_id": 1, "message": {"message_id": 1, "chat": {"id": "x"}, "text": "a"}}',
        b'{"update_id": 1, "message": {"message_id": 1, "chat": {"id": 5}, "text": 7}}',
        b'{"update_id": 1, "message": {"message_id": 1, "chat": {"id": 5}, "date": 1e30, "text": "a"}}',
        b'{"update_id": 1, "message": {"message_id": 1, "chat": {"id": 5}, "date": 99999999999999999, "text": "a"}}',
        b'{"update_id": 1, "callback_query": {"id": "1", "data": "x"}}',
        b'{"update_id": 1, "callback_query": {"from": {"id": 1}, "data": "x"}}',
        b'{"update_id": 1, "deleted_business_messages": {"chat": {"id": 1}, "message_ids": 5}}',
    ],
)
def test_what_is_no_update_is_malformed(body: bytes) -> None:
    with pytest.raises(MalformedPayload):
        registry.adapter("telegram").parse(body, {})


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=400, deadline=None)
@given(data=st.data())
def test_whatever_comes_is_read_or_malformed(data: st.DataObject) -> None:
    """Documented updates with one to three values exchanged for something else."""
    name = data.draw(st.sampled_from(NAMES))
    update = json.loads((FIXTURES / f"{name}.json").read_text())
    for _ in range(data.draw(st.integers(1, 3))):
        place: Any = update
        while True:
            keys = list(place) if isinstance(place, dict) else list(range(len(place)))
            if not keys:
                break
            key = data.draw(st.sampled_from(keys))
            deeper = isinstance(place[key], dict | list) and data.draw(st.booleans())
            if not deeper:
                place[key] = data.draw(VALUES)
                break
            place = place[key]
    try:
        events = registry.adapter("telegram").parse(json.dumps(update).encode(), {})
    except MalformedPayload:
        return
    for event in events:
        assert isinstance(event.text, str)
        assert isinstance(event.external_id, str)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_malformed(body: bytes) -> None:
    try:
        registry.adapter("telegram").parse(body, {})
    except MalformedPayload:
        return
