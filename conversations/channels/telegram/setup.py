"""Connecting a bot: its token checked, its updates led here, whether all is well (spec 2.7)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from conversations.accounts.models import Channel, ChannelAccount
from conversations.accounts.operations import clear_error, create_account, update_account
from conversations.channels.telegram import failures, signature
from conversations.channels.telegram.client import Bot, NotReached, Refusal, Unanswered

WEBHOOK, POLLING = "webhook", "polling"
ALLOWED_UPDATES = (
    "message",
    "edited_message",
    "callback_query",
    "my_chat_member",
    "message_reaction",
    "business_connection",
    "business_message",
    "edited_business_message",
    "deleted_business_messages",
)
MAX_CONNECTIONS = 40
_TOKEN = re.compile(r"\d{3,20}:[A-Za-z0-9_-]{20,100}")


class NotConnected(Exception):
    """Telegram did not take it; `words` say why and what to do. `about_token`: the token is at fault."""

    def __init__(self, words: str, *, about_token: bool = False) -> None:
        super().__init__(words)
        self.words = words
        self.about_token = about_token


@dataclass(frozen=True, slots=True)
class BotCard:
    """What getMe tells."""

    number: str
    name: str
    username: str
    reads_groups: bool

    @property
    def link(self) -> str:
        return f"https://t.me/{self.username}"


@dataclass(frozen=True, slots=True)
class WebhookState:
    """What getWebhookInfo tells; `ours` whether the address is this account's."""

    url: str
    ours: bool
    pending: int
    last_error: str
    last_error_at: datetime | None


def hook_url(account: ChannelAccount) -> str:
    return f"{settings.BASE_URL}{reverse('conversations:hook', args=[account.kind, account.token])}"


def can_take_webhooks() -> bool:
    """Telegram calls https only, or a Bot API server of one's own any address."""
    own = not settings.TELEGRAM_API_URL.startswith("https://api.telegram.org")
    return own or settings.BASE_URL.startswith("https://")


def look_at(token: str) -> BotCard:
    """The bot behind a token; NotConnected otherwise."""
    if not _TOKEN.fullmatch(token):
        words = _("This is no bot token. It looks like 123456789:AAE… and comes from @BotFather.")
        raise NotConnected(words, about_token=True)
    try:
        found = Bot(token).call("getMe")
    except (NotReached, Unanswered, Refusal) as fault:
        about_token = isinstance(fault, Refusal) and fault.status in (401, 404)
        raise NotConnected(failures.connection_words(fault), about_token=about_token) from None
    if not isinstance(found, dict) or not found.get("is_bot"):
        raise NotConnected(_("This token does not belong to a bot."), about_token=True)
    return BotCard(
        str(found.get("id", "")),
        str(found.get("first_name", ""))[:100],
        str(found.get("username", ""))[:60],
        found.get("can_read_all_group_messages") is True,
    )


def connect(*, token: str, updates: str, **values: Any) -> ChannelAccount:
    """A new account for the bot, with its updates led here.

    `values` are those of `create_account`. NotConnected leaves nothing behind.
    """
    bot = look_at(token)
    if ChannelAccount.objects.filter(kind=Channel.TELEGRAM, settings__bot_id=bot.number).exists():
        raise NotConnected(_("This bot is connected already."), about_token=True)
    name = values.pop("name", "") or bot.name or bot.username
    account = create_account(
        kind=Channel.TELEGRAM,
        name=name[:100],
        credentials={"token": token, "secret": signature.new_secret()},
        settings={**values.pop("settings", {}), **_known(bot), "updates": updates},
        **values,
    )
    try:
        lead_updates(account)
    except NotConnected:
        account.delete()
        raise
    return account


def change(
    *, account: ChannelAccount, token: str, updates: str, active: bool, **values: Any
) -> ChannelAccount:
    """Change the account; an empty `token` keeps the present one. NotConnected changes nothing with us."""
    told: Mapping[str, Any] = {}
    credentials = dict(account.credentials)
    if token and token != credentials.get("token"):
        bot = look_at(token)
        told = _known(bot)
        credentials["token"] = token
    before = {name: getattr(account, name) for name in ("credentials", "settings", "active")}
    after = {
        "credentials": credentials,
        "settings": {**account.settings, **told, "updates": updates},
        "active": active,
    }
    changed = update_account(account_id=account.pk, **after, **values)
    try:
        lead_updates(changed)
    except NotConnected:
        update_account(account_id=account.pk, **before)
        raise
    clear_error(account=changed)
    return changed


def _known(bot: BotCard) -> dict[str, str]:
    return {"bot_id": bot.number, "bot_name": bot.name, "bot_username": bot.username}


def lead_updates(account: ChannelAccount) -> None:
    """Tell Telegram where the updates go: here by webhook, or nowhere, so that they wait to be fetched.

    Those that are waiting are kept. A bot that is switched off has no webhook, and its customers' words wait with
    Telegram for a day.
    """
    bot = Bot.of(account.credentials)
    try:
        if account.active and account.settings.get("updates") == WEBHOOK:
            bot.call("setWebhook", _webhook(account))
        else:
            bot.call("deleteWebhook", {"drop_pending_updates": False})
    except (NotReached, Unanswered, Refusal) as fault:
        raise NotConnected(_webhook_words(fault)) from None


def _webhook(account: ChannelAccount) -> dict[str, Any]:
    return {
        "url": hook_url(account),
        "secret_token": account.credentials["secret"],
        "allowed_updates": list(ALLOWED_UPDATES),
        "max_connections": MAX_CONNECTIONS,
    }


def _webhook_words(fault: NotReached | Unanswered | Refusal) -> str:
    if isinstance(fault, Refusal) and fault.status == 400 and "webhook" in fault.words.lower():
        return _(
            "Telegram does not take our address for its webhook: %(reason)s. It needs https on port 443, 80, 88 or "
            "8443; without that let Parley fetch the messages."
        ) % {"reason": fault.words}
    return failures.connection_words(fault)


def webhook_state(account: ChannelAccount) -> WebhookState:
    """What Telegram says about the webhook now; NotConnected when it cannot be asked."""
    try:
        info = Bot.of(account.credentials).call("getWebhookInfo")
    except (NotReached, Unanswered, Refusal) as fault:
        raise NotConnected(failures.connection_words(fault)) from None
    info = info if isinstance(info, dict) else {}
    failed_at, pending = info.get("last_error_date"), info.get("pending_update_count")
    return WebhookState(
        url=str(info.get("url", "")),
        ours=info.get("url") == hook_url(account),
        pending=pending if isinstance(pending, int) else 0,
        last_error=str(info.get("last_error_message", ""))[:300],
        last_error_at=datetime.fromtimestamp(failed_at, UTC) if isinstance(failed_at, int) else None,
    )
