"""What the journeys of the playbooks have in common: a customer on either channel, and what was said to them."""

from __future__ import annotations

from django.utils import timezone

from automation.playbooks.operations import install, switch_on
from conversations.accounts.models import ChannelAccount
from conversations.understanding import language_of
from crm.memory import forget_all
from tests.journeys.chat import Chat
from tests.journeys.telegram import TelegramChat

LANGUAGES = ("en", "ru", "hy", "az")
CHANNELS = ("webchat", "telegram")
MIXED = (("en", "webchat"), ("ru", "telegram"), ("hy", "webchat"), ("az", "telegram"))
"""Every language over one channel, both channels."""
PHONE = "+374 99 123456"

Somebody = Chat | TelegramChat


def play(key: str, account: ChannelAccount) -> None:
    """The playbook is installed and answers on this account."""
    install(key=key, user=None, now=timezone.now())
    switch_on(key=key, account_id=account.pk, user=None, now=timezone.now())
    account.refresh_from_db()
    forget_all()


def plain(text: str) -> str:
    """With ordinary spaces."""
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def languages_of(somebody: Somebody) -> set[str]:
    """The languages of what was said to the customer, as a reader would take them; texts of data alone left out."""
    return {language_of(message.text, otherwise=somebody.conversation.language) for message in somebody.said}
