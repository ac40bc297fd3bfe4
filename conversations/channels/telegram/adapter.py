"""Telegram as a channel: what it can carry, and how a message is handed to the Bot API."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Any, ClassVar

from django.conf import settings
from django.core.files.storage import default_storage
from django.utils.translation import gettext as _

from conversations.channels import pacing
from conversations.channels.contracts import (
    Abilities,
    FetchedFile,
    FetchError,
    InboundEvent,
    NotYet,
    OutboundAttachment,
    OutboundMessage,
    SendError,
    SendResult,
    SignatureError,
)
from conversations.channels.pacing import Pace
from conversations.channels.telegram import failures, ids, signature, wire
from conversations.channels.telegram.client import (
    SEND,
    UPLOAD,
    Bot,
    NotReached,
    Refusal,
    TooLarge,
    Unanswered,
)
from conversations.sending.payloads import carried

CALLBACK_BYTES = 64
A_ROW = 30
"""Letters of the buttons that stand beside each other: a phone shows no more."""
CHAT_PER_SECOND, CHAT_BURST = 1.0, 3
GROUP_PER_SECOND, GROUP_BURST = 20 / 60, 3
PATIENCE = 0.5
"""Seconds that a worker sleeps for its place in the bot's pace; longer waits are left to the outbox."""
_METHODS = {
    "image/jpeg": ("sendPhoto", "photo"),
    "image/png": ("sendPhoto", "photo"),
    "image/webp": ("sendPhoto", "photo"),
    "image/gif": ("sendAnimation", "animation"),
    "video/mp4": ("sendVideo", "video"),
    "audio/mpeg": ("sendAudio", "audio"),
    "audio/mp4": ("sendAudio", "audio"),
    "audio/ogg": ("sendVoice", "voice"),
}
PHOTO_BYTES = 10 * 1024 * 1024


class TelegramAdapter:
    kind: ClassVar[str] = "telegram"
    abilities: ClassVar[Abilities] = Abilities(
        text_limit=4096,
        quick_replies=10,
        quick_reply_label=60,
        lease_seconds=60,
        repeatable=False,
        files_at_once=1,
        caption_limit=1024,
    )
    acknowledgement: ClassVar[tuple[str, bytes]] = ("application/json", b"{}")
    public: ClassVar[bool] = False

    def handshake(self, credentials: Mapping[str, Any], query: Mapping[str, str]) -> str:
        raise SignatureError("Telegram has no handshake.")

    def verify(
        self,
        credentials: Mapping[str, Any],
        headers: Mapping[str, str],
        body: bytes,
        query: Mapping[str, str],
    ) -> None:
        signature.check(str(credentials.get("secret", "")), headers)

    def lane(self, body: bytes, headers: Mapping[str, str]) -> str:
        events = self.parse(body, headers)
        return events[0].customer_id if events else ""

    def keep(self, headers: Mapping[str, str]) -> dict[str, str]:
        return {}

    def parse(self, body: bytes, headers: Mapping[str, str]) -> list[InboundEvent]:
        return wire.events(wire.load(body))

    def send(self, credentials: Mapping[str, Any], message: OutboundMessage) -> SendResult:
        """One call for one message. A group that has become a supergroup is followed to its new id."""
        bot, target = Bot.of(credentials), ids.target(message.recipient_id, message.thread_id)
        _keep_pace(bot, target.chat_id)
        try:
            return _result(_call(bot, target, message), target)
        except Refusal as refusal:
            if not refusal.migrated_to:
                raise _failed(bot, target.chat_id, refusal) from None
            moved = ids.Target(refusal.migrated_to, topic=target.topic)
        except (NotReached, Unanswered) as fault:
            raise failures.send_error(fault) from None
        try:
            sent = _result(_call(bot, moved, message), moved)
        except (NotReached, Unanswered, Refusal) as fault:
            raise failures.send_error(fault) from None
        return SendResult(sent.external_id, thread_id=ids.thread_id(moved.chat_id, private=False))

    def fetch(self, credentials: Mapping[str, Any], external_id: str, *, most: int) -> FetchedFile:
        """getFile, then the file; both may be repeated."""
        bot = Bot.of(credentials)
        try:
            found = bot.call("getFile", {"file_id": external_id})
            path = str(found.get("file_path", "")) if isinstance(found, dict) else ""
            if not path:
                raise FetchError(_("Telegram did not say where the file is."))
            return FetchedFile(bot.download(path, most=most), path.rpartition("/")[2])
        except TooLarge:
            raise FetchError(_("The file is too large to be fetched."), permanent=True) from None
        except (NotReached, Unanswered):
            raise FetchError(_("Telegram cannot be reached at the moment.")) from None
        except Refusal as refusal:
            raise _not_fetched(refusal) from None


