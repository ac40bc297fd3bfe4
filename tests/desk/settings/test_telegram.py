"""A bot is connected, looked after and switched off in the settings, against a stand-in that speaks the Bot API."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from conversations.accounts.models import ChannelAccount
from conversations.channels.telegram.setup import ALLOWED_UPDATES
from tests.desk.reading import words
from tests.desk.settings.htmx import htmx, toast_of
from tests.factories.core import TeamFactory
from tests.providers.telegram import TOKEN, Outcome, TelegramStandIn

URL = "/settings/channels/"
GIVEN = {"token": TOKEN, "updates": "webhook", "purpose": "sales", "name": "", "active": "on"}


@pytest.fixture
def telegram(settings: Any) -> Iterator[TelegramStandIn]:
    with TelegramStandIn() as stand_in:
        settings.TELEGRAM_API_URL = stand_in.url
        yield stand_in


@pytest.fixture
def bot(desk: Client, telegram: TelegramStandIn) -> ChannelAccount:
    answer = post(desk)
    assert answer.status_code == 204, words(answer.content, "invalid-feedback")
    return ChannelAccount.objects.get()


def post(desk: Client, **changes: Any) -> Any:
    return desk.post(f"{URL}new/telegram/", GIVEN | changes, headers=htmx("channel-form"))


def save(desk: Client, account: ChannelAccount, **changes: Any) -> Any:
    given = GIVEN | {"token": "", "name": account.name} | changes
    return desk.post(f"{URL}{account.public_id}/save/", given, headers=htmx("channel-form"))


def state(desk: Client, account: ChannelAccount) -> str:
    return words(desk.get(f"{URL}{account.public_id}/provider/").content, "facts")[0]


def faults(answer: Any) -> list[str]:
    return words(answer.content, "invalid-feedback") + words(answer.content, "alert-danger")


def test_a_bot_is_connected_by_webhook(desk: Client, telegram: TelegramStandIn) -> None:
    team = TeamFactory()
    answer = post(desk, team=team.pk)

    account = ChannelAccount.objects.get()
    assert answer.headers["HX-Redirect"] == f"{URL}{account.public_id}/"
    assert (account.kind, account.name, account.team) == ("telegram", "Aregak Interiors", team)
    assert account.credentials["token"] == TOKEN
    asked = telegram.bot.webhook
    assert asked["url"] == f"http://localhost:8000/hooks/telegram/{account.token}/"
    assert asked["secret_token"] == account.credentials["secret"]
    assert len(account.credentials["secret"]) == 43
    assert asked["allowed_updates"] == list(ALLOWED_UPDATES)
    assert "message_reaction" in ALLOWED_UPDATES
    page = desk.get(f"{URL}{account.public_id}/").content
    assert words(page, "#bot-link") == ["https://t.me/aregak_test_bot"]
    assert state(desk, account) == (
        "Messages are sent by Telegram Waiting at Telegram 0 Our address known to Telegram"
    )


def test_the_token_is_never_shown(desk: Client, bot: ChannelAccount) -> None:
    pages = [f"{URL}{bot.public_id}/", f"{URL}{bot.public_id}/provider/", URL]
    secrets = (TOKEN, TOKEN.partition(":")[2], bot.credentials["secret"])
    for page in pages:
        text = desk.get(page).content.decode()
        assert not any(secret in text for secret in secrets)
    assert not any(secret in save(desk, bot, token="").content.decode() for secret in secrets)
    assert TOKEN not in post(desk).content.decode()


@pytest.mark.parametrize(
    "token", ["", "hello", "123:short", "123456789 AAEhBOweik6ad9rTestTokenForTheStandIn0"]
)
def test_what_is_no_token(desk: Client, telegram: TelegramStandIn, token: str) -> None:
    answer = post(desk, token=token)
    assert answer.status_code == 422
    assert len(faults(answer)) == 1
    assert (ChannelAccount.objects.count(), telegram.calls) == (0, [])


def test_a_token_that_telegram_does_not_know(desk: Client, telegram: TelegramStandIn) -> None:
    answer = post(desk, token="987654321:AAEhBOweik6ad9rTestTokenForTheStandIn0")
    assert faults(answer) == [
        "Telegram does not know this token. Copy it whole from @BotFather and paste it here."
    ]
    assert ChannelAccount.objects.count() == 0


def test_telegram_away(desk: Client, settings: Any) -> None:
    settings.TELEGRAM_API_URL = "http://127.0.0.1:9"
    assert faults(post(desk)) == [
        "Telegram cannot be reached from this server. Check its connection and try again."
    ]


def test_an_address_that_telegram_does_not_take_leaves_nothing_behind(
    desk: Client, telegram: TelegramStandIn
) -> None:
    words_of_telegram = "Bad Request: bad webhook: An HTTPS URL must be provided for webhook"
    telegram.outcomes["setWebhook"].append(Outcome(400, words_of_telegram))
    (said,) = faults(post(desk))
    assert said.startswith(f"Telegram does not take our address for its webhook: {words_of_telegram}.")
    assert ChannelAccount.objects.count() == 0


def test_the_same_bot_twice(desk: Client, bot: ChannelAccount) -> None:
    assert faults(post(desk)) == ["This bot is connected already."]
    assert ChannelAccount.objects.count() == 1


def test_to_polling_and_back(desk: Client, bot: ChannelAccount, telegram: TelegramStandIn) -> None:
    assert toast_of(save(desk, bot, updates="polling")) == "Saved."
    bot.refresh_from_db()
    assert (bot.settings["updates"], telegram.bot.webhook) == ("polling", {})
    assert state(desk, bot) == (
        "Messages are fetched by Parley Last fetched about to begin Waiting at Telegram 0"
    )
    save(desk, bot)
    assert telegram.bot.webhook["url"].endswith(f"/hooks/telegram/{bot.token}/")


def test_switched_off_the_messages_wait_with_telegram(
    desk: Client, bot: ChannelAccount, telegram: TelegramStandIn
) -> None:
    given = {"purpose": "sales", "name": "Bot", "updates": "webhook", "token": ""}
    desk.post(f"{URL}{bot.public_id}/save/", given, headers=htmx("channel-form"))
    bot.refresh_from_db()
    assert (bot.active, telegram.bot.webhook) == (False, {})
    assert telegram.called("deleteWebhook")[0].values == {"drop_pending_updates": False}


def test_a_new_token_replaces_the_old_one_once_it_was_checked(
    desk: Client, bot: ChannelAccount, telegram: TelegramStandIn
) -> None:
    new = "123456789:AAEanotherTokenOfTheVerySameBot1234567"
    assert save(desk, bot, token=new).status_code == 422
    bot.refresh_from_db()
    assert bot.credentials["token"] == TOKEN
    telegram.bots[new] = telegram.bots.pop(TOKEN)
    assert toast_of(save(desk, bot, token=new)) == "Saved."
    bot.refresh_from_db()
    assert bot.credentials["token"] == new


def test_what_telegram_complains_about_is_shown(
    desk: Client, bot: ChannelAccount, telegram: TelegramStandIn
) -> None:
    telegram.bot.last_error = "Wrong response from the webhook: 502 Bad Gateway"
    telegram.bot.webhook["url"] = "https://elsewhere.example/hook"
    shown = state(desk, bot)
    assert "not known to Telegram: save the channel again" in shown
    assert "Wrong response from the webhook: 502 Bad Gateway" in shown


def test_the_kinds_to_choose_from(desk: Client) -> None:
    cards = words(desk.get(f"{URL}new/").content, "settings-card")
    assert [card.split(" ")[0] for card in cards][:2] == ["Web", "Telegram"]
    assert desk.get(f"{URL}new/pigeon/").status_code == 404


def test_the_page_costs_few_statements(
    desk: Client, bot: ChannelAccount, django_assert_max_num_queries: Any
) -> None:
    desk.get(f"{URL}{bot.public_id}/")
    with django_assert_max_num_queries(12):
        desk.get(f"{URL}{bot.public_id}/")
