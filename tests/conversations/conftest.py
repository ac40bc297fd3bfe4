"""Imports stand inside: this file is read before the settings know the addresses of the services."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conversations.accounts.models import ChannelAccount
    from core.access.models import User
    from tests.conversations.stand_in import StandIn
    from tests.factories.conversations import Visitor


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    """Nothing remembered of an earlier test; people answer unless a test brings its own responder."""
    from conversations import responder
    from crm.memory import forget_all

    forget_all()
    before = responder.replace(None)
    yield
    responder.replace(before)
    forget_all()


@pytest.fixture
def account(db: None) -> ChannelAccount:
    from core.company.models import CompanyProfile
    from tests.factories.conversations import make_pipeline, make_web_chat

    CompanyProfile.objects.create(name="Ararat Interiors", timezone="Asia/Yerevan", country="AM")
    make_pipeline()
    return make_web_chat()


@pytest.fixture
def visitor(account: ChannelAccount) -> Visitor:
    from tests.factories.conversations import Visitor

    return Visitor(account)


@pytest.fixture
def user(db: None) -> User:
    from tests.factories.conversations import make_user

    return make_user()


@pytest.fixture
def channel(monkeypatch: pytest.MonkeyPatch) -> StandIn:
    """A channel of kind "api" in the hands of the test."""
    from conversations.channels import registry
    from tests.conversations.stand_in import StandIn

    channel = StandIn()
    monkeypatch.setitem(registry._ADAPTERS, "api", channel)
    return channel


@pytest.fixture
def api_account(db: None, channel: StandIn) -> ChannelAccount:
    from conversations.accounts.operations import create_account
    from tests.factories.conversations import make_pipeline

    make_pipeline()
    return create_account(kind="api", name="App", credentials={"secret": "s"})
