"""Times of real services: hours, exceptions, holidays, what is taken, and what the reading costs."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction

from bookings.appointments.models import Allocation
from bookings.appointments.operations import cancel
from bookings.appointments.queries import FreeTime, free_times
from bookings.errors import SlotTaken
from bookings.resources.operations import set_exception
from bookings.services.models import Service
from bookings.slots import WeeklyHours
from core.events.actor import CUSTOMER, SYSTEM
from tests.factories.bookings import MONDAY, make_booking, make_hold, make_resource, make_service

pytestmark = pytest.mark.django_db

DAY, HALF_HOUR = timedelta(days=1), timedelta(minutes=30)
TEN = datetime(2026, 6, 2, 6, tzinfo=UTC)
"""Tuesday, 10:00 in Yerevan."""
TUESDAY = {"start": TEN - timedelta(hours=6), "end": TEN + timedelta(hours=18)}


def starts(service: Service, **window: Any) -> list[datetime]:
    return [each.starts_at for each in free_times(service, now=MONDAY, **(window or TUESDAY))]


def test_times_of_all_who_give_the_service() -> None:
    anna = make_resource("Anna", hours=[WeeklyHours(1, time(10), time(11))])
    davit = make_resource("Davit", hours=[WeeklyHours(1, time(10, 30), time(11, 30))])
    service = make_service(anna, davit)
    assert free_times(service, now=MONDAY, **TUESDAY) == [
        FreeTime(TEN, (anna.pk,)),
        FreeTime(TEN + HALF_HOUR, (anna.pk, davit.pk)),
        FreeTime(TEN + 2 * HALF_HOUR, (davit.pk,)),
    ]
    assert starts(service, resource=davit, **TUESDAY) == [TEN + HALF_HOUR, TEN + 2 * HALF_HOUR]


def test_notice_and_horizon_bound_what_is_offered() -> None:
    service = make_service(min_notice=90, horizon_days=2)
    found = [each.starts_at for each in free_times(service, now=MONDAY)]
    assert found[0] == MONDAY + timedelta(minutes=90)
    assert found[-1] < MONDAY + 2 * DAY


def test_a_service_that_is_off_and_a_person_who_is_offer_nothing() -> None:
    assert starts(make_service(active=False)) == []
    assert starts(make_service(make_resource(active=False))) == []


@time_machine.travel(MONDAY, tick=False)
def test_public_holidays_are_closed_unless_the_date_has_hours_of_its_own() -> None:
    christmas = datetime(2027, 1, 6, tzinfo=UTC)  # in Armenia on the 6th, a Wednesday
    now = christmas - 20 * DAY
    anna = make_resource("Anna", holiday_country="AM", hours=[WeeklyHours(2, time(10), time(11))])
    service = make_service(anna, horizon_days=60)
    window = {"now": now, "start": christmas, "end": christmas + DAY}
    assert free_times(service, **window) == []
    set_exception(
        resource=anna,
        day=date(2027, 1, 6),
        hours=((time(12), time(13)),),
        actor=SYSTEM,
    )
    assert [each.starts_at.hour for each in free_times(service, **window)] == [8, 8]


def test_what_is_taken_is_gone_and_comes_back() -> None:
    service = make_service(buffer_after=15)
    booking = make_booking(service, TEN)
    assert {TEN, TEN + HALF_HOUR} & set(starts(service)) == set()
    assert TEN + 2 * HALF_HOUR in starts(service)
    assert starts(service, moving=booking, **TUESDAY)[0] == TEN
    cancel(booking_id=booking.pk, now=MONDAY, via="page", actor=CUSTOMER)
    assert starts(service)[0] == TEN


def test_a_person_is_taken_for_all_of_their_services() -> None:
    anna = make_resource("Anna")
    visit, call = make_service(anna, name="Visit", duration=60), make_service(anna, name="Call", duration=20)
    make_booking(visit, TEN)
    assert starts(call)[0] == TEN + 2 * HALF_HOUR


def test_a_class_is_offered_until_its_last_seat() -> None:
    anna = make_resource("Anna")
    lesson = make_service(anna, name="Lesson", capacity=2, duration=60, step=30)
    visit = make_service(anna, name="Visit")
    make_booking(lesson, TEN)
    assert TEN in starts(lesson)
    assert TEN + HALF_HOUR not in starts(lesson)
    assert TEN not in starts(visit)
    make_hold(lesson, TEN)
    assert TEN not in starts(lesson)
    with pytest.raises(SlotTaken):
        make_booking(lesson, TEN)


def test_the_database_refuses_what_no_operation_would_do() -> None:
    """A seat twice, and a class beside another meeting: by constraint, whoever writes (spec 9.3)."""
    anna = make_resource("Anna")
    lesson, visit = make_service(anna, name="Lesson", capacity=9), make_service(anna, name="Visit")
    first = make_booking(lesson, TEN)
    taken = Allocation.objects.get(booking=first)
    other = make_booking(visit, TEN + timedelta(hours=5))
    for changes in ({"meeting": taken.meeting}, {"seat": 2}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Allocation.objects.filter(booking=other).update(occupied=taken.occupied, **changes)


@pytest.mark.parametrize("people", [1, 10])
def test_four_statements_whatever_the_number_of_people(people: int, django_assert_num_queries: Any) -> None:
    service = make_service(*(make_resource(f"P{number}") for number in range(people)))
    make_booking(service, TEN)
    with django_assert_num_queries(4):
        assert len(free_times(service, now=MONDAY)) > 300


def test_new_york_keeps_its_wall_time_over_the_change_of_clocks() -> None:
    """8 March 2026, clocks go forward: ten in the morning is 15:00 UTC before and 14:00 UTC after."""
    service = make_service(
        make_resource(
            timezone="America/New_York", hours=[WeeklyHours(day, time(10), time(10, 30)) for day in range(7)]
        )
    )
    found = free_times(
        service, now=datetime(2026, 3, 6, 12, tzinfo=UTC), end=datetime(2026, 3, 10, tzinfo=UTC)
    )
    assert [f"{each.starts_at:%d %H}" for each in found] == ["06 15", "07 15", "08 14", "09 14"]
