"""Whatever a stranger sends is kept as it is and answered without an error (issue 2, Bad input)."""

from __future__ import annotations

import json

import pytest

from conversations.deliveries.models import DeliveryStatus, RawDelivery
from conversations.threads.models import Message
from tests.journeys.chat import Chat
from tests.support import work_off

pytestmark = pytest.mark.django_db

HTML = '<b>hello</b><script>alert(1)</script><img src=x onerror="alert(2)"> how much is a kitchen?'


@pytest.mark.parametrize(
    ("text", "interest"),
    [
        (HTML, "kitchen"),
        ("שלום, כמה עולה מטבח?", None),
        ("مرحبا، كم سعر المطبخ؟ kitchen", "kitchen"),
        ("‮nehctik a hcum woh‬", None),
        ("👩‍👩‍👧‍👦🇦🇲 kitchen", "kitchen"),
        ("' OR 1=1; DROP TABLE crm_lead; --", None),
        ("{{ 7*7 }} {% load static %} ${jndi:ldap://x} %s %(x)s", None),
        ("z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢L̠ͨͧͩ͘G̴̻͈͍͔̹̑͗̎̅͛́Ǫ̵̹̻̝̳͂̌̌͘", None),
    ],
    ids=["html", "hebrew", "arabic", "overridden", "joined emoji", "sql", "templates", "zalgo"],
)
def test_text_is_kept_as_it_is(chat: Chat, text: str, interest: str | None) -> None:
    assert "Aregak Interiors" in chat.say(text)
    first = chat.messages.get(direction="in")
    assert first.text == text
    assert chat.lead.answers.get("interest") == interest
    assert chat.visitor.fetch()["messages"][0]["text"] == text
    assert_all_done(1)


def test_nul_bytes_and_lone_surrogates_are_left_out(chat: Chat) -> None:
    body = {"version": 1, "type": "message", "client_id": "5f0c9e3e-6f0a-4a53-8c1f-3a3b7d1f6d11"}
    chat.visitor.open()
    text = '"how\\u0000 much is a \\ud800kitchen?"'
    answer = chat.visitor.post(json.dumps(body)[:-1] + f', "text": {text}}}')
    assert answer.status_code == 200
    work_off()
    assert chat.messages.get(direction="in").text == "how much is a kitchen?"
    assert chat.lead.answers == {"interest": "kitchen"}
    assert_all_done(1)


def test_a_megabyte_of_text(chat: Chat) -> None:
    text = "I need a kitchen. " + "ա" * 500_000
    chat.visitor.open()
    client_id = "7a1d4a16-4b57-4f4b-9f4c-0f4a5ac0a0d1"
    body = {"version": 1, "type": "message", "client_id": client_id, "text": text}
    answer = chat.visitor.post(json.dumps(body, ensure_ascii=False).encode())
    assert answer.status_code in (200, 413)
    work_off()
    if answer.status_code == 413:
        assert (answer.json()["error"], Message.objects.count()) == ("too_large", 0)
    chat.say("hello, how much is a kitchen?")
    assert chat.lead.answers == {"interest": "kitchen"}


def test_malformed_and_forged(chat: Chat) -> None:
    chat.visitor.open()
    assert chat.visitor.post("{").status_code == 400
    chat.account.refresh_from_db()
    forged = chat.visitor.client.post("/hooks/webchat/forged-token/", "{}", content_type="application/json")
    assert forged.status_code == 404
    assert (Message.objects.count(), RawDelivery.objects.exclude(status=DeliveryStatus.DONE).count()) == (
        0,
        0,
    )


def test_a_message_sent_twice_is_answered_once(chat: Chat) -> None:
    client_id = "0d9c22f4-5c60-4a0c-8d53-7d1c5d9f3a42"
    chat.say("hello, how much is a kitchen?", client_id=client_id)
    assert chat.say("hello, how much is a kitchen?", client_id=client_id) == ""
    assert chat.messages.count() == 2


def assert_all_done(count: int) -> None:
    assert list(RawDelivery.objects.values_list("status", "error")) == [(DeliveryStatus.DONE, "")] * count
