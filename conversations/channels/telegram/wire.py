"""Telegram's updates to our events (docs/telegram.md). Pure.

One update is one event, but for deletions. What is about the bot and no customer, such as a post of its channel's
statistics, has no customer id: the delivery keeps it and nothing is shown.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from conversations.channels.contracts import (
    OPTED_IN,
    OPTED_OUT,
    EventKind,
    InboundEvent,
    MalformedPayload,
)
from conversations.channels.telegram import ids, reading
from conversations.channels.telegram.content import Content, content_of
from conversations.channels.telegram.reading import Json

MIGRATED = "migrate_to_chat_id"
LANGUAGES = frozenset({"en", "ru", "hy", "az"})
GONE = frozenset({"kicked", "left"})
_START = re.compile(r"/start(?:@\w{3,64})?(?:\s+([A-Za-z0-9_=-]{1,512}))?\s*")
_PAID, _CUSTOM = "⭐", "✦"


def load(body: bytes) -> Json:
    """The update of a request; MalformedPayload when it is none."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        raise MalformedPayload("The body is not JSON.") from None
    if not isinstance(document, dict):
        raise MalformedPayload("The body is not a JSON object.")
    reading.number(document, "update_id")
    return document


def events(update: Json) -> list[InboundEvent]:
    """Every event of an update. A kind that Telegram invents tomorrow is kept under its own word."""
    kind = next((key for key in update if key in _READERS), None) or next(
        (str(key) for key in update if key != "update_id"), "update"
    )
    content = reading.an_object(update, kind) if isinstance(update.get(kind), dict) else {}
    if kind in _READERS:
        content = reading.the_object(update, kind)
    found = _READERS.get(kind, _unknown)(update, kind, content)
    return [replace(event, raw=dict(update)) for event in found]


def _message(update: Json, kind: str, message: Json) -> list[InboundEvent]:
    content = content_of(message)
    said = _said(message)
    if content.word:
        return [replace(said, **_other(update, content.word), text=content.text)]
    if _is_machine(message):
        return [replace(said, **_other(update, "bot"), text=content.text)]
    start = _START.fullmatch(content.text)
    return [
        replace(
            said,
            text="/start" if start else content.text,
            attachments=content.attachments,
            identities=(*said.identities, *_own_phone(message), *(_spoken(message) if start else ())),
            group_id=reading.text(message, "media_group_id")[:60],
            referral={"campaign": start[1]} if start and start[1] else {},
        )
    ]


def _edited(update: Json, kind: str, message: Json) -> list[InboundEvent]:
    """Also sent for every step of a live location and for fields that nobody sees: then the text is the same."""
    content = content_of(message)
    if content.word:
        return [replace(_account_event(update, kind), payload=content.word)]
    said = _said(message)
    at = reading.moment(message, "edit_date") or said.sent_at
    return [replace(said, kind=EventKind.EDIT, text=content.text, sent_at=at)]


def _shown_only(update: Json, kind: str, message: Json) -> list[InboundEvent]:
    """A message that this bot cannot answer like others: a post in a channel, a question as a guest elsewhere."""
    content = content_of(message)
    return [replace(_said(message), **_other(update, kind), text=content.text)]


def _said(message: Json) -> InboundEvent:
    """Who said it, where and when; of a business chat also what the company itself wrote there."""
    chat = reading.the_object(message, "chat")
    chat_id, business = reading.ident(chat), reading.text(message, "business_connection_id")[:120]
    sender_id, name, identities = _sender(message, chat)
    ours = bool(business) and sender_id != chat_id
    return InboundEvent(
        direction="out" if ours else "in",
        external_id=ids.message_id(chat_id, reading.number(message, "message_id"), business=business),
        thread_id=_thread(message, chat, chat_id, business),
        sender_id=sender_id,
        sender_name="" if ours else name,
        identities=() if ours else identities,
        recipient_id=chat_id if ours else "",
        subject=reading.text(chat, "title")[:200],
        sent_at=reading.moment(message),
        reply_to=_replied(message, chat_id, business),
    )


