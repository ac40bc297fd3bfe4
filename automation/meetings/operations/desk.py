"""The desk behind a run: free times, holds and bookings of the room of bookings, for one conversation."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from automation.meetings.queries import bookable, timetable
from automation.meetings.values import Booked, Gone, Held, Meeting, Wish
from bookings.appointments.messages import change_buttons, confirmation_text
from bookings.appointments.models import BookedVia, Booking
from bookings.appointments.operations import confirm, hold, release
from bookings.appointments.queries import Timetable
from bookings.choosing import good_times
from bookings.errors import BookingClosed, Unavailable
from bookings.services.models import Service
from conversations.threads.models import Conversation
from core.events.actor import CUSTOMER
from crm.pipeline.models import Lead

MOST = 3


class ConversationDesk:
    """Keeps and books for the contact of the locked conversation; its lead is locked too. `moving`: the booking whose
    own time does not stand in its way.
    """

    def __init__(
        self,
        conversation: Conversation,
        *,
        lead: Lead | None,
        timezone: str,
        now: datetime,
        moving: Booking | None = None,
    ) -> None:
        self.conversation, self.lead = conversation, lead
        self.timezone, self.now, self.moving = timezone, now, moving

    def find(self, service: str | None, *, goal: str | None) -> Meeting | None:
        found = self._service(service, goal)
        if found is None:
            return None
        title = found.title or {"en": found.name}
        return Meeting(found.key, title, found.where if found.format == "place" else {})

    def times(self, service: str, *, wish: Wish | None, seen: Collection[datetime]) -> tuple[datetime, ...]:
        free = [each for each in self._free(service) if each not in seen]
        if wish is not None and wish.at is not None and wish.after:
            zone = ZoneInfo(self.timezone)
            late = [each for each in free if each.astimezone(zone).time() >= wish.at]
            free = late or free
        nearest = wish.nearest if wish else None
        return tuple(
            good_times(free, timezone=self.timezone, now=self.now, wish=nearest, seen=seen, count=MOST)
        )

    def hold(self, service: str, at: datetime, *, language: str) -> Held | Gone:
        found = self._service(service, None)
        if found is None:
            return Gone()
        try:
            booking = hold(
                service=found,
                starts_at=at,
                now=self.now,
                timezone=self.timezone,
                language=language,
                via=BookedVia.CHAT,
                contact=self.conversation.contact,
                lead=self.lead,
                conversation=self.conversation,
                table=self._tables.get(found.key),
            )
        except Unavailable:
            return Gone()
        return Held(str(booking.pk))

    def confirm(self, booking: str, *, purpose: str, language: str) -> Booked | Gone:
        try:
            booked = confirm(
                booking_id=int(booking),
                now=self.now,
                actor=CUSTOMER,
                contact=self.conversation.contact,
                purpose=purpose,
                lead=self.lead,
            )
        except (Unavailable, BookingClosed, Booking.DoesNotExist):
            return Gone()
        booked.language = language
        return Booked(confirmation_text(booked), tuple(change_buttons(booked)))

    def release(self, booking: str) -> None:
        release(booking_id=int(booking), now=self.now)

    def table(self, service: Service) -> Timetable:
        """Everybody's hours until the service's horizon, read once for the event."""
        if service.key not in self._tables:
            self._tables[service.key] = timetable(service, now=self.now)
        return self._tables[service.key]

    @cached_property
    def _tables(self) -> dict[str, Timetable]:
        return {}

    def _free(self, key: str) -> list[datetime]:
        service = self._service(key, None)
        if service is None:
            return []
        table = self.table(service)
        return [each.starts_at for each in table.free(table.window, now=self.now, moving=self.moving)]

    def _service(self, key: str | None, goal: str | None) -> Service | None:
        return bookable(key, goal or "")
