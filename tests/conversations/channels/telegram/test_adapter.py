"""What is handed to the Bot API, and what its answers mean."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest

from conversations.channels import pacing
from conversations.channels.contracts import FetchError, NotYet, OutboundMessage, SendError
from conversations.channels.pacing import Pace
from conversations.channels.telegram.adapter import TelegramAdapter
from conversations.sending.payloads import carried, reference
from tests.providers import telegram as provider
from tests.providers.telegram import TOKEN, TelegramStandIn

MESSAGE = UUID("0197c2a4-7c1e-7b52-8d0a-0b1a2c3d4e5f")
CREDENTIALS = {"token": TOKEN, "secret": "s"}


@pytest.fixture
def telegram(settings: Any) -> Iterator[TelegramStandIn]:
    with TelegramStandIn() as stand_in:
        settings.TELEGRAM_API_URL = stand_in.url
        settings.TELEGRAM_MESSAGES_PER_SECOND = 0
        yield stand_in


def message(text: str = "Good day", **changes: Any) -> OutboundMessage:
    return OutboundMessage(
        MESSAGE, changes.pop("recipient_id", "700"), changes.pop("thread_id", ""), text, **changes
    )


def send(**changes: Any) -> Any:
    return TelegramAdapter().send(CREDENTIALS, message(**changes))


def values(telegram: TelegramStandIn) -> dict[str, Any]:
    return telegram.called("sendMessage")[-1].values


def test_a_text(telegram: TelegramStandIn) -> None:
    assert send().external_id == "700:1"
    assert values(telegram) == {"chat_id": "700", "text": "Good day"}


@pytest.mark.parametrize(
    ("thread", "expected"),
    [
        ("-100123", {"chat_id": "-100123"}),
        ("-100123/7", {"chat_id": "-100123", "message_thread_id": 7}),
        ("business/BC1", {"chat_id": "700", "business_connection_id": "BC1"}),
    ],
)
def test_threads(telegram: TelegramStandIn, thread: str, expected: dict[str, Any]) -> None:
    send(thread_id=thread)
    assert values(telegram) == {"text": "Good day", **expected}


def test_an_answer_refers_to_its_message(telegram: TelegramStandIn) -> None:
    send(reply_to="700:57")
    assert values(telegram)["reply_parameters"] == {"message_id": 57, "allow_sending_without_reply": True}


def test_buttons_in_rows_with_payloads_of_at_most_64_bytes(telegram: TelegramStandIn) -> None:
    long = "answer:city:" + "Ե" * 30
    replies = (("Yes", "yes"), ("No", "no"), ("Another time, please, next week", "later"), ("Երևան", long))
    send(quick_replies=replies)
    rows = values(telegram)["reply_markup"]["inline_keyboard"]
    assert [[button["text"] for button in row] for row in rows] == [
        ["Yes", "No"],
        ["Another time, please, next week"],
        ["Երևան"],
    ]
    data = [button["callback_data"] for row in rows for button in row]
    assert data == ["yes", "no", "later", f"~{MESSAGE.hex}.3"]
    assert max(len(each.encode()) for each in data) <= 64
    assert reference(data[3]) == (MESSAGE, 3)


@pytest.mark.parametrize("payload", ["", "~", "~yes", "é" * 33, "x" * 65])
def test_what_does_not_fit_or_looks_like_a_reference_becomes_one(payload: str) -> None:
    assert carried(payload, message_id=MESSAGE, index=2, most_bytes=64) == f"~{MESSAGE.hex}.2"


@pytest.mark.parametrize(
    "data", ["yes", "~", "~0197.1", f"~{MESSAGE.hex}", f"~{MESSAGE.hex}.100", "", "~" * 64]
)
def test_what_is_no_reference(data: str) -> None:
    assert reference(data) is None


FAULTS = [
    (provider.too_many(7), "Telegram asks us to write more slowly.", False, 7.0, False),
    (provider.BLOCKED, "The customer has blocked the bot.", True, None, True),
    (
        provider.Outcome(403, "Forbidden: bot can't initiate conversation with a user"),
        "The bot may not write to this chat: the customer has to write first.",
        True,
        None,
        False,
    ),
    (provider.NOT_FOUND, "Telegram does not find this chat any more.", True, None, False),
    (
        provider.Outcome(400, "Bad Request: message text is empty"),
        "Telegram refused the message: Bad Request: message text is empty",
        True,
        None,
        False,
    ),
    (
        provider.Outcome(401, "Unauthorized"),
        "Telegram does not know the bot's token any more. Enter the new one in the settings.",
        True,
        None,
        False,
    ),
    (provider.BROKEN, "Telegram has a fault of its own at the moment.", False, None, False),
    (provider.GATEWAY, "Telegram cannot be reached at the moment.", False, None, False),
]


@pytest.mark.parametrize(("outcome", "words", "permanent", "retry_after", "blocked"), FAULTS)
def test_refusals(
    telegram: TelegramStandIn,
    outcome: provider.Outcome,
    words: str,
    permanent: bool,
    retry_after: float | None,
    blocked: bool,
) -> None:
    telegram.outcomes["sendMessage"].append(outcome)
    with pytest.raises(SendError) as raised:
        send()
    error = raised.value
    assert (error.message, error.permanent, error.retry_after, error.blocked) == (
        words,
        permanent,
        retry_after,
        blocked,
    )
    assert TOKEN not in f"{error} {error.code}"


@pytest.mark.parametrize("outcome", [provider.ACCEPTED_THEN_DROPPED, provider.DROPPED])
def test_no_answer_is_no_reason_to_send_again(telegram: TelegramStandIn, outcome: provider.Outcome) -> None:
    """From here the two cannot be told apart."""
    telegram.outcomes["sendMessage"].append(outcome)
    with pytest.raises(SendError) as raised:
        send()
    assert (raised.value.code, raised.value.permanent) == ("unconfirmed", True)


def test_no_connection_is_tried_again(settings: Any) -> None:
    settings.TELEGRAM_API_URL = "http://127.0.0.1:9"
    settings.TELEGRAM_MESSAGES_PER_SECOND = 0
    with pytest.raises(SendError) as raised:
        send()
    assert (raised.value.code, raised.value.permanent) == ("unreachable", False)


def test_an_account_may_have_a_server_of_its_own(telegram: TelegramStandIn, settings: Any) -> None:
    settings.TELEGRAM_API_URL = "http://127.0.0.1:9"
    sent = TelegramAdapter().send({**CREDENTIALS, "api_url": telegram.url}, message())
    assert sent.external_id == "700:1"


def test_a_group_is_followed_to_its_new_id(telegram: TelegramStandIn) -> None:
    telegram.outcomes["sendMessage"].append(provider.migrated(-100777))
    sent = send(thread_id="-42")
    assert (sent.external_id, sent.thread_id) == ("-100777:1", "-100777")


def test_a_file_that_is_gone(telegram: TelegramStandIn) -> None:
    with pytest.raises(FetchError) as raised:
        TelegramAdapter().fetch(CREDENTIALS, "nothing", most=100)
    assert raised.value.permanent
    telegram.files["big"] = ("big.pdf", bytes(200))
    with pytest.raises(FetchError, match="too large"):
        TelegramAdapter().fetch(CREDENTIALS, "big", most=100)


def test_a_chat_that_had_its_share_waits_and_others_do_not(telegram: TelegramStandIn, settings: Any) -> None:
    settings.TELEGRAM_MESSAGES_PER_SECOND = 1000
    for _ in range(3):
        send(recipient_id="801")
    with pytest.raises(NotYet) as put_off:
        send(recipient_id="801")
    assert 0 < put_off.value.seconds <= 1
    send(recipient_id="802")
    assert telegram.counts["sendMessage"] == 4


def test_after_a_429_the_chat_is_left_in_peace(telegram: TelegramStandIn, settings: Any) -> None:
    settings.TELEGRAM_MESSAGES_PER_SECOND = 1000
    telegram.outcomes["sendMessage"].append(provider.too_many(30))
    with pytest.raises(SendError):
        send(recipient_id="803")
    with pytest.raises(NotYet) as put_off:
        send(recipient_id="803")
    assert 25 < put_off.value.seconds <= 31
    assert telegram.counts["sendMessage"] == 1


def test_the_pace_of_a_bot_is_kept_by_all_together() -> None:
    pace = Pace("test:bot", 20, burst=2, patience=0.5)
    places = [pacing.take(pace) for _ in range(20)]
    granted = [place.seconds for place in places if place.granted]
    assert len(granted) in range(10, 15)
    assert granted == sorted(granted)
    assert all(0.4 < place.seconds < 0.7 for place in places if not place.granted)
    assert pacing.take(Pace("test:other", 20), Pace("test:bot", 20, burst=2)).granted is False
    assert pacing.take(Pace("test:other", 20)).granted is True