def _thread(message: Json, chat: Json, chat_id: str, business: str) -> str:
    topic = (
        reading.a_number(message, "message_thread_id") if message.get("is_topic_message") is True else None
    )
    private = reading.text(chat, "type") == "private"
    return ids.thread_id(chat_id, private=private, topic=str(topic or ""), business=business)


def _sender(message: Json, chat: Json) -> tuple[str, str, tuple[tuple[str, str], ...]]:
    """Id, name and what else is told; a group or channel where somebody speaks in its name."""
    channel, person = reading.an_object(message, "sender_chat"), reading.an_object(message, "from")
    if channel:
        return reading.ident(channel), _name(channel), ()
    if person:
        return reading.ident(person), _name(person), _identities(person)
    return reading.ident(chat), _name(chat), ()


def _name(who: Json) -> str:
    full = " ".join(filter(None, (reading.text(who, "first_name"), reading.text(who, "last_name"))))
    return (full or reading.text(who, "title") or reading.text(who, "username"))[:200]


def _identities(person: Json) -> tuple[tuple[str, str], ...]:
    return (("user_id", reading.ident(person)),)


def _own_phone(message: Json) -> tuple[tuple[str, str], ...]:
    """The number of somebody who shares the own contact; that of another is just a card."""
    contact, person = reading.an_object(message, "contact"), reading.an_object(message, "from")
    phone = reading.text(contact, "phone_number")[:40]
    own = contact.get("user_id") is not None and contact.get("user_id") == person.get("id")
    return (("phone", phone if phone.startswith("+") else f"+{phone}"),) if own and phone else ()


def _spoken(message: Json) -> tuple[tuple[str, str], ...]:
    """The language of the person's app, where we speak it: all there is to go by before a word was written."""
    code = reading.text(reading.an_object(message, "from"), "language_code")[:2]
    return (("language", code),) if code in LANGUAGES else ()


def _replied(message: Json, chat_id: str, business: str) -> str:
    number = reading.a_number(reading.an_object(message, "reply_to_message"), "message_id")
    return ids.message_id(chat_id, number, business=business) if number is not None else ""


def _is_machine(message: Json) -> bool:
    """Two bots that answer each other would never stop."""
    speaker = reading.an_object(message, "from")
    forwarded = message.get("is_automatic_forward") is True
    return forwarded or (speaker.get("is_bot") is True and not message.get("sender_chat"))


def _deleted(update: Json, kind: str, content: Json) -> list[InboundEvent]:
    business = reading.text(content, "business_connection_id")[:120]
    chat_id = reading.ident(reading.the_object(content, "chat"))
    numbers = content.get("message_ids")
    if not isinstance(numbers, list):
        raise MalformedPayload("message_ids is not a list.")
    return [
        InboundEvent(
            kind=EventKind.DELETE,
            external_id=ids.message_id(chat_id, number, business=business),
            thread_id=ids.thread_id(chat_id, private=True, business=business),
            sender_id=chat_id,
        )
        for number in numbers
        if isinstance(number, int) and not isinstance(number, bool)
    ]


def _callback(update: Json, kind: str, query: Json) -> list[InboundEvent]:
    """A tapped button. It may come without its message, or with one that the bot may not see any more."""
    person, message = reading.the_object(query, "from"), reading.an_object(query, "message")
    chat = reading.an_object(message, "chat")
    data, answer = reading.text(query, "data"), f"callback:{_word(query, 'id')}"
    chat_id = reading.ident(chat) if chat else ""
    business = reading.text(message, "business_connection_id")[:120]
    event = InboundEvent(
        kind=EventKind.POSTBACK,
        external_id=answer,
        thread_id=_thread(message, chat, chat_id, business) if chat else "",
        sender_id=reading.ident(person),
        sender_name=_name(person),
        identities=_identities(person),
        text=_label(message, data),
        payload=data,
        reply_to=ids.message_id(chat_id, reading.number(message, "message_id"), business=business)
        if chat
        else "",
    )
    if not data:
        word = "game" if query.get("game_short_name") is not None else "callback_query"
        return [replace(event, kind=EventKind.OTHER, payload=word)]
    return [event]


def _word(parent: Json, key: str) -> str:
    found = reading.text(parent, key)
    if not found:
        raise MalformedPayload(f"{key} is missing.")
    return found[:200]


