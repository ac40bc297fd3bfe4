"""A thread as it is shown: messages and quiet event lines in one order of time, with the names of the days."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from conversations.threads.models import AuthorKind, Message
from core.events.models import Event
from desk import formats
from desk.telling import Line, actor_name, tell


@dataclass(frozen=True, slots=True)
class Entry:
    """Either a message or an event; `day` is the reader's own."""

    at: datetime
    day: date
    day_name: str
    message: Message | None = None
    event: Event | None = None
    line: Line | None = None

    @property
    def is_quiet(self) -> bool:
        """The flow and the system speak more quietly than people."""
        return self.message is not None and self.message.author_kind in (AuthorKind.FLOW, AuthorKind.SYSTEM)

    @property
    def author(self) -> str:
        """Who of us wrote; empty for the customer, whose side of the thread says it."""
        if self.message is None or self.message.author_kind == AuthorKind.CUSTOMER:
            return ""
        if self.message.author is not None:
            return self.message.author.name
        return _("Flow") if self.message.author_kind == AuthorKind.FLOW else _("Automatic")

    @property
    def order(self) -> tuple[datetime, int, int]:
        """A message before an event of the same instant, messages of one instant by their sequence."""
        if self.message is not None:
            return (self.at, 0, self.message.sequence)
        return (self.at, 1, self.event.pk if self.event else 0)


def arranged(
    messages: Iterable[Message], events: Iterable[Event], *, names: Mapping[int, str], now: datetime
) -> list[Entry]:
    """Oldest first; `names` are those of the colleagues by id."""
    today = timezone.localdate(now)
    entries = [Entry(each.sent_at, *_day(each.sent_at, today), message=each) for each in messages]
    for event in events:
        if line := _told(event, names):
            entries.append(Entry(event.created_at, *_day(event.created_at, today), event=event, line=line))
    return sorted(entries, key=lambda entry: entry.order)


def _told(event: Event, names: Mapping[int, str]) -> Line | None:
    return tell(event.name, event.payload, actor_name(event.actor_kind, event.actor_id, names), names)


def _day(at: datetime, today: date) -> tuple[date, str]:
    day = timezone.localdate(at)
    return day, formats.day_name(day, today)
