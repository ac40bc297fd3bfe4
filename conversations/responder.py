"""Who answers when a customer wrote.

One responder is registered from above: the flows; without it the queue of people.
"""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from conversations.threads.models import Conversation, Handler, Message
from conversations.threads.saving import change, save
from conversations.understanding.types import Understanding
from core.access.models import User


class Responder(Protocol):
    """Called inside the transaction that stores the message, with the conversation locked."""

    def customer_wrote(
        self, *, conversation: Conversation, message: Message, understanding: Understanding, now: datetime
    ) -> None:
        """A message that came in order, from a customer, whoever handles the conversation."""

    def opted_out(
        self,
        *,
        conversation: Conversation,
        message: Message,
        understanding: Understanding,
        confirm: bool,
        now: datetime,
    ) -> bool:
        """The customer wants no more: what would go on by itself in this conversation ends.

        Called instead of `customer_wrote`. With `confirm` the customer is to be told so, once; True when that was
        done here.
        """

    def taken_over(self, *, conversation: Conversation, user: User | None) -> None:
        """A person speaks from now on; `user` is None when it was from outside Parley."""

    def handed_back(self, *, conversation: Conversation, user: User, now: datetime) -> None:
        """The flow speaks from now on."""


class QueueResponder:
    """Leaves every customer to people."""

    def customer_wrote(
        self, *, conversation: Conversation, message: Message, understanding: Understanding, now: datetime
    ) -> None:
        self._to_queue(conversation)

    def opted_out(
        self,
        *,
        conversation: Conversation,
        message: Message,
        understanding: Understanding,
        confirm: bool,
        now: datetime,
    ) -> bool:
        return False

    def taken_over(self, *, conversation: Conversation, user: User | None) -> None:
        return None

    def handed_back(self, *, conversation: Conversation, user: User, now: datetime) -> None:
        self._to_queue(conversation)

    def _to_queue(self, conversation: Conversation) -> None:
        if conversation.handler == Handler.FLOW:
            change(conversation, handler=Handler.QUEUE)
            save(conversation)


_QUEUE = QueueResponder()
_current: Responder = _QUEUE


def register(responder: Responder) -> None:
    """Let it answer. ValueError when another one does already."""
    global _current
    if _current is not _QUEUE and _current is not responder:
        raise ValueError("A responder is registered already.")
    _current = responder


def replace(responder: Responder | None) -> Responder:
    """For tests and try-outs: put another in its place (None: the queue) and return the one that answered
    before."""
    global _current
    before, _current = _current, responder or _QUEUE
    return before


def current() -> Responder:
    return _current
