"""Imports stand inside: this file is read before the settings know the addresses of the services."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from tests.providers.assistant import KEY, AssistantStandIn

if TYPE_CHECKING:
    from conversations.assistant.models import AssistantSettings

Switch = Callable[..., "AssistantSettings"]


@pytest.fixture
def model() -> Iterator[AssistantStandIn]:
    with AssistantStandIn() as running:
        yield running


@pytest.fixture
def switch_on(db: None, settings: Any, model: AssistantStandIn) -> Switch:
    """Switch the assistant on over the stand-in, with every use unless said otherwise."""
    settings.OUTGOING_LOOPBACK = True
    from conversations.assistant.enums import Use
    from conversations.assistant.operations.settings import SettingsDraft, save_assistant
    from core.events.actor import SYSTEM

    def save(**values: Any) -> AssistantSettings:
        given = {
            "active": True,
            "endpoint": model.url,
            "model": "small-1",
            "uses": tuple(Use.values),
            "monthly_tokens": 1_000_000,
            **values,
        }
        return save_assistant(draft=SettingsDraft(**given), actor=SYSTEM, key=KEY)

    return save
