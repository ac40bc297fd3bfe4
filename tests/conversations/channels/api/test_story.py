"""A company's own app over real sockets: it writes to us signed, it is written to signed (docs/api-channel.md)."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from conversations.accounts.models import ChannelAccount
from conversations.accounts.operations import create_account, update_account
from conversations.channels.api import signature
from conversations.channels.api.adapter import ping
from conversations.deliveries.models import RawDelivery
from conversations.outbox.models import OutboxItem
from conversations.outbox.operations import deliver_next
from conversations.sending.drafts import QuickReply
from conversations.threads.models import Conversation, Message
from conversations.threads.operations import reply
from core.access.models import User
from crm.consent.queries import has_opted_out
from crm.contacts.models import Contact, ContactPoint
from tests.factories.conversations import make_pipeline, make_user
from tests.providers.app import App, compact, signed
from tests.support import work_off

pytestmark = pytest.mark.django_db


@pytest.fixture
def app(settings: Any) -> Iterator[App]:
    settings.OUTGOING_LOOPBACK = True
    with App(signature.new_secret()) as app:
        yield app


@pytest.fixture
def account(db: None, app: App) -> ChannelAccount:
    make_pipeline()
    return create_account(kind="api", name="Our app", credentials={"secret": app.secret, "url": app.url})


def tell(account: ChannelAccount, app: App, document: dict[str, Any], *, id: str = "", **more: Any) -> int:
    """What the app sends us; the status that it gets."""
    body = compact(document)
    headers = signed(app.secret, body, id=id or uuid.uuid4().hex) | more
    answer = Client().post(
        f"/hooks/api/{account.token}/", body, content_type="application/json", headers=headers
    )
    work_off(["deliveries"])
    return answer.status_code


def says(text: str, **more: Any) -> dict[str, Any]:
    return {"type": "message", "customer": {"id": "u-1", "name": "Anna"}, "text": text, **more}


def answer_of(user: User, text: str = "Good day") -> Message:
    return reply(conversation_id=Conversation.objects.get().pk, user=user, text=text)


def test_a_conversation_goes_back_and_forth(account: ChannelAccount, app: App, user: User) -> None:
    customer = {"id": "u-1", "name": "Anna", "phone": "+374 99 123456", "email": "anna@example.com"}
    referral = {"campaign": "spring"}
    assert tell(account, app, {**says("Hello", id="m-1", referral=referral), "customer": customer}) == 200
    conversation = Conversation.objects.get()
    assert (conversation.contact.name, conversation.referral) == ("Anna", referral)
    assert set(ContactPoint.objects.values_list("value", flat=True)) == {"+37499123456", "anna@example.com"}

    message = answer_of(user)
    app.outcomes.append((200, {}, b'{"id": "out-1"}'))
    assert deliver_next()
    (taken,) = app.taken
    assert taken.id == str(message.public_id)
    assert app.messages == [
        {
            "id": str(message.public_id),
            "customer": {"id": "u-1"},
            "thread": "",
            "text": "Good day",
            "quick_replies": [],
            "reply_to": "",
        }
    ]
    for status in ("delivered", "read", "delivered"):
        tell(account, app, {"type": "status", "message": "out-1", "status": status})
    message.refresh_from_db()
    assert (message.status, message.external_id) == ("read", "out-1")

    tell(account, app, {"type": "edit", "message": "m-1", "customer": {"id": "u-1"}, "text": "Hello there"})
    tell(account, app, {"type": "reaction", "message": "out-1", "customer": {"id": "u-1"}, "emoji": "👍"})
    assert list(Message.objects.order_by("sequence").values_list("text", "raw_kind")) == [
        ("Hello there", ""),
        ("Good day", ""),
        ("👍", "reaction"),
    ]
    tell(account, app, {"type": "delete", "message": "m-1", "customer": {"id": "u-1"}})
    assert Message.objects.get(external_id="m-1").deleted_at is not None


def test_the_same_webhook_twice_is_one_message(account: ChannelAccount, app: App) -> None:
    for _ in range(2):
        assert tell(account, app, says("Hello"), id="d-1") == 200
    tell(account, app, says("Hello"), id="d-2")
    assert Message.objects.count() == 2
    for _ in range(2):
        tell(account, app, says("Once", id="m-1"))
    assert Message.objects.count() == 3


def test_nothing_is_stored_of_what_is_not_signed(account: ChannelAccount, app: App) -> None:
    other = App(signature.new_secret())
    assert tell(account, other, says("Hello")) == 403
    assert tell(account, app, says("Hello"), **{"webhook-signature": "v1,aGk="}) == 403
    assert tell(account, app, {"type": "message"}) == 400
    unsigned = Client().post(f"/hooks/api/{account.token}/", "{}", content_type="application/json")
    assert unsigned.status_code == 403
    assert Client().get(f"/hooks/api/{account.token}/").status_code == 403
    assert Client().post("/hooks/api/forged/", "{}", content_type="application/json").status_code == 404
    account.refresh_from_db()
    assert (RawDelivery.objects.count(), account.refused_count, account.malformed_count) == (0, 4, 1)


def test_a_new_secret_leaves_a_day_to_change_over(account: ChannelAccount, app: App, user: User) -> None:
    tell(account, app, says("Hello"))
    update_account(account_id=account.pk, credentials=signature.rotated(account.credentials, timezone.now()))
    assert tell(account, app, says("Still with the old one")) == 200
    answer_of(user)
    assert deliver_next()
    assert (len(app.taken), app.refused) == (1, 0)
    account.refresh_from_db()
    app.secret = account.credentials["secret"]
    assert tell(account, app, says("With the new one")) == 200
    answer_of(user)
    assert deliver_next()
    assert (len(app.taken), app.refused) == (2, 0)


@pytest.mark.parametrize(
    ("outcome", "pause"),
    [(500, 2), (503, 2), (408, 2), (429, 2), ((429, {"Retry-After": "120"}, b""), 120)],
)
def test_trouble_of_the_app_is_tried_again_with_the_same_id(
    account: ChannelAccount, app: App, user: User, outcome: Any, pause: int
) -> None:
    tell(account, app, says("Hello"))
    message = answer_of(user)
    app.outcomes.append(outcome)
    now = timezone.now()
    assert deliver_next(now=now)
    item = OutboxItem.objects.get()
    assert (item.status, item.next_attempt_at, item.error) == (
        "pending",
        now + timedelta(seconds=pause),
        "The app has trouble at the moment.",
    )
    assert deliver_next(now=now + timedelta(seconds=pause))
    assert {each.id for each in app.taken} == {str(message.public_id)}
    message.refresh_from_db()
    assert (len(app.taken), message.status) == (2, "sent")


@pytest.mark.parametrize(
    ("outcome", "error"),
    [
        (400, "The app refused the message."),
        (404, "The app refused the message."),
        (410, "The app refused the message."),
        (
            (307, {"Location": "https://example.com/"}, b""),
            "The app answered with a redirect, which is not followed. Enter its final address.",
        ),
    ],
)
def test_what_the_app_refuses_fails_visibly(
    account: ChannelAccount, app: App, user: User, outcome: Any, error: str
) -> None:
    tell(account, app, says("Hello"))
    message = answer_of(user)
    app.outcomes.append(outcome)
    assert deliver_next()
    message.refresh_from_db()
    assert (message.status, message.error) == ("failed", error)


def test_an_app_that_says_more_than_it_should_has_taken_the_message(
    account: ChannelAccount, app: App, user: User
) -> None:
    tell(account, app, says("Hello"))
    for body in (b"x" * 100_000, b"[1]", b'{"id": 7}', b'{"status": "delivered"}'):
        app.outcomes.append((200, {}, body))
        answer_of(user)
        assert deliver_next()
    out = Message.objects.filter(direction="out").order_by("pk")
    assert list(out.values_list("status", flat=True)) == ["sent", "sent", "sent", "delivered"]
    assert all(each.external_id == str(each.public_id) for each in out)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"url": ""}, "This channel has no address to send to. Enter it in the settings."),
        ({"secret": ""}, "This channel has no secret yet. Make one in the settings."),
        (
            {"url": "https://10.0.0.7/hook"},
            "The address of this channel may not be called: it must be a public https address.",
        ),
    ],
)
def test_an_account_that_is_not_set_up_says_what_is_missing(
    account: ChannelAccount, app: App, user: User, change: dict[str, str], error: str
) -> None:
    tell(account, app, says("Hello"))
    update_account(account_id=account.pk, credentials={**account.credentials, **change})
    message = answer_of(user)
    assert deliver_next()
    message.refresh_from_db()
    assert (message.status, message.error, app.taken) == ("failed", error, [])
    assert ping({**account.credentials, **change}).error == error


def test_buttons_travel_both_ways(account: ChannelAccount, app: App) -> None:
    from conversations.outbox.operations import send_message

    tell(account, app, says("Hello"))
    conversation = Conversation.objects.get()
    send_message(
        conversation=conversation,
        text="Which one?",
        author_kind="flow",
        now=timezone.now(),
        quick_replies=[QuickReply("Kitchen", "answer:1"), QuickReply("Sofa", "answer:2")],
    )
    assert deliver_next()
    assert app.messages[0]["quick_replies"] == [
        {"label": "Kitchen", "payload": "answer:1"},
        {"label": "Sofa", "payload": "answer:2"},
    ]
    tapped = {"type": "postback", "customer": {"id": "u-1"}, "text": "Kitchen", "payload": "answer:1"}
    tell(account, app, tapped)
    newest = Message.objects.latest("pk")
    assert (newest.text, newest.payload) == ("Kitchen", "answer:1")


def test_what_is_unknown_is_kept_and_an_opt_out_counts(account: ChannelAccount, app: App) -> None:
    tell(account, app, says("Hello"))
    tell(account, app, {"type": "waved", "customer": {"id": "u-1"}})
    assert Message.objects.latest("pk").raw_kind == "waved"
    tell(account, app, {"type": "opt_out", "customer": {"id": "u-1"}})
    assert has_opted_out(Contact.objects.get())


def test_a_ping_tells_how_the_app_fares(account: ChannelAccount, app: App) -> None:
    assert (ping(account.credentials).status, ping(account.credentials).error) == (200, "")
    assert {each.document["type"] for each in app.taken} == {"ping"}
    app.outcomes.append(500)
    assert ping(account.credentials).error == "The app has trouble at the moment."
    app.secret = signature.new_secret()
    pinged = ping(account.credentials)
    assert (pinged.status, pinged.error) == (401, "The app refused the message.")


@pytest.fixture
def user(db: None) -> User:
    return make_user()
