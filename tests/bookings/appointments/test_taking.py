from datetime import UTC, datetime, timedelta

import pytest

from bookings.appointments.models import Allocation, BookingStatus
from bookings.appointments.operations import cancel, confirm, hold, mark, move, release
from bookings.appointments.queries import free_times
from bookings.errors import HoldExpired, OutsideHours, SlotTaken
from core.events.actor import CUSTOMER, SYSTEM
from core.events.models import Event
from tests.factories.bookings import MONDAY, ZONE, make_booking, make_hold, make_resource, make_service, week
from tests.factories.crm import ContactFactory

pytestmark = pytest.mark.django_db

TUESDAY_TEN = datetime(2026, 6, 2, 6, tzinfo=UTC)
HALF_HOUR = timedelta(minutes=30)


def test_a_time_that_is_kept_is_offered_to_nobody_else() -> None:
    service = make_service()
    held = make_hold(service, TUESDAY_TEN)
    assert held.status == BookingStatus.HELD
    assert held.hold_expires_at == MONDAY + timedelta(minutes=15)
    with pytest.raises(SlotTaken) as taken:
        make_hold(service, TUESDAY_TEN)
    assert taken.value.fresh[0] == datetime(2026, 6, 1, 6, tzinfo=UTC)
    assert TUESDAY_TEN not in taken.value.fresh
    assert TUESDAY_TEN + HALF_HOUR in taken.value.fresh


def test_a_kept_time_that_was_not_confirmed_goes_to_the_next_one() -> None:
    service = make_service()
    first = make_hold(service, TUESDAY_TEN)
    later = MONDAY + timedelta(minutes=15)
    assert TUESDAY_TEN in [each.starts_at for each in free_times(service, now=later)]
    second = make_hold(service, TUESDAY_TEN, now=later)
    first.refresh_from_db()
    assert (first.status, second.status) == (BookingStatus.EXPIRED, BookingStatus.HELD)
    with pytest.raises(HoldExpired) as expired:
        confirm(booking_id=first.pk, now=later, actor=CUSTOMER, contact=ContactFactory())
    assert TUESDAY_TEN not in expired.value.fresh


def test_confirming_twice_is_confirming_once() -> None:
    held = make_hold(make_service(), TUESDAY_TEN)
    contact = ContactFactory()
    for _ in range(2):
        booking = confirm(
            booking_id=held.pk, now=MONDAY, actor=CUSTOMER, contact=contact, purpose=" a  sofa "
        )
    assert (booking.status, booking.contact, booking.purpose) == (BookingStatus.CONFIRMED, contact, "a sofa")
    assert Event.objects.filter(name="booking.confirmed").count() == 1


def test_the_same_request_makes_one_booking() -> None:
    service, contact = make_service(), ContactFactory()
    first = make_booking(service, TUESDAY_TEN, contact=contact, request_key="form-1")
    again = make_booking(service, TUESDAY_TEN, contact=contact, request_key="form-1")
    assert first.pk == again.pk


def test_giving_back_and_cancelling_free_the_time() -> None:
    service = make_service()
    release(booking_id=make_hold(service, TUESDAY_TEN).pk, now=MONDAY)
    booking = make_booking(service, TUESDAY_TEN)
    for _ in range(2):
        gone = cancel(booking_id=booking.pk, now=MONDAY, via="page", actor=CUSTOMER, reason="ill")
    assert (gone.status, gone.cancel_reason, gone.revision) == (BookingStatus.CANCELLED, "ill", 1)
    assert not Allocation.objects.filter(active=True).exists()
    assert TUESDAY_TEN in [each.starts_at for each in free_times(service, now=MONDAY)]


def test_moving_keeps_the_row_and_frees_the_old_time() -> None:
    service = make_service()
    booking = make_booking(service, TUESDAY_TEN)
    to = TUESDAY_TEN + HALF_HOUR
    moved = move(
        booking_id=booking.pk, starts_at=to, now=MONDAY, via="page", actor=CUSTOMER, by_customer=True
    )
    assert (moved.pk, moved.starts_at, moved.revision) == (booking.pk, to, 1)
    free = [each.starts_at for each in free_times(service, now=MONDAY)]
    assert TUESDAY_TEN in free
    assert to not in free
    assert Allocation.objects.filter(active=True).count() == 1


def test_a_time_out_of_hours_is_not_said_to_be_taken() -> None:
    with pytest.raises(OutsideHours):
        make_hold(make_service(), TUESDAY_TEN - timedelta(hours=3))


def test_attendance_is_marked_after_the_start_and_can_be_taken_back() -> None:
    booking = make_booking(starts_at=TUESDAY_TEN)
    after = TUESDAY_TEN + HALF_HOUR
    assert mark(booking_id=booking.pk, came=False, now=after, actor=SYSTEM).status == BookingStatus.NO_SHOW
    assert mark(booking_id=booking.pk, came=None, now=after, actor=SYSTEM).status == BookingStatus.CONFIRMED
    assert mark(booking_id=booking.pk, came=True, now=after, actor=SYSTEM).status == BookingStatus.ATTENDED


def test_whoever_has_fewest_bookings_is_next() -> None:
    anna, davit = make_resource("Anna"), make_resource("Davit")
    service = make_service(anna, davit)
    given = [make_booking(service, TUESDAY_TEN + HALF_HOUR * place).resource.name for place in range(4)]
    assert sorted(given[:2]) == ["Anna", "Davit"]
    assert sorted(given[2:]) == ["Anna", "Davit"]


def test_seats_of_a_class_are_sold_out_and_keep_other_meetings_away() -> None:
    anna = make_resource("Anna", hours=week())
    lesson = make_service(anna, name="Lesson", capacity=3)
    visit = make_service(anna, name="Visit")
    for _ in range(3):
        make_booking(lesson, TUESDAY_TEN)
    assert sorted(Allocation.objects.values_list("seat", flat=True)) == [1, 2, 3]
    for service in (lesson, visit):
        with pytest.raises(SlotTaken):
            hold(service=service, starts_at=TUESDAY_TEN, now=MONDAY, timezone=ZONE, language="en", via="chat")
