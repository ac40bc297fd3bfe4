"""What is written down while a try-out is played."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime

import structlog
from django.conf import settings
from django.db import transaction
from django.db.utils import OperationalError
from django.utils import translation
from django.utils.translation import gettext as _

from automation.flows.operations.watching import Said
from automation.tryout.transcript import Button, Entry, Who
from conversations.channels import registry
from conversations.sending.adaptation import as_buttons
from conversations.sending.drafts import QuickReply
from conversations.threads.models import AuthorKind, Conversation, Direction, Message, MessageStatus
from core.clock import VirtualClock
from core.errors import Refused

logger = structlog.get_logger(__name__)

MOST_SECONDS = 4.0
_WHO = {AuthorKind.CUSTOMER: Who.CUSTOMER, AuthorKind.USER: Who.PERSON}


def as_in_a_worker() -> AbstractContextManager[None]:
    """Not in the language of whoever tries the flow out."""
    return translation.override(settings.LANGUAGE_CODE)


class TooLong(Exception):
    """The time for a try-out is over: what was played so far is shown."""


class Log:
    """Entries in the order in which they happened. `said`: which step said a message."""

    def __init__(self, conversation: Conversation, clock: VirtualClock, said: Said, reader: str) -> None:
        self.account_id, self.kind = conversation.account_id, conversation.account.kind
        self.time, self.said, self.reader = clock, said, reader
        self.entries: list[Entry] = []
        self._newest = 0
        self._ends = time.monotonic() + MOST_SECONDS

    def check_time(self) -> None:
        if time.monotonic() > self._ends:
            raise TooLong

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        with transaction.atomic():
            yield

    def gather(self) -> None:
        """Messages that are new: those of the customer, and those that may not leave. The others come when they leave."""
        found = Message.objects.filter(account_id=self.account_id, pk__gt=self._newest).order_by("pk")
        for message in found:
            self._newest = message.pk
            if message.direction == Direction.IN or message.status == MessageStatus.FAILED:
                self._add(message)

    def message(self, message: Message) -> None:
        """One that has just left."""
        self._add(message)

    def given_up(self, pk: int) -> None:
        """One that had waited and does not leave; put off once more, nothing is told."""
        message = Message.objects.get(pk=pk)
        if message.status in (MessageStatus.FAILED, MessageStatus.CANCELLED):
            self._add(message)

    def clock(self, text: str, at: datetime | None = None) -> None:
        self._tell(Who.CLOCK, text, at)

    due = clock

    def person(self, text: str) -> None:
        self._tell(Who.PERSON, text)

    def finding(self, text: str) -> None:
        self._tell(Who.FINDING, text)

    def fault(self, fault: Exception) -> None:
        """In words where they were meant for people."""
        if isinstance(fault, TooLong):
            raise fault
        if isinstance(fault, Refused):
            self.finding(str(fault))
        elif isinstance(fault, OperationalError):
            self.finding(
                _("Somebody is working on the same calendar or quote right now. Try again in a moment.")
            )
        else:
            logger.error("try-out failed", exc_info=fault)
            sentence = _(
                "This went wrong, and would go wrong in a chat: %(error)s. A person would have to help."
            )
            self.finding(sentence % {"error": f"{type(fault).__name__}: {fault}"[:200]})

    def _tell(self, who: Who, text: str, at: datetime | None = None) -> None:
        self.entries.append(Entry(who, text, at or self.time.now))

    def _add(self, message: Message) -> None:
        say = self.said.get(message.pk)
        ids = say.text_ids if say else ()
        with translation.override(self.reader):
            why = _(message.error) if message.error else ""
        files = [each.kind for each in message.attachments.all()] if message.direction == Direction.IN else []
        self.entries.append(
            Entry(
                _WHO.get(AuthorKind(message.author_kind), Who.FLOW),
                message.text,
                self.time.now,
                buttons=self._buttons(message),
                step=say.step if say else "",
                steps=tuple(dict.fromkeys(each.split(".")[0] for each in ids)),
                file=files[0] if files else "",
                why=why,
            )
        )

    def _buttons(self, message: Message) -> tuple[Button, ...]:
        replies = [QuickReply(each["label"], each["payload"]) for each in message.quick_replies]
        shown = as_buttons(replies, registry.adapter(self.kind).abilities)
        return tuple(
            Button(reply.label, reply.payload, None if shown else number)
            for number, reply in enumerate(replies, start=1)
        )
