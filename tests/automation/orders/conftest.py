"""Imports stand inside: this file is read before the settings know the addresses of the services."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conversations.threads.models import Conversation
    from core.access.models import User
    from crm.pipeline.models import Lead


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    """Nothing remembered of another test, nor for the next."""
    from crm.memory import forget_all

    forget_all()
    yield
    forget_all()


@pytest.fixture
def anna(db: None) -> User:
    from tests.factories.core import CompanyFactory, UserFactory

    CompanyFactory(name="Aregak Interiors", phone="+374 10 123456")
    return UserFactory(name="Anna")


@pytest.fixture
def chat(anna: User) -> Conversation:
    """Aram's web chat, of a lead of Anna's."""
    from tests.factories.conversations import make_conversation
    from tests.factories.crm import LeadFactory

    conversation = make_conversation(name="Aram")
    lead = LeadFactory(contact=conversation.contact, owner=anna, title="Kitchen", currency="USD")
    conversation.lead = lead
    conversation.save(update_fields=["lead"])
    return conversation


@pytest.fixture
def lead(chat: Conversation) -> Lead:
    assert chat.lead is not None
    return chat.lead
