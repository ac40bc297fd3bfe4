"""What the journeys of the playbooks have in common: a customer on either channel, and what was said to them."""

from __future__ import annotations

from pathlib import Path

from django.utils import timezone

import automation
from automation.flows.document import plain as plain_value
from automation.flows.models import Flow, FlowVersion
from automation.flows.queries import forget_published
from conversations.accounts.models import ChannelAccount
from conversations.understanding import language_of
from crm.memory import forget_all
from tests.journeys.chat import Chat
from tests.journeys.telegram import TelegramChat

LANGUAGES = ("en", "ru", "hy", "az")
CHANNELS = ("webchat", "telegram")
BOTH = [f"{language}-{channel}" for language in LANGUAGES for channel in CHANNELS]
"""Every language over both channels."""
PHONE = "+374 99 123456"

Somebody = Chat | TelegramChat


def play(key: str, account: ChannelAccount) -> None:
    """The playbook is installed and answers on this account."""
    text = Path(automation.__path__[0], "playbooks", "data", key, "flow.yaml").read_text(encoding="utf-8")
    flow = Flow.objects.create(key=key, name=key)
    FlowVersion.objects.create(
        flow=flow,
        number=1,
        status="published",
        document=plain_value(text),
        texts={},
        published_at=timezone.now(),
    )
    forget_published()
    account.flow_key = key
    account.save()
    forget_all()


def plain(text: str) -> str:
    """With ordinary spaces."""
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def languages_of(somebody: Somebody) -> set[str]:
    """The languages of what was said to the customer, as a reader would take them; texts of data alone left out."""
    return {language_of(message.text, otherwise=somebody.conversation.language) for message in somebody.said}
