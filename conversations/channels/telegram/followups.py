"""What Telegram wants done besides once an update was taken in: taps answered, groups followed to a new id."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import structlog

from conversations.accounts.models import ChannelAccount
from conversations.accounts.queries import account_by_id
from conversations.channels.contracts import EventKind, InboundEvent
from conversations.channels.telegram import ids
from conversations.channels.telegram.client import Bot, NotReached, Refusal, Unanswered
from conversations.threads.models import Conversation
from core.due.models import DueRow
from core.due.operations import schedule

log = structlog.get_logger(__name__)

ANSWER = "telegram.answer"
"""Kind of the due row that ends the waiting sign on a tapped button; its key is the callback's id."""
ANSWER_ATTEMPTS = 4
_CALLBACK = "callback:"


def taken(account: ChannelAccount, event: InboundEvent, now: datetime) -> None:
    """Runs in the transaction that takes the event in."""
    if event.external_id.startswith(_CALLBACK):
        key = f"{account.pk}:{event.external_id.removeprefix(_CALLBACK)}"[:120]
        schedule(kind=ANSWER, key=key, due_at=now, payload={"account": account.pk})
    if event.kind == EventKind.OTHER:
        _follow_group(account, event)


def answer(row: DueRow, now: datetime) -> None:
    """answerCallbackQuery, also for a tap that is long over: Telegram says so, and that is the end of it."""
    account = account_by_id(int(row.payload["account"]))
    bot = Bot.of(account.credentials)
    try:
        bot.call("answerCallbackQuery", {"callback_query_id": row.key.partition(":")[2]})
    except Refusal as refusal:
        if refusal.status == 429 or refusal.status >= 500:
            raise
        log.info("tap not answered", account=account.pk, status=refusal.status)
    except (NotReached, Unanswered):
        if row.attempts < ANSWER_ATTEMPTS - 1:
            raise


def _follow_group(account: ChannelAccount, event: InboundEvent) -> None:
    """A group that became a supergroup has another id from now on; its conversations go on there."""
    message = event.raw.get("message")
    moved: Any = message.get("migrate_to_chat_id") if isinstance(message, dict) else None
    if not isinstance(moved, int) or isinstance(moved, bool):
        return
    old, new = event.thread_id.partition("/")[0], ids.thread_id(str(moved), private=False)
    if old:
        Conversation.objects.filter(account=account, thread_id=old).update(thread_id=new)
