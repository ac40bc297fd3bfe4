"""How Telegram's chats and message numbers are written in our ids. Pure.

A message number is unique in its chat only, hence the chat stands in the id. A private chat needs no thread, since
its id is that of the person; `thread_id` is `<chat>` or `<chat>/<topic>` of a group, `business/<connection>` of a
chat that a company's own account handed to the bot.
"""

from __future__ import annotations

from dataclasses import dataclass

BUSINESS = "business/"


@dataclass(frozen=True, slots=True)
class Target:
    """Where a message goes."""

    chat_id: str
    topic: str = ""
    business: str = ""


def message_id(chat_id: str, number: int, *, business: str = "") -> str:
    return f"{business}:{chat_id}:{number}" if business else f"{chat_id}:{number}"


def message_number(external_id: str) -> int | None:
    """The number in its chat, or None for an id that is none of a message."""
    number = external_id.rpartition(":")[2]
    return int(number) if number.isdecimal() and number.isascii() and len(number) < 19 else None


def thread_id(chat_id: str, *, private: bool, topic: str = "", business: str = "") -> str:
    if business:
        return f"{BUSINESS}{business}"
    if private:
        return ""
    return f"{chat_id}/{topic}" if topic else chat_id


def target(recipient_id: str, thread: str) -> Target:
    """The chat that an answer in this thread goes to."""
    if thread.startswith(BUSINESS):
        return Target(recipient_id, business=thread.removeprefix(BUSINESS))
    chat_id, _, topic = thread.partition("/")
    return Target(chat_id or recipient_id, topic=topic)