def _keep_pace(bot: Bot, chat_id: str) -> None:
    """NotYet for a chat that had its share; else after the few milliseconds until the bot's next place."""
    group = chat_id.startswith("-")
    rate, burst = (GROUP_PER_SECOND, GROUP_BURST) if group else (CHAT_PER_SECOND, CHAT_BURST)
    limit = settings.TELEGRAM_MESSAGES_PER_SECOND
    if not limit:
        return
    place = pacing.take(
        Pace(_pace_key(bot, chat_id), rate, burst),
        Pace(_pace_key(bot), limit, burst=max(1, round(limit / 3)), patience=PATIENCE),
    )
    if not place.granted:
        raise NotYet(place.seconds)
    if place.seconds:
        time.sleep(place.seconds)


def _pace_key(bot: Bot, chat_id: str = "") -> str:
    return f"telegram:{bot.number}:{chat_id}"


def _failed(bot: Bot, chat_id: str, refusal: Refusal) -> SendError:
    error = failures.send_error(refusal)
    if error.retry_after:
        pacing.hold(_pace_key(bot, chat_id), error.retry_after)
    return error


def _not_fetched(refusal: Refusal) -> FetchError:
    if "too big" in refusal.words.lower():
        return FetchError(_("The file is too large to be fetched."), permanent=True)
    temporary = refusal.status == 429 or refusal.status >= 500
    return FetchError(
        _("Telegram did not give the file: %(reason)s") % {"reason": refusal.words}, permanent=not temporary
    )


def _call(bot: Bot, target: ids.Target, message: OutboundMessage) -> Any:
    values = _addressed(target, message)
    if not message.attachments:
        return bot.call("sendMessage", {**values, "text": message.text}, timeout=SEND)
    (attachment,) = message.attachments
    method, field = _method(attachment)
    if message.text:
        values["caption"] = message.text
    form = {
        key: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        for key, value in values.items()
    }
    with default_storage.open(attachment.path, "rb") as file:
        content = file.read()
    return bot.call(method, form, files={field: (attachment.name, content, attachment.mime)}, timeout=UPLOAD)


def _addressed(target: ids.Target, message: OutboundMessage) -> dict[str, Any]:
    values: dict[str, Any] = {"chat_id": target.chat_id}
    if target.topic:
        values["message_thread_id"] = int(target.topic)
    if target.business:
        values["business_connection_id"] = target.business
    number = ids.message_number(message.reply_to)
    if number is not None:
        values["reply_parameters"] = {"message_id": number, "allow_sending_without_reply": True}
    if message.quick_replies:
        values["reply_markup"] = {"inline_keyboard": _keyboard(message)}
    return values


def _keyboard(message: OutboundMessage) -> list[list[dict[str, str]]]:
    """Short buttons beside each other, long ones below."""
    rows: list[list[dict[str, str]]] = []
    room = 0
    for index, (label, payload) in enumerate(message.quick_replies):
        data = carried(payload, message_id=message.message_id, index=index, most_bytes=CALLBACK_BYTES)
        if not rows or len(label) > room or len(rows[-1]) == 3:
            rows.append([])
            room = A_ROW
        rows[-1].append({"text": label, "callback_data": data})
        room -= max(len(label), A_ROW // 3)
    return rows


def _method(attachment: OutboundAttachment) -> tuple[str, str]:
    """As what Telegram shows it; a picture over ten megabytes goes as a document."""
    method, field = _METHODS.get(attachment.mime, ("sendDocument", "document"))
    if method == "sendPhoto" and attachment.size > PHOTO_BYTES:
        return "sendDocument", "document"
    return method, field


def _result(sent: Any, target: ids.Target) -> SendResult:
    """Telegram's id of it. The chat's own id counts: a person may have been written to by name."""
    if not isinstance(sent, dict) or not isinstance(sent.get("message_id"), int):
        return SendResult()
    chat = sent.get("chat")
    chat_id = (
        str(chat["id"]) if isinstance(chat, dict) and isinstance(chat.get("id"), int) else target.chat_id
    )
    return SendResult(ids.message_id(chat_id, sent["message_id"], business=target.business))