def _label(message: Json, data: str) -> str:
    """What the tapped button said."""
    markup = reading.an_object(message, "reply_markup")
    rows = markup.get("inline_keyboard")
    for row in rows if isinstance(rows, list) else ():
        for button in row if isinstance(row, list) else ():
            if isinstance(button, dict) and button.get("callback_data") == data:
                return reading.text(button, "text")
    return ""


def _reaction(update: Json, kind: str, content: Json) -> list[InboundEvent]:
    """Anonymous admins react in the name of a chat."""
    chat = reading.the_object(content, "chat")
    chat_id, private = reading.ident(chat), reading.text(chat, "type") == "private"
    who = reading.an_object(content, "user") or reading.the_object(content, "actor_chat")
    signs = "".join(_sign(each) for each in reading.objects(content, "new_reaction"))
    return [
        InboundEvent(
            kind=EventKind.REACTION,
            external_id=f"reaction:{update['update_id']}",
            thread_id=ids.thread_id(chat_id, private=private),
            sender_id=reading.ident(who),
            sender_name=_name(who),
            text=signs,
            sent_at=reading.moment(content),
            reply_to=ids.message_id(chat_id, reading.number(content, "message_id")),
        )
    ]


def _sign(reaction: Json) -> str:
    known = {"emoji": reading.text(reaction, "emoji"), "paid": _PAID}
    return known.get(reading.text(reaction, "type"), _CUSTOM)


def _membership(update: Json, kind: str, content: Json) -> list[InboundEvent]:
    """In a private chat `kicked` means that the person blocked the bot; in groups it is about the bot alone."""
    chat, person = reading.the_object(content, "chat"), reading.the_object(content, "from")
    status = reading.text(reading.the_object(content, "new_chat_member"), "status")
    if reading.text(chat, "type") != "private" or not status:
        return [_account_event(update, kind)]
    return [
        InboundEvent(
            kind=EventKind.OTHER,
            external_id=f"update:{update['update_id']}",
            sender_id=reading.ident(person),
            sender_name=_name(person),
            payload=OPTED_OUT if status in GONE else OPTED_IN,
            sent_at=reading.moment(content),
        )
    ]


def _about_the_bot(update: Json, kind: str, content: Json) -> list[InboundEvent]:
    return [_account_event(update, kind)]


def _account_event(update: Json, kind: str) -> InboundEvent:
    return InboundEvent(kind=EventKind.OTHER, external_id=f"update:{update['update_id']}", payload=kind[:200])


def _unknown(update: Json, kind: str, content: Json) -> list[InboundEvent]:
    """Kept under Telegram's word; shown where it says who did it."""
    event = _account_event(update, kind)
    person = next((content[key] for key in ("from", "user") if isinstance(content.get(key), dict)), None)
    if person is None or not isinstance(person.get("id"), int) or isinstance(person["id"], bool):
        return [event]
    name = person.get("first_name")
    return [replace(event, sender_id=str(person["id"]), sender_name=name if isinstance(name, str) else "")]


def _other(update: Json, word: str) -> dict[str, Any]:
    return {"kind": EventKind.OTHER, "payload": word}


_READERS: dict[str, Callable[[Json, str, Json], list[InboundEvent]]] = {
    "message": _message,
    "edited_message": _edited,
    "business_message": _message,
    "edited_business_message": _edited,
    "deleted_business_messages": _deleted,
    "callback_query": _callback,
    "message_reaction": _reaction,
    "my_chat_member": _membership,
    "channel_post": _shown_only,
    "guest_message": _shown_only,
    "edited_channel_post": _about_the_bot,
    "business_connection": _about_the_bot,
    "message_reaction_count": _about_the_bot,
    "chat_member": _about_the_bot,
    "inline_query": _about_the_bot,
    "chosen_inline_result": _about_the_bot,
    "poll": _about_the_bot,
    "managed_bot": _about_the_bot,
    "chat_boost": _about_the_bot,
    "removed_chat_boost": _about_the_bot,
}
"""By Telegram's word for the kind of update; `Content` of the messages among them is read by `content`."""

__all__ = ["Content", "events", "load"]
