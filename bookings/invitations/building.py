"""iCalendar (RFC 5545, 5546): the entry that a customer's calendar takes, and a person's feed. Pure.

One UID for a booking's life, SEQUENCE rises with every change, cancelling is METHOD:CANCEL with the same UID: so that
every calendar program changes the entry that it has and never makes a second one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from icalendar import Event

Method = Literal["REQUEST", "CANCEL", "PUBLISH"]

PRODUCT = "-//Parley//Bookings//EN"
REFRESH = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Person:
    name: str
    email: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A meeting as a calendar shows it; `sequence` is the booking's revision, instants are aware."""

    uid: str
    sequence: int
    starts_at: datetime
    ends_at: datetime
    summary: str
    description: str = ""
    location: str = ""
    url: str = ""
    cancelled: bool = False
    organizer: Person | None = None
    attendee: Person | None = None


def invitation(entry: Entry, *, method: Method, stamp: datetime) -> bytes:
    """One entry as it goes by mail; `stamp` is the moment of writing."""
    return _calendar([entry], method=method, stamp=stamp)


def feed(entries: Iterable[Entry], *, name: str, stamp: datetime) -> bytes:
    """A calendar to subscribe to."""
    return _calendar(entries, method="PUBLISH", stamp=stamp, name=name)


def _calendar(entries: Iterable[Entry], *, method: Method, stamp: datetime, name: str = "") -> bytes:
    from icalendar import Calendar  # heavy, and most processes never need it

    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    if name:
        calendar.add("x-wr-calname", name)
        calendar.add("name", name)
        calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    for entry in entries:
        calendar.add_component(_event(entry, stamp))
    written: bytes = calendar.to_ical()
    return written


def _event(entry: Entry, stamp: datetime) -> Event:
    from icalendar import Event

    event = Event()
    event.add("uid", entry.uid)
    event.add("sequence", entry.sequence)
    event.add("dtstamp", stamp.astimezone(UTC).replace(microsecond=0))
    event.add("dtstart", entry.starts_at.astimezone(UTC))
    event.add("dtend", entry.ends_at.astimezone(UTC))
    event.add("summary", entry.summary)
    event.add("status", "CANCELLED" if entry.cancelled else "CONFIRMED")
    event.add("transp", "TRANSPARENT" if entry.cancelled else "OPAQUE")
    for name in ("description", "location", "url"):
        if value := getattr(entry, name):
            event.add(name, value)
    if entry.organizer is not None:
        event.add("organizer", _address(entry.organizer), encode=False)
    if entry.attendee is not None:
        # They chose the time themselves: no answer is asked for.
        attendee = _address(entry.attendee, ROLE="REQ-PARTICIPANT", PARTSTAT="ACCEPTED", RSVP="FALSE")
        event.add("attendee", attendee, encode=False)
    return event


def _address(person: Person, **parameters: str) -> object:
    from icalendar import vCalAddress

    address = vCalAddress(f"mailto:{person.email}")
    for name, value in {"CN": person.name, **parameters}.items():
        if value:
            address.params[name] = value
    return address
