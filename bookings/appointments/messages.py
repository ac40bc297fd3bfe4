"""What customers read about their meetings, in their language and their zone (spec 9.2, 9.4)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import yaml
from babel.dates import format_date, format_time

from bookings.appointments.links import booking_url, service_url
from bookings.appointments.models import Booking
from bookings.resources.models import ResourceKind
from bookings.services.models import MeetingFormat
from bookings.services.queries import in_words, title_of
from conversations.sending.drafts import QuickReply
from core.calendars.zones import city
from core.languages import Language
from crm.contacts import points
from crm.contacts.queries import points_of_contact

FILE = Path(__file__).parent / "data" / "messages.yaml"


def when_text(booking: Booking) -> str:
    """The start in the customer's zone: "Fri 5 June, 15:00 (Yerevan time)"."""
    return moment_text(booking.starts_at, timezone=booking.timezone, language=booking.language)


def moment_text(at: datetime, *, timezone: str, language: str) -> str:
    """A moment with its day and the name of the zone, as it is offered and told."""
    local = at.astimezone(ZoneInfo(timezone))
    return _text(
        "when",
        language,
        date=format_date(local, _text("date", language), locale=language),
        time=format_time(local, "HH:mm", locale=language),
        zone=zone_text(timezone, language),
    )


def zone_text(timezone: str, language: str) -> str:
    """The zone by its city, as people call it; by its technical name where it has none."""
    if "/" not in timezone or timezone.startswith("Etc/"):
        return timezone
    return _text("zone", language, city=city(timezone, language))


def confirmation_text(booking: Booking) -> str:
    return _lines(
        _head("confirmation", booking),
        _by_whom(booking),
        _place(booking),
        _prepare(booking),
        _change(booking),
    )


def reminder_text(booking: Booking, kind: str) -> str:
    """`kind`: 24h, 2h or 10m. What to prepare comes while there is time for it."""
    prepare = _prepare(booking) if kind == "24h" else ""
    return _lines(_head(f"reminder_{kind}", booking), _place(booking), prepare, _change(booking))


def moved_text(booking: Booking) -> str:
    return _lines(_head("moved", booking), _by_whom(booking), _place(booking), _change(booking))


def cancelled_text(booking: Booking) -> str:
    return _head("cancelled", booking)


def no_show_text(booking: Booking) -> str:
    return _head("no_show", booking)


def subject_text(booking: Booking) -> str:
    """Of a mail."""
    return f"{title_of(booking.service, booking.language)}: {when_text(booking)}"


def calendar_text(booking: Booking) -> str:
    """Inside the entry of a calendar, which tells the time itself."""
    return _lines(_by_whom(booking), _place(booking), _prepare(booking), _change(booking))


def location_text(booking: Booking) -> str:
    """Where a calendar points to: the address or the link; nothing for a call."""
    if booking.format == MeetingFormat.PHONE:
        return ""
    words = in_words(booking.service.where, booking.language)
    return (booking.service.link or words) if booking.format == MeetingFormat.LINK else words


def reminder_buttons(booking: Booking) -> list[QuickReply]:
    """Under a reminder and a confirmation; what comes back is dealt with by the flow."""
    return [_button(action, booking) for action in ("coming", "other", "cancel")]


def change_buttons(booking: Booking) -> list[QuickReply]:
    return [_button(action, booking) for action in ("other", "cancel")]


def rebook_buttons(booking: Booking) -> list[QuickReply]:
    """One tap to another time, after a no-show or a cancellation."""
    return [_button("other", booking)]


def _button(action: str, booking: Booking) -> QuickReply:
    return QuickReply(_text(f"button_{action}", booking.language), f"booking:{action}:{booking.public_id}")


def _head(name: str, booking: Booking) -> str:
    return _text(
        name,
        booking.language,
        title=title_of(booking.service, booking.language),
        when=when_text(booking),
        service_url=service_url(booking.service),
    )


def _by_whom(booking: Booking) -> str:
    if booking.resource.kind != ResourceKind.PERSON:
        return ""
    return _text("with", booking.language, resource=booking.resource.name)


def _place(booking: Booking) -> str:
    """Address, link or phone, with the service's own words."""
    language, words = booking.language, in_words(booking.service.where, booking.language)
    if booking.format == MeetingFormat.PHONE:
        number = points_of_contact(booking.contact).get("phone") if booking.contact else None
        if number is None:
            return _text("phone_unknown", language)
        return _text("phone", language, phone=points.shown_phone(number))
    if booking.format == MeetingFormat.LINK:
        link = _text("link", language, link=booking.service.link) if booking.service.link else ""
        return _lines(link, words)
    return _text("place", language, where=words) if words else ""


def _prepare(booking: Booking) -> str:
    words = in_words(booking.service.prepare, booking.language)
    return _text("prepare", booking.language, prepare=words) if words else ""


def _change(booking: Booking) -> str:
    return _text("change", booking.language, url=booking_url(booking))


def _lines(*lines: str) -> str:
    return "\n".join(line for line in lines if line)


def _text(name: str, language: str, **values: str) -> str:
    texts = _texts()[name]
    return texts.get(language, texts[Language.ENGLISH]).format(**values)


@cache
def _texts() -> Mapping[str, Mapping[str, str]]:
    found: Mapping[str, Mapping[str, str]] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return found
