"""Fetching updates for a bot without a webhook: stored like all deliveries, each once, whatever dies when."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from conversations.accounts.models import ChannelAccount
from conversations.accounts.operations import update_account
from conversations.channels.telegram import polling
from conversations.channels.telegram.client import NotReached, Refusal
from conversations.channels.telegram.models import TelegramPolling
from conversations.channels.telegram.polling import Poller, note_failure, poll_once, polling_state
from conversations.channels.telegram.setup import POLLING, connect
from conversations.deliveries.models import RawDelivery
from conversations.threads.models import Message
from tests.factories.conversations import make_pipeline
from tests.providers.telegram import TOKEN, TelegramStandIn
from tests.providers.telegram_customer import Customer
from tests.stack import wait_for
from tests.support import work_off


@pytest.fixture
def telegram(settings: Any) -> Iterator[TelegramStandIn]:
    with TelegramStandIn() as stand_in:
        settings.TELEGRAM_API_URL = stand_in.url
        settings.TELEGRAM_MESSAGES_PER_SECOND = 0
        yield stand_in


@pytest.fixture
def bot(telegram: TelegramStandIn, db: None) -> ChannelAccount:
    make_pipeline()
    return connect(token=TOKEN, updates=POLLING)


@pytest.mark.django_db
def test_updates_are_stored_as_deliveries_and_never_twice(
    bot: ChannelAccount, telegram: TelegramStandIn
) -> None:
    anna, aram = Customer(telegram), Customer(telegram, name="Aram")
    anna.say("hello")
    aram.say("barev")
    assert poll_once(bot, seconds=0) == 2
    assert poll_once(bot, seconds=0) == 0
    work_off()
    assert list(Message.objects.order_by("pk").values_list("text", flat=True)) == ["hello", "barev"]
    lanes = RawDelivery.objects.order_by("pk").values_list("lane", flat=True)
    assert list(lanes) == [f"{bot.pk}:{anna.number}", f"{bot.pk}:{aram.number}"]
    assert TelegramPolling.objects.get().next_update == telegram.bot.next_update + 1


@pytest.mark.django_db
def test_where_it_goes_on_is_kept_by_the_same_transaction(
    bot: ChannelAccount, telegram: TelegramStandIn
) -> None:
    """A poller whose transaction is lost fetches the same updates again."""
    poll_once(bot, seconds=0)
    Customer(telegram).say("hello")

    class Lost(Exception):
        pass

    @transaction.atomic
    def lose_it() -> None:
        assert poll_once(bot, seconds=0) == 1
        raise Lost

    with pytest.raises(Lost):
        lose_it()
    assert (TelegramPolling.objects.get().next_update, RawDelivery.objects.count()) == (0, 0)
    assert poll_once(bot, seconds=0) == 1
    assert RawDelivery.objects.count() == 1


@pytest.mark.django_db
def test_an_update_that_cannot_be_read_holds_up_nobody(
    bot: ChannelAccount, telegram: TelegramStandIn
) -> None:
    telegram.deliver({"message": {"message_id": "seven"}})
    Customer(telegram).say("hello")
    poll_once(bot, seconds=0)
    assert RawDelivery.objects.count() == 1
    bot.refresh_from_db()
    assert bot.malformed_count == 1


@pytest.mark.django_db
def test_a_conflict_is_explained(bot: ChannelAccount, telegram: TelegramStandIn) -> None:
    telegram.bot.webhook = {"url": "https://elsewhere.example/"}
    with pytest.raises(Refusal) as refused:
        poll_once(bot, seconds=0)
    assert note_failure(bot, refused.value) == 1.0
    bot.refresh_from_db()
    assert bot.last_error.startswith("Somebody has set a webhook for this bot")
    state = polling_state(bot, now=timezone.now())
    assert (state.error, state.late) == (bot.last_error, False)


@pytest.mark.django_db
def test_a_lost_connection_is_waited_for_longer_and_longer(bot: ChannelAccount) -> None:
    pauses = [note_failure(bot, NotReached()) for _ in range(8)]
    assert pauses == [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 32.0, 32.0]
    bot.refresh_from_db()
    assert bot.last_error.startswith("Telegram cannot be reached from this server.")
    poll = TelegramPolling.objects.get()
    assert poll.failures == 8


@pytest.mark.django_db(transaction=True)
def test_the_poller_finds_its_accounts_and_lets_go_of_them(
    bot: ChannelAccount, telegram: TelegramStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(polling, "LOOK_SECONDS", 0.05)
    poller = Poller(seconds=1)
    thread = threading.Thread(target=poller.run)
    thread.start()
    try:
        Customer(telegram).say("hello")
        wait_for(lambda: RawDelivery.objects.count() == 1, seconds=10, what="the update")
        update_account(account_id=bot.pk, active=False)
        wait_for(lambda: not telegram.bot.polling, seconds=10, what="the end of polling")
        Customer(telegram).say("is anybody there?")
        update_account(account_id=bot.pk, active=True)
        wait_for(lambda: RawDelivery.objects.count() == 2, seconds=10, what="what waited meanwhile")
    finally:
        poller.stop()
        thread.join(timeout=10)
    wait_for(lambda: not any(each.is_alive() for each in poller.threads), seconds=10, what="the threads")
