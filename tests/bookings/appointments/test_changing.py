"""Moving, cancelling, and what that brings about for the lead and the colleagues."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bookings.appointments.models import Booking, BookingStatus
from bookings.appointments.notices import tell
from bookings.appointments.operations import acknowledge, book, cancel, confirm, mark, move, release
from bookings.appointments.queries import (
    bookings_visible_to,
    upcoming_of_contact,
    upcoming_of_conversation,
)
from bookings.errors import BookingClosed, ContactNeeded, OutsideHours, SlotTaken, TooEarly, TooLate
from bookings.services.models import ServiceResource
from conversations.threads.models import Message
from core.events.actor import CUSTOMER, SYSTEM, Actor
from core.events.models import Event
from crm.pipeline.models import Lead
from tests.factories.bookings import MONDAY, ZONE, make_booking, make_hold, make_resource, make_service
from tests.factories.conversations import make_conversation, make_user
from tests.factories.crm import ContactFactory, LeadFactory, PhoneFactory, StageFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("firm")]

TEN = datetime(2026, 6, 2, 6, tzinfo=UTC)
HALF_HOUR = timedelta(minutes=30)


def moved(
    booking: Booking, to: datetime, *, via: str = "page", now: datetime = MONDAY, **more: object
) -> Booking:
    return move(booking_id=booking.pk, starts_at=to, now=now, via=via, actor=CUSTOMER, **more)  # type: ignore[arg-type]


def test_customers_change_until_the_cutoff_and_colleagues_always() -> None:
    booking = make_booking(make_service(cutoff=120, min_notice=0), TEN)
    last = TEN - timedelta(hours=2)
    assert moved(booking, TEN + HALF_HOUR, now=last, by_customer=True).revision == 1
    too_late = last + HALF_HOUR + timedelta(seconds=1)
    with pytest.raises(TooLate):
        moved(booking, TEN, now=too_late, by_customer=True)
    with pytest.raises(TooLate):
        cancel(booking_id=booking.pk, now=too_late, via="page", actor=CUSTOMER, by_customer=True)
    assert moved(booking, TEN + 3 * HALF_HOUR, now=too_late, via="person").revision == 2


def test_what_is_over_or_off_cannot_be_moved_and_says_so() -> None:
    booking = make_booking(starts_at=TEN)
    cancel(booking_id=booking.pk, now=MONDAY, via="page", actor=CUSTOMER)
    held = make_hold(make_service(), TEN)
    release(booking_id=held.pk, now=MONDAY)
    came = make_booking(starts_at=TEN)
    mark(booking_id=came.pk, came=True, now=TEN, actor=SYSTEM)
    for closed in (booking, held, came):
        with pytest.raises(BookingClosed):
            moved(closed, TEN + HALF_HOUR)
    with pytest.raises(BookingClosed):
        confirm(booking_id=booking.pk, now=MONDAY, actor=CUSTOMER)
    with pytest.raises(BookingClosed):
        acknowledge(booking_id=booking.pk, now=MONDAY)
    with pytest.raises(BookingClosed):
        mark(booking_id=booking.pk, came=True, now=TEN, actor=SYSTEM)


def test_moving_to_the_same_time_changes_nothing() -> None:
    booking = make_booking(starts_at=TEN)
    assert moved(booking, TEN).revision == 0
    assert not Event.objects.filter(name="booking.moved").exists()


def test_moving_stays_with_the_same_person_where_that_is_possible() -> None:
    anna, davit = make_resource("Anna"), make_resource("Davit")
    service = make_service(anna, davit)
    booking = make_booking(service, TEN, resource=davit)
    assert moved(booking, TEN + HALF_HOUR).resource == davit
    make_booking(service, TEN + 2 * HALF_HOUR, resource=davit)
    assert moved(booking, TEN + 2 * HALF_HOUR).resource == anna
    event = Event.objects.filter(name="booking.moved").latest("id")
    assert (event.payload["from_resource"], event.payload["resource"]) == ("Davit", "Anna")


def test_a_move_that_fails_leaves_everything_as_it_was() -> None:
    service = make_service()
    booking = make_booking(service, TEN)
    make_booking(service, TEN + HALF_HOUR)
    with pytest.raises(SlotTaken) as taken:
        moved(booking, TEN + HALF_HOUR)
    assert TEN in taken.value.fresh  # the booking does not stand in its own way
    booking.refresh_from_db()
    assert (booking.starts_at, booking.revision) == (TEN, 0)


def test_a_kept_time_can_be_changed_and_is_kept_anew() -> None:
    held = make_hold(make_service(), TEN)
    later = MONDAY + timedelta(minutes=10)
    found = moved(held, TEN + HALF_HOUR, now=later)
    assert (found.status, found.hold_expires_at) == (BookingStatus.HELD, later + timedelta(minutes=15))


def test_colleagues_book_off_the_grid_but_not_out_of_hours_and_not_over_others() -> None:
    service, contact = make_service(min_notice=600), ContactFactory()

    def by_hand(starts_at: datetime, via: str = "person") -> Booking:
        return book(
            service=service,
            starts_at=starts_at,
            now=MONDAY,
            contact=contact,
            timezone=ZONE,
            language="en",
            via=via,
            actor=SYSTEM,
        )

    soon = MONDAY + timedelta(minutes=67)
    assert by_hand(soon).starts_at == soon
    with pytest.raises(SlotTaken):
        by_hand(soon + timedelta(minutes=20))
    for wrong in (MONDAY + timedelta(minutes=30), MONDAY - timedelta(days=3)):
        with pytest.raises(OutsideHours):
            by_hand(wrong)
    with pytest.raises(OutsideHours):
        by_hand(TEN + timedelta(minutes=7), via="api")


def test_a_meeting_is_for_somebody_and_is_marked_once_it_has_begun() -> None:
    with pytest.raises(ContactNeeded):
        confirm(booking_id=make_hold(make_service(), TEN).pk, now=MONDAY, actor=CUSTOMER)
    with pytest.raises(TooEarly):
        mark(booking_id=make_booking(starts_at=TEN).pk, came=False, now=MONDAY, actor=SYSTEM)


def test_the_lead_knows_what_is_next() -> None:
    lead = LeadFactory(stage=StageFactory(kind="open"))
    booking = make_booking(make_service(name="Visit"), TEN, lead=lead)

    def next_step() -> tuple[str, datetime | None]:
        return Lead.objects.values_list("next_step", "next_step_at").get(pk=lead.pk)

    assert next_step() == ("Meeting: Visit", TEN)
    moved(booking, TEN + HALF_HOUR)
    assert next_step() == ("Meeting: Visit", TEN + HALF_HOUR)
    after = TEN + timedelta(hours=2)
    mark(booking_id=booking.pk, came=True, now=after, actor=SYSTEM)
    assert next_step() == ("Agree on what follows: Visit", after)


def test_a_next_step_that_somebody_wrote_stays() -> None:
    lead = LeadFactory(stage=StageFactory(kind="open"))
    booking = make_booking(make_service(name="Visit"), TEN, lead=lead)
    Lead.objects.filter(pk=lead.pk).update(next_step="Send the plan")
    cancel(booking_id=booking.pk, now=MONDAY, via="page", actor=CUSTOMER)
    assert Lead.objects.get(pk=lead.pk).next_step == "Send the plan"
    other = make_booking(make_service(name="Call"), TEN, lead=lead)
    cancel(booking_id=other.pk, now=MONDAY, via="page", actor=CUSTOMER)
    found = Lead.objects.get(pk=lead.pk)
    assert (found.next_step, found.next_step_at) == ("Offer another time: Call", MONDAY)


def test_a_change_reaches_the_customer_by_chat_by_mail_or_by_a_colleague() -> None:
    conversation = make_conversation()
    chatting = make_booking(starts_at=TEN, contact=conversation.contact, conversation=conversation)
    assert tell(chatting, "moved", now=MONDAY) == "chat"
    message = Message.objects.get(conversation=conversation)
    assert message.text.startswith("Your meeting has a new time: Showroom visit")
    assert [reply["label"] for reply in message.quick_replies] == ["Another time", "Cancel"]
    writing = make_booking(starts_at=TEN)
    assert tell(writing, "cancelled", now=MONDAY) == "colleague"
    PhoneFactory(contact=ContactFactory(), kind="email", value="a@example.com")
    by_mail = ContactFactory()
    PhoneFactory(contact=by_mail, kind="email", value="b@example.com")
    assert tell(make_booking(starts_at=TEN, contact=by_mail), "confirmed", now=MONDAY) == "mail"


def test_who_joins_later_does_not_get_everything_at_first() -> None:
    anna, davit = make_resource("Anna"), make_resource("Davit")
    service = make_service(anna)
    for place in range(4):
        make_booking(service, TEN + HALF_HOUR * place)
    Booking.objects.update(created_at=datetime(2026, 1, 1, tzinfo=UTC))
    ServiceResource.objects.create(service=service, resource=davit)
    ServiceResource.objects.filter(resource=davit).update(since=datetime(2026, 2, 1, tzinfo=UTC))
    given = [make_booking(service, TEN + HALF_HOUR * place).resource.name for place in range(5, 9)]
    assert sorted(given) == ["Anna", "Anna", "Davit", "Davit"]


def test_agents_see_their_own_meetings_and_those_of_their_leads() -> None:
    anna, davit, chief = make_user("Anna"), make_user("Davit"), make_user("Chief", role="manager")
    service = make_service(make_resource("Anna", user=anna))
    davits = make_booking(service, TEN, lead=LeadFactory(owner=davit))
    assert list(bookings_visible_to(anna)) == [davits]
    assert list(bookings_visible_to(davit)) == [davits]
    assert list(bookings_visible_to(make_user("Karen"))) == []
    assert list(bookings_visible_to(chief)) == [davits]
    davit.is_active = False
    assert list(bookings_visible_to(davit)) == []


def test_meetings_ahead_of_a_person_and_of_a_conversation() -> None:
    conversation = make_conversation()
    later = make_booking(starts_at=TEN + HALF_HOUR, contact=conversation.contact)
    first = make_booking(starts_at=TEN, contact=conversation.contact, conversation=conversation)
    assert upcoming_of_contact(conversation.contact_id, MONDAY) == [first, later]
    assert upcoming_of_conversation(conversation.pk, MONDAY) == [first, later]
    assert upcoming_of_contact(conversation.contact_id, TEN) == [later]


def test_events_say_who_and_by_which_way() -> None:
    anna = make_user("Anna")
    booking = make_booking(starts_at=TEN, actor=Actor.of(anna), via="person")
    event = Event.objects.get(name="booking.confirmed")
    assert (event.actor_id, event.contact_id) == (anna.pk, booking.contact_id)
    assert event.payload == {
        "booking": str(booking.public_id),
        "service": "Showroom visit",
        "starts_at": "2026-06-02T06:00:00+00:00",
        "ends_at": "2026-06-02T06:30:00+00:00",
        "resource": "Anna",
        "timezone": "Asia/Yerevan",
        "via": "person",
        "chosen": "only",
    }
