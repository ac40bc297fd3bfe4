"""Talk about meetings beside the flow, answered at once (spec 9.4): coming, another time, cancel, a new one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from automation.flows.wording import Texts, choose, fill
from automation.meetings import choosing
from automation.meetings.choosing import Laid, Table
from automation.meetings.operations.desk import ConversationDesk
from automation.meetings.queries import bookable, next_booking, own_booking, reminded_booking
from automation.meetings.talk import Act, Asks, Decision, Open
from automation.meetings.values import Wish
from automation.meetings.wording import short, zone_name
from bookings.appointments import messages
from bookings.appointments.models import BookedVia, Booking, BookingStatus
from bookings.appointments.operations import acknowledge, book, cancel, move
from bookings.appointments.queries import changeable_until
from bookings.errors import BookingClosed, TooLate, Unavailable
from bookings.services.models import Service
from conversations.outbox.operations import send_all
from conversations.sending.drafts import Draft, QuickReply
from conversations.threads.models import AuthorKind, Conversation, ConversationStatus, Handler, Message
from conversations.threads.operations import hand_off
from conversations.threads.saving import change
from core.events.actor import CUSTOMER
from crm.consent.models import Purpose
from crm.pipeline.models import Lead


@dataclass
class Talk:
    """One message of a conversation that is locked, as is its lead, or our own word in it (None). `phrases` are texts by
    their id.
    """

    conversation: Conversation
    message: Message | None
    lead: Lead | None
    timezone: str
    now: datetime
    phrases: Mapping[str, Texts]
    goal: str = ""
    desk: ConversationDesk | None = None

    @property
    def language(self) -> str:
        return self.conversation.language or self.conversation.contact.language or "en"

    def act(self, decision: Decision, waiting: Open | None) -> bool:
        """Carry it out and answer; False when it is not about a meeting of this contact."""
        if decision.act is Act.BOOK:
            return self._begin_new(decision.wish)
        if decision.act in _AT_THE_TABLE and waiting is not None:
            return self._at_the_table(decision, waiting)
        booking = self._booking(decision)
        if booking is None:
            return False
        booking.language = self.language
        return _ACTS[decision.act](self, booking, decision)

    def _booking(self, decision: Decision) -> Booking | None:
        contact_id = self.conversation.contact_id
        if decision.booking is not None:
            try:
                return own_booking(UUID(decision.booking), contact_id)
            except ValueError:
                return None
        if decision.reminded:
            return reminded_booking(self.conversation)
        return next_booking(contact_id, self.now)

    def _stands(self, booking: Booking) -> bool:
        return booking.status == BookingStatus.CONFIRMED and booking.starts_at > self.now

    # What buttons and words ask for

    def coming(self, booking: Booking, _decision: Decision) -> bool:
        if booking.status != BookingStatus.CONFIRMED:
            return self._over(booking)
        acknowledge(booking_id=booking.pk, now=self.now)
        return self._say(["meeting_thanks"], booking=booking)

    def other(self, booking: Booking, decision: Decision) -> bool:
        """Another time: the meeting moves if it stands, else a new one of the same service is booked."""
        if not self._stands(booking):
            return self._offer(booking.service, None, decision.wish, question="meeting_offer")
        if self.now > changeable_until(booking):
            return self._too_late(booking)
        return self._offer(booking.service, booking, decision.wish, question="meeting_move")

    def ask_cancel(self, booking: Booking, _decision: Decision) -> bool:
        if not self._stands(booking):
            return self._over(booking)
        if self.now > changeable_until(booking):
            return self._too_late(booking)
        buttons = [
            self._button("meeting_cancel_yes", Act.DROP, booking),
            self._button("meeting_other", Act.OTHER, booking),
            self._button("meeting_keep", Act.KEEP, booking),
        ]
        waiting = Open(Asks.CANCEL, str(booking.public_id))
        return self._say(["meeting_cancel"], booking=booking, buttons=buttons, waiting=waiting)

    def drop(self, booking: Booking, _decision: Decision) -> bool:
        try:
            found = cancel(
                booking_id=booking.pk, now=self.now, via=BookedVia.CHAT, actor=CUSTOMER, by_customer=True
            )
        except TooLate:
            return self._too_late(booking)
        except BookingClosed:
            return self._over(booking)
        found.language = self.language
        return self._tell(messages.cancelled_text(found), messages.rebook_buttons(found))

    def keep(self, booking: Booking, _decision: Decision) -> bool:
        if not self._stands(booking):
            return self._over(booking)
        return self._say(["meeting_kept"], booking=booking)

    def cant(self, booking: Booking, _decision: Decision) -> bool:
        if not self._stands(booking):
            return False
        waiting = Open(Asks.CANT, str(booking.public_id))
        buttons = messages.change_buttons(booking)
        return self._say(["meeting_cant"], booking=booking, buttons=buttons, waiting=waiting)

    def _begin_new(self, wish: Wish | None) -> bool:
        standing = next_booking(self.conversation.contact_id, self.now)
        if standing is not None:
            standing.language = self.language
            return self._say(["meeting_is"], booking=standing, buttons=messages.change_buttons(standing))
        service = bookable(None, self.goal)
        return service is not None and self._offer(service, None, wish, question="meeting_offer")

    def offer_new(self, service: Service) -> None:
        """Offer times unasked; where there are none, nothing is said."""
        laid = choosing.lay(self._desk(None), service.key, wish=None, timezone=self.timezone)
        if laid.table.times:
            self._put(laid, None, question="meeting_offer")

    # Times

    def _desk(self, moving: Booking | None) -> ConversationDesk:
        if self.desk is None:
            self.desk = ConversationDesk(
                self.conversation, lead=self.lead, timezone=self.timezone, now=self.now, moving=moving
            )
        return self.desk

    def _offer(self, service: Service, moving: Booking | None, wish: Wish | None, *, question: str) -> bool:
        seen = (moving.starts_at,) if moving else ()
        desk = self._desk(moving)
        laid = choosing.lay(desk, service.key, wish=wish, timezone=self.timezone, seen=seen)
        return self._put(laid, moving, question=question)

    def _put(self, laid: Laid, moving: Booking | None, *, question: str = "meeting_which") -> bool:
        """The times on the table with their question; the very one that was wished for is taken at once."""
        table, wish = laid.table, laid.table.wish
        waiting = Open(Asks.TIME, str(moving.public_id) if moving else None, table)
        if not table.times:
            return self._no_times()
        if wish is not None and wish.day and wish.names_one and laid.lead == "phrases.meeting_found":
            at = choosing.exactly(table, wish, self.timezone)
            if at is not None:
                return self._take(waiting, at, moving)
        lead = [laid.lead.removeprefix("phrases.")] if laid.lead else []
        options = choosing.options(table, timezone=self.timezone, phrases=self.phrases)
        buttons = [QuickReply(choose(labels, self.language), payload) for payload, labels in options]
        service = bookable(table.service)
        return self._say([*lead, question], booking=moving, service=service, buttons=buttons, waiting=waiting)

    def _at_the_table(self, decision: Decision, waiting: Open) -> bool:
        moving = self._moving(waiting)
        if waiting.booking and moving is None:
            change(self.conversation, talk={})
            return False
        if decision.act is Act.CHOOSE:
            return self._take(waiting, decision.at, moving)
        if decision.act is Act.LEAVE:
            return self._say(["meeting_kept" if moving else "meeting_left"], booking=moving)
        table, desk = _table(waiting), self._desk(moving)
        if decision.act is Act.MORE:
            return self._put(choosing.lay_others(desk, table), moving)
        wish = decision.wish or Wish()
        return self._put(choosing.lay_for(desk, table, wish, timezone=self.timezone), moving)

    def _moving(self, waiting: Open) -> Booking | None:
        if waiting.booking is None:
            return None
        return own_booking(UUID(waiting.booking), self.conversation.contact_id)

    def _take(self, waiting: Open, at: datetime, moving: Booking | None) -> bool:
        table = _table(waiting)
        try:
            text, booking = self._moved(moving, at) if moving else self._booked(table, at)
        except Unavailable:
            return self._put(choosing.lay_fresh(self._desk(moving), table, at), moving)
        except TooLate:
            return self._too_late(moving)
        except BookingClosed:
            return self._over(moving)
        return self._tell(text(booking), messages.change_buttons(booking))

    def _moved(self, moving: Booking, at: datetime) -> tuple[Callable[[Booking], str], Booking]:
        booking = move(
            booking_id=moving.pk,
            starts_at=at,
            now=self.now,
            via=BookedVia.CHAT,
            actor=CUSTOMER,
            by_customer=True,
            table=self._desk(moving).table(moving.service) if self.desk else None,
            lead=self.lead,
            known=moving,
        )
        booking.language = self.language
        return messages.moved_text, booking

    def _booked(self, table: Table, at: datetime) -> tuple[Callable[[Booking], str], Booking]:
        service = bookable(table.service)
        if service is None:
            raise BookingClosed("")
        booking = book(
            service=service,
            starts_at=at,
            now=self.now,
            contact=self.conversation.contact,
            timezone=self.timezone,
            language=self.language,
            via=BookedVia.CHAT,
            actor=CUSTOMER,
            lead=self.lead,
            conversation=self.conversation,
        )
        return messages.confirmation_text, booking

    # Answers

    def _over(self, booking: Booking | None) -> bool:
        buttons = messages.rebook_buttons(booking) if booking else []
        return self._say(["meeting_over"], booking=booking, buttons=buttons)

    def _too_late(self, booking: Booking | None) -> bool:
        self._say(["meeting_late"], booking=booking)
        return self._to_person("reschedule")

    def _no_times(self) -> bool:
        self._say(["meeting_none"])
        return self._to_person("no_times")

    def _to_person(self, reason: str) -> bool:
        if self.conversation.handler != Handler.PERSON:
            card = {
                "language": self.language,
                "last_text": self.message.text[:500] if self.message else "",
                "next_step": "answer_now",
            }
            hand_off(conversation=self.conversation, reason=reason, urgency=1, card=card, now=self.now)
        return True

    def _say(
        self,
        names: Sequence[str],
        *,
        booking: Booking | None = None,
        service: Service | None = None,
        buttons: Sequence[QuickReply] = (),
        waiting: Open | None = None,
    ) -> bool:
        service = service or (booking.service if booking else None)
        timezone = booking.timezone if booking else self.timezone
        values = {
            "service": choose(service.title, self.language) or service.name if service else "",
            "when": short(booking.starts_at, timezone, self.language) if booking else "",
            "zone": zone_name(self.timezone, self.language),
        }
        texts = [fill(choose(self.phrases[f"phrases.{name}"], self.language), values) for name in names]
        return self._tell("\n\n".join(texts), buttons, waiting=waiting)

    def _tell(self, text: str, buttons: Sequence[QuickReply], *, waiting: Open | None = None) -> bool:
        conversation = self.conversation
        change(conversation, talk=waiting.plain() if waiting else {})
        send_all(
            conversation=conversation,
            drafts=[Draft(text, tuple(buttons))],
            author_kind=AuthorKind.FLOW,
            purpose=Purpose.TRANSACTIONAL,
            now=self.now,
        )
        if self.message is not None and conversation.waiting_since == self.message.sent_at:
            # Nobody was waited for before these words, and they are answered.
            change(conversation, status=ConversationStatus.WAITING_CUSTOMER, waiting_since=None)
        return True

    def _button(self, name: str, act: Act, booking: Booking) -> QuickReply:
        label = choose(self.phrases[f"phrases.{name}"], self.language)
        return QuickReply(label, f"booking:{act.value}:{booking.public_id}")


def _table(waiting: Open) -> Table:
    if waiting.table is None:
        raise LookupError("A time was chosen from no table.")
    return waiting.table


_AT_THE_TABLE = frozenset({Act.CHOOSE, Act.MORE, Act.WISH, Act.LEAVE})
_ACTS: dict[Act, Callable[[Talk, Booking, Decision], bool]] = {
    Act.COMING: Talk.coming,
    Act.OTHER: Talk.other,
    Act.CANCEL: Talk.ask_cancel,
    Act.DROP: Talk.drop,
    Act.KEEP: Talk.keep,
    Act.CANT: Talk.cant,
}
