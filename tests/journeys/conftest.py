"""Imports stand inside: this file is read before the settings know the addresses of the services."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from bookings.services.models import Service
    from conversations.accounts.models import ChannelAccount
    from core.access.models import User
    from tests.journeys.chat import Chat
    from tests.journeys.telegram import TelegramChat
    from tests.providers.telegram import TelegramStandIn

OPEN = "2026-03-02T12:00:00+04:00"
"""A Monday at noon in Yerevan: the showroom is open."""


@pytest.fixture
def clock() -> Iterator[object]:
    """Time stands still until a test shifts it."""
    import time_machine

    from tests.factories.conversations import at

    with time_machine.travel(at(OPEN), tick=False) as traveller:
        yield traveller


@pytest.fixture
def shop(db: None, clock: object) -> ChannelAccount:
    """A furniture maker as the defaults leave it, with office hours, two teams and the shipped flow on its site."""
    from automation.flows.operations import install_shipped
    from core.company.models import CompanyProfile
    from crm.defaults import install_defaults
    from tests.factories.conversations import make_web_chat
    from tests.factories.core import CalendarFactory, TeamFactory

    CompanyProfile.objects.create(
        id=1, name="Aregak Interiors", currency="AMD", country="AM", timezone="Asia/Yerevan"
    )
    CalendarFactory()
    sales = TeamFactory(name="Sales")
    TeamFactory(name="Support")
    install_defaults()
    install_shipped("first_answer")
    return make_web_chat(name="Website", flow_key="first_answer", team=sales)


@pytest.fixture
def chat(shop: ChannelAccount, clock: object) -> Chat:
    from tests.journeys.chat import Chat

    return Chat(shop, clock)


@pytest.fixture
def anna(shop: ChannelAccount) -> User:
    from tests.factories.conversations import make_user

    return make_user("Anna", role="admin")


@pytest.fixture
def telegram(settings: object) -> Iterator[TelegramStandIn]:
    """Telegram, on a port of this machine."""
    from tests.providers.telegram import TelegramStandIn

    with TelegramStandIn() as stand_in:
        settings.TELEGRAM_API_URL = stand_in.url  # type: ignore[attr-defined]
        settings.TELEGRAM_MESSAGES_PER_SECOND = 0  # type: ignore[attr-defined]  # the test holds the clock
        yield stand_in


@pytest.fixture
def bot(
    shop: ChannelAccount, telegram: TelegramStandIn, live_server: object, settings: object
) -> ChannelAccount:
    """The furniture maker's bot, connected by webhook as the settings do it."""
    from conversations.channels.telegram.setup import WEBHOOK, connect
    from tests.providers.telegram import TOKEN

    settings.BASE_URL = live_server.url  # type: ignore[attr-defined]
    return connect(token=TOKEN, updates=WEBHOOK, flow_key="first_answer", team=shop.team)


@pytest.fixture
def phone(bot: ChannelAccount, telegram: TelegramStandIn, clock: object) -> TelegramChat:
    """Somebody with the bot open on the phone."""
    from tests.journeys.telegram import TelegramChat

    return TelegramChat(bot, telegram, clock)


@pytest.fixture
def visits(shop: ChannelAccount) -> Service:
    """The showroom can be visited: half an hour, by one person, Monday to Friday from ten to six."""
    from tests.factories.bookings import make_resource, make_service

    return make_service(
        make_resource("Ani"),
        key="visit",
        name="Showroom visit",
        where={"en": "Abovyan 1, Yerevan"},
        prepare={"en": "room measurements, photos"},
        goals=["sales", "booking"],
    )


@pytest.fixture
def goods(shop: ChannelAccount, tmp_path: object, settings: object) -> None:
    """What the furniture maker sells, with its prices; documents are kept in a folder of the test."""
    from datetime import date

    from desk.demo.catalogue import install_catalogue

    settings.MEDIA_ROOT = tmp_path  # type: ignore[attr-defined]
    install_catalogue(today=date(2026, 3, 1))


@pytest.fixture
def somebody(request: pytest.FixtureRequest, channel: str) -> Chat | TelegramChat:
    """A customer on the channel of the test; whoever has Telegram is called Anna there."""
    found: Chat | TelegramChat = request.getfixturevalue("chat" if channel == "webchat" else "phone")
    return found
