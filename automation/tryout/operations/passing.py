"""Time passes in a try-out: what falls due for its own customer happens, in order, at its moment."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext as _

from automation.sequences.operations.enrolling import find
from automation.sequences.queries.books import books
from automation.tryout.kinds import kind_of
from automation.tryout.operations.log import Log, as_in_a_worker
from bookings.appointments.models import Booking
from conversations.channels import registry
from conversations.outbox.models import OutboxItem, OutboxStatus
from conversations.outbox.operations.judging import UNASKED
from conversations.outbox.operations.releasing import Looked, look_at
from conversations.threads.models import Conversation, Direction, Message, MessageStatus
from core.claims import describe, fault_of
from core.clock import VirtualClock
from core.due.models import DueRow, DueStatus
from core.due.operations import act_on
from core.due.registry import handler_of
from crm.pipeline.models import Lead

MOST_AT_ONCE = 200
"""Things that fall due while time passes once."""


class Source(StrEnum):
    OUTBOX = "outbox"
    DUE = "due"
    LOOK = "look"


@dataclass(frozen=True, slots=True)
class Next:
    """`row` is None where sequences look for leads to begin with."""

    at: datetime
    source: Source
    row: Any = None


class Passing:
    """Everything of one customer that waits for its time. Real work looks at all rows; this at its own only."""

    def __init__(self, conversation: Conversation, clock: VirtualClock, log: Log) -> None:
        self.account_id = conversation.account_id
        self.contact_id = conversation.contact_id
        self.kind = conversation.account.kind
        self.clock, self.log = clock, log
        self._looked: set[datetime] = set()
        self._known: tuple[Next | None] | None = None

    def changed(self) -> None:
        """Something was done since, so that something else may come next."""
        self._known = None

    def until(self, at: datetime) -> None:
        """Let everything happen that is due by then; afterwards it is that late."""
        for _count in range(MOST_AT_ONCE):
            self.log.check_time()
            following = self.following()
            if following is None or following.at > at:
                break
            self._happen(following)
        else:
            self.log.finding(_("More fell due than a try-out plays at once. The rest is left out."))
        self.clock.move_to(at)

    def to_next(self) -> None:
        """To the next moment at which the customer or a colleague would see something."""
        before = len(self.log.entries)
        for _count in range(MOST_AT_ONCE):
            self.log.check_time()
            following = self.following()
            if following is None:
                self.log.clock(_("Nothing comes next by itself."))
                return
            self._happen(following)
            if len(self.log.entries) > before:
                return

    def following(self) -> Next | None:
        """What is due first; two statements where something was done since it was asked."""
        if self._known is None:
            found = [*self._outbox(), *self._due(), *self._looks()]
            order = list(Source)
            self._known = (min(found, key=lambda each: (each.at, order.index(each.source)), default=None),)
        return self._known[0]

    def coming(self) -> list[DueRow]:
        """Every own row that waits."""
        return list(self._due_rows().order_by("due_at", "id"))

    def waiting(self) -> list[OutboxItem]:
        return list(self._outbox_rows().select_related("message").order_by("next_attempt_at", "id"))

    def _outbox_rows(self) -> Any:
        return OutboxItem.objects.filter(account_id=self.account_id, status=OutboxStatus.PENDING)

    def _due_rows(self) -> Any:
        talks = Conversation.objects.filter(account_id=self.account_id).values("pk")
        leads = Lead.objects.filter(contact_id=self.contact_id).values("pk")
        rows = DueRow.objects.filter(status=DueStatus.PENDING)
        return rows.filter(conversation_id__in=talks) | rows.filter(lead_id__in=leads)

    def _outbox(self) -> list[Next]:
        rows = self._outbox_rows().select_related("message").order_by("next_attempt_at", "id")[:1]
        return [Next(row.next_attempt_at, Source.OUTBOX, row) for row in rows]

    def _due(self) -> list[Next]:
        return [Next(row.due_at, Source.DUE, row) for row in self._due_rows().order_by("due_at", "id")[:1]]

    def _looks(self) -> list[Next]:
        """When sequences could begin: so long after the last word, or after a meeting, as they wait."""
        quiets = {book.script.quiet for book in books()}
        if not quiets:
            return []
        moments = {at + quiet for at in self._anchors() for quiet in quiets}
        return [Next(at, Source.LOOK) for at in sorted(moments - self._looked) if at > self.clock.now][:1]

    def _anchors(self) -> Iterable[datetime]:
        spoken = Conversation.objects.filter(account_id=self.account_id).values_list(
            "last_message_at", flat=True
        )
        yield from (at for at in spoken if at is not None)
        yield from Booking.objects.filter(contact_id=self.contact_id).values_list("ends_at", flat=True)

    def _happen(self, following: Next) -> None:
        self.changed()
        self.clock.move_to(following.at)
        if following.source is Source.OUTBOX:
            self._deliver(following.row)
        elif following.source is Source.DUE:
            self._act(following.row)
        else:
            self._looked.add(following.at)
            leads = Lead.objects.filter(contact_id=self.contact_id).values_list("pk", flat=True)
            with as_in_a_worker():
                find(now=self.clock.now, among=list(leads))
            self.log.gather()

    def _deliver(self, item: OutboxItem) -> None:
        """As the workers do, up to the moment at which the provider would be called."""
        now = self.clock.now
        looked: Looked | None = None
        if item.wait or item.purpose in UNASKED:
            looked = look_at(item.pk, conversation_id=item.conversation_id, now=now)
            if looked.claimed is None:
                self.log.given_up(item.message_id)
                return
        why = self._outside_window(item, now)
        OutboxItem.objects.filter(pk=item.pk).update(
            status=OutboxStatus.FAILED if why else OutboxStatus.SENT, finished_at=now
        )
        status = MessageStatus.FAILED if why else MessageStatus.SENT
        message = looked.claimed.message if looked and looked.claimed else item.message
        Message.objects.filter(pk=message.pk).update(status=status, error=why)
        message.error = why
        self.log.message(message)

    def _outside_window(self, item: OutboxItem, now: datetime) -> str:
        hours = registry.adapter(self.kind).abilities.window_hours
        if hours is None:
            return ""
        heard = Message.objects.filter(conversation_id=item.conversation_id, direction=Direction.IN)
        newest = heard.order_by("-sent_at").values_list("sent_at", flat=True).first()
        if newest is not None and now - newest <= timedelta(hours=hours):
            return ""
        return _("Outside the window of %(hours)d hours after the customer's last message: not sent.") % {
            "hours": hours
        }

    def _act(self, row: DueRow) -> None:
        kind = kind_of(row.kind)
        if not kind.carried_out:
            DueRow.objects.filter(pk=row.pk).update(status=DueStatus.CANCELLED)
            if kind.label:
                self.log.clock(_("%(what)s: not carried out in a try-out.") % {"what": kind.label})
            return
        if kind.label:
            self.log.due(str(kind.label))
        fault = fault_of(lambda: self._carry_out(row))
        self.log.gather()
        if fault is not None:
            DueRow.objects.filter(pk=row.pk).update(status=DueStatus.PARKED, last_error=describe(fault))
            self.log.fault(fault)

    def _carry_out(self, row: DueRow) -> None:
        with self.log.savepoint(), as_in_a_worker():
            act_on(row, handler_of(row.kind), self.clock.now)
