"""Every kind of channel that can be set up here. A new one is a line more."""

from __future__ import annotations

from desk.settings.channels.own_app import AppSetup
from desk.settings.channels.setups import ChannelSetup
from desk.settings.channels.telegram import TelegramSetup
from desk.settings.channels.webchat import WebChatSetup

SETUPS: dict[str, ChannelSetup] = {
    setup.kind: setup for setup in (WebChatSetup(), TelegramSetup(), AppSetup())
}


def setup_of(kind: str) -> ChannelSetup | None:
    """None for a kind that exists and has no page of its own yet."""
    return SETUPS.get(kind)
