"""What calendars get, byte by byte where programs are strict (RFC 5545, 5546, 6047)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from icalendar import Calendar, Event

from bookings.invitations.building import Entry, Person, feed, invitation

STAMP = datetime(2026, 6, 1, 5, 0, 7, 123, tzinfo=UTC)
ENTRY = Entry(
    uid="0190-abc@parley",
    sequence=2,
    starts_at=datetime(2026, 6, 2, 10, tzinfo=timezone(timedelta(hours=4))),
    ends_at=datetime(2026, 6, 2, 10, 45, tzinfo=timezone(timedelta(hours=4))),
    summary="Այց սրահ; kitchen, wardrobe",
    description="Good to have ready: photos\nMove or cancel: https://example.com/booking/x/",
    location="Teryan 5, Yerevan",
    url="https://example.com/booking/x/",
    organizer=Person("Aregak Interiors", "hello@aregak.example"),
    attendee=Person("Անի", "ani@example.com"),
)


def event_of(written: bytes) -> Event:
    [event] = Calendar.from_ical(written).walk("VEVENT")
    return event  # type: ignore[no-any-return]


def test_a_request_has_all_that_programs_need() -> None:
    written = invitation(ENTRY, method="REQUEST", stamp=STAMP)
    lines = written.decode().replace("\r\n ", "").split("\r\n")
    for line in (
        "METHOD:REQUEST",
        "UID:0190-abc@parley",
        "SEQUENCE:2",
        "DTSTAMP:20260601T050007Z",
        "DTSTART:20260602T060000Z",
        "DTEND:20260602T064500Z",
        "STATUS:CONFIRMED",
        "SUMMARY:Այց սրահ\\; kitchen\\, wardrobe",
        'ORGANIZER;CN="Aregak Interiors":mailto:hello@aregak.example',
    ):
        assert line in lines
    assert lines.index("METHOD:REQUEST") < lines.index("BEGIN:VEVENT")
    assert all(len(line) <= 75 for line in written.split(b"\r\n"))
    assert written.endswith(b"END:VCALENDAR\r\n")
    assert b"\n" not in written.replace(b"\r\n", b"")


def test_the_customer_is_the_attendee_and_has_accepted() -> None:
    attendee: Any = event_of(invitation(ENTRY, method="REQUEST", stamp=STAMP))["ATTENDEE"]
    assert str(attendee) == "mailto:ani@example.com"
    assert dict(attendee.params) == {
        "CN": "Անի",
        "ROLE": "REQ-PARTICIPANT",
        "PARTSTAT": "ACCEPTED",
        "RSVP": "FALSE",
    }


def test_a_cancellation_names_the_same_entry() -> None:
    from dataclasses import replace

    written = invitation(replace(ENTRY, cancelled=True, sequence=3), method="CANCEL", stamp=STAMP)
    event = event_of(written)
    assert str(Calendar.from_ical(written)["METHOD"]) == "CANCEL"
    assert (str(event["UID"]), event["SEQUENCE"], str(event["STATUS"])) == ("0190-abc@parley", 3, "CANCELLED")
    assert "ATTENDEE" in event


def test_a_feed_is_published_under_its_name() -> None:
    calendar = Calendar.from_ical(feed([ENTRY, ENTRY], name="Anna", stamp=STAMP))
    assert (str(calendar["METHOD"]), str(calendar["X-WR-CALNAME"])) == ("PUBLISH", "Anna")
    assert len(calendar.walk("VEVENT")) == 2
    assert feed([], name="Anna", stamp=STAMP).startswith(b"BEGIN:VCALENDAR\r\n")
