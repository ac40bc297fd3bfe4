"""Imports stand inside: this file is read before the settings know the addresses of the services."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.desk.conftest import statements as statements  # a fixture that these tests share

if TYPE_CHECKING:
    from pathlib import Path

    from conversations.threads.models import Conversation
    from core.access.models import User
    from crm.pipeline.models import Lead


@pytest.fixture(autouse=True)
def _files(tmp_path: Path, settings: pytest.FixtureRequest) -> None:
    settings.MEDIA_ROOT = tmp_path  # type: ignore[attr-defined]


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
    lead = LeadFactory(contact=conversation.contact, owner=anna, title="Kitchen")
    conversation.lead = lead
    conversation.save(update_fields=["lead"])
    return conversation


@pytest.fixture
def lead(chat: Conversation) -> Lead:
    assert chat.lead is not None
    return chat.lead
