"""The customer's own page: what a link in an old message shows, and what it does when it is used."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client

from bookings.appointments.models import Booking
from bookings.appointments.operations import mark
from core.company.models import CompanyProfile
from core.events.actor import SYSTEM
from core.events.models import Event
from tests.desk.reading import attributes, words
from tests.factories.bookings import MONDAY, make_booking, make_hold, make_service
from tests.factories.core import CompanyFactory

TEN = datetime(2026, 6, 2, 6, tzinfo=UTC)
ELEVEN = "2026-06-02T07:00Z"


@pytest.fixture(autouse=True)
def _monday(db: None) -> Any:
    CompanyFactory()
    with time_machine.travel(MONDAY, tick=False):
        yield


@pytest.fixture
def visitor() -> Client:
    return Client(enforce_csrf_checks=True)


def own(booking: Booking) -> str:
    return f"/booking/{booking.token}/"


def state(visitor: Client, booking: Booking) -> str:
    return words(visitor.get(own(booking)).content, "state")[0]


def test_it_shows_what_there_is_to_know(visitor: Client) -> None:
    service = make_service(
        prepare={"en": "Bring a plan"}, where={"en": "12 Abovyan St"}, price="5000", currency="AMD"
    )
    booking = make_booking(service, timezone="Europe/Berlin", purpose="A kitchen")
    page = visitor.get(own(booking)).content

    assert words(page, "when") == ["Tuesday, 2 June 08:00–08:30 Berlin, UTC+2"]
    (ticket,) = words(page, "ticket")
    assert ticket.startswith("Confirmed Showroom visit")
    for words_of_it in ("With Anna", "12 Abovyan St", "Bring a plan", "A kitchen", ["5,000", "AMD"][0]):
        assert words_of_it in ticket
    assert words(page, "note") == [
        "You can move or cancel it here until Tuesday, 2 June, 07:00. Keep this link."
    ]


def test_it_speaks_the_customers_language(visitor: Client) -> None:
    booking = make_booking(language="ru")
    page = visitor.get(own(booking)).content
    assert words(page, "when")[0].startswith("вторник, 2 июня 10:00–10:30 Ереван")
    assert words(page, "#main")[0].count("Визит в салон") == 1
    in_english = visitor.get(f"{own(booking)}?lang=en").content
    assert words(in_english, "when")[0].startswith("Tuesday, 2 June 10:00–10:30 Yerevan")


def test_a_scanner_that_opens_every_link_changes_nothing(visitor: Client) -> None:
    booking = make_booking()
    before = Event.objects.count()
    for address in ("", "move/", "cancel/", f"move/?start={ELEVEN}"):
        for method in (visitor.get, visitor.head):
            answer = method(own(booking) + address)
            assert answer.status_code == 200
            assert "no-store" in answer.headers["Cache-Control"]
            assert answer.headers["Referrer-Policy"] == "no-referrer"
    booking.refresh_from_db()
    assert (booking.status, booking.starts_at, booking.revision) == ("confirmed", TEN, 0)
    assert Event.objects.count() == before


def test_another_time(visitor: Client) -> None:
    booking = make_booking()
    times = visitor.get(f"{own(booking)}move/?day=2026-06-02").content
    assert "10:00" not in words(times, "time")  # it has that one
    asked = visitor.get(f"{own(booking)}move/?start={ELEVEN}").content
    assert words(asked, "chosen")[0].startswith("Tuesday, 2 June, 11:00")

    answers = [visitor.post(f"{own(booking)}move/", {"start": ELEVEN}) for _ in range(2)]
    assert [each.status_code for each in answers] == [302, 302]
    booking.refresh_from_db()
    assert (booking.starts_at, booking.revision) == (TEN + timedelta(hours=1), 1)
    assert Event.objects.filter(name="booking.moved").count() == 1
    assert words(visitor.get(answers[0].headers["Location"]).content, "done") == ["Moved to the new time."]


def test_a_time_that_was_just_taken(visitor: Client) -> None:
    booking = make_booking()
    make_booking(booking.service, TEN + timedelta(hours=1))
    answer = visitor.post(f"{own(booking)}move/", {"start": ELEVEN})

    assert answer.status_code == 409
    assert len(words(answer.content, "notice")) == 1
    assert words(answer.content, "#times-title") == ["Tuesday, 2 June"]
    assert "11:00" not in words(answer.content, "time")
    booking.refresh_from_db()
    assert booking.starts_at == TEN
    looked = visitor.get(f"{own(booking)}move/?start={ELEVEN}")
    assert words(looked.content, "notice") == ["This time was just taken. Please choose another one."]


@pytest.mark.parametrize("start", ["", "tomorrow"])
def test_a_move_to_nowhere(visitor: Client, start: str) -> None:
    answer = visitor.post(f"{own(make_booking())}move/", {"start": start})
    assert (answer.status_code, words(answer.content, "notice")) == (422, ["Choose a time."])


def test_cancelling_once_and_again(visitor: Client) -> None:
    booking = make_booking()
    asked = visitor.get(f"{own(booking)}cancel/").content
    assert words(asked, "danger") == ["Cancel the meeting"]

    answers = [visitor.post(f"{own(booking)}cancel/", {"reason": "I am ill"}) for _ in range(2)]
    assert [each.headers["Location"] for each in answers] == [own(booking)] * 2
    booking.refresh_from_db()
    assert (booking.status, booking.cancel_reason) == ("cancelled", "I am ill")
    assert Event.objects.filter(name="booking.cancelled").count() == 1
    assert state(visitor, booking) == "Cancelled"
    page = visitor.get(own(booking)).content
    assert attributes(page, "main", "href") == [f"/book/{booking.service.token}/"]


def test_a_cancelled_booking_is_not_moved(visitor: Client) -> None:
    booking = make_booking()
    visitor.post(f"{own(booking)}cancel/")

    assert words(visitor.get(f"{own(booking)}move/").content, "state") == ["Cancelled"]
    answer = visitor.post(f"{own(booking)}move/", {"start": ELEVEN})
    assert answer.status_code == 409
    assert words(answer.content, "notice") == ["This meeting was cancelled. Please book a new time."]


def test_too_late_says_what_to_do(visitor: Client) -> None:
    booking = make_booking()
    with time_machine.travel(TEN - timedelta(minutes=59), tick=False):
        page = visitor.get(own(booking)).content
        refused = visitor.post(f"{own(booking)}cancel/")
        moved = visitor.post(f"{own(booking)}move/", {"start": ELEVEN})

    assert words(page, "note")[0].startswith("It begins too soon to change it here.")
    assert "Cancel" not in words(page, "button")
    assert (refused.status_code, moved.status_code) == (409, 409)
    assert len(words(refused.content, "notice")) == 1
    booking.refresh_from_db()
    assert (booking.status, booking.starts_at) == ("confirmed", TEN)


def test_too_late_names_the_phone(visitor: Client) -> None:
    booking = make_booking()
    CompanyProfile.objects.update(phone="+374 10 123456")
    cache.clear()
    with time_machine.travel(TEN - timedelta(minutes=59), tick=False):
        page = visitor.get(own(booking)).content
    assert words(page, "note") == ["It begins too soon to change it here. Call us: +374 10 123456."]


def test_a_link_tells_every_state(visitor: Client) -> None:
    service = make_service()
    held = make_hold(service, TEN + timedelta(hours=2))
    booking = make_booking(service)
    assert state(visitor, held) == "Kept for you, not confirmed yet"
    with time_machine.travel(MONDAY + timedelta(minutes=16), tick=False):
        assert state(visitor, held) == "Not confirmed in time"
    with time_machine.travel(TEN + timedelta(hours=1), tick=False) as clock:
        assert state(visitor, booking) == "Over"
        mark(booking_id=booking.pk, came=False, now=TEN + timedelta(hours=1), actor=SYSTEM)
        assert state(visitor, booking) == "We missed you"
        clock.move_to(TEN + timedelta(days=300))
        assert state(visitor, booking) == "We missed you"


def test_links_that_never_were(visitor: Client) -> None:
    for address in ("", "move/", "cancel/"):
        assert visitor.get(f"/booking/forged/{address}").status_code == 404
        assert visitor.post(f"/booking/forged/{address}").status_code in (404, 405)


def test_the_invitation_is_of_now(visitor: Client) -> None:
    booking = make_booking()
    first = visitor.get(f"{own(booking)}invitation.ics")
    visitor.post(f"{own(booking)}move/", {"start": ELEVEN})
    second = visitor.get(f"{own(booking)}invitation.ics").content.decode()

    assert first.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert first.headers["Content-Disposition"] == 'attachment; filename="invitation.ics"'
    assert "DTSTART:20260602T060000Z" in first.content.decode()
    assert "DTSTART:20260602T070000Z" in second
    assert "SEQUENCE:1" in second
    uids = [text.split("UID:")[1].split("\r\n")[0] for text in (first.content.decode(), second)]
    assert uids[0] == uids[1]
    assert visitor.get("/booking/forged/invitation.ics").status_code == 404


def test_a_person_s_calendar_to_subscribe_to(visitor: Client) -> None:
    booking = make_booking()
    answer = visitor.get(f"/feeds/{booking.resource.feed_token}/calendar.ics")

    assert answer.content.decode().count("BEGIN:VEVENT") == 1
    assert "no-store" in answer.headers["Cache-Control"]
    assert visitor.get("/feeds/forged/calendar.ics").status_code == 404
