"""What customers read, in four languages, in their own zone."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
import yaml

from bookings.appointments import messages
from bookings.appointments.links import booking_url, service_url
from bookings.appointments.models import Booking
from bookings.resources.models import Resource
from bookings.services.models import Service
from core.languages import Language
from crm.contacts.models import Contact

START = datetime(2026, 6, 5, 11, tzinfo=UTC)


def a_booking(language: str = "en", zone: str = "Asia/Yerevan", **service: Any) -> Booking:
    given = {
        "name": "Visit",
        "title": {"en": "Showroom visit", "hy": "Այց սրահ"},
        "where": {"en": "Teryan 5, Yerevan"},
        "prepare": {"en": "room measurements, photos"},
        "format": "place",
        **service,
    }
    contact = Contact(name="Ani")
    contact.known_points = (("phone", "+37491234567"),)
    return Booking(
        service=Service(**given),
        resource=Resource(name="Anna"),
        contact=contact,
        starts_at=START,
        timezone=zone,
        language=language,
        format=given["format"],
    )


@pytest.mark.parametrize(
    ("language", "zone", "said"),
    [
        ("en", "Asia/Yerevan", "Fri 5 June, 15:00 (Yerevan time)"),
        ("en", "America/New_York", "Fri 5 June, 07:00 (New York time)"),
        ("ru", "Asia/Yerevan", "пт, 5 июня, 15:00 (время в городе Ереван)"),
        ("hy", "Asia/Yerevan", "հունիսի 5, ուրբաթ, ժամը 15:00 (Երևան քաղաքի ժամանակով)"),
        ("az", "Asia/Baku", "5 iyun, cümə, saat 15:00 (Bakı vaxtı ilə)"),
        ("en", "UTC", "Fri 5 June, 11:00 (UTC)"),
    ],
)
def test_when_is_told_in_the_customers_zone_with_its_name(language: str, zone: str, said: str) -> None:
    assert messages.when_text(a_booking(language, zone)) == said


def test_a_confirmation_says_where_with_whom_what_to_prepare_and_how_to_change() -> None:
    booking = a_booking()
    assert messages.confirmation_text(booking) == "\n".join(
        [
            "You are booked: Showroom visit, Fri 5 June, 15:00 (Yerevan time).",
            "With Anna",
            "Where: Teryan 5, Yerevan",
            "Good to have ready: room measurements, photos",
            f"Move or cancel: {booking_url(booking)}",
        ]
    )


def test_a_link_and_a_call() -> None:
    by_link = a_booking(format="link", link="https://meet.example/x", where={})
    assert "Link: https://meet.example/x" in messages.reminder_text(by_link, "10m")
    call = a_booking(format="phone")
    assert "We will call you at +374 91 234567" in messages.reminder_text(call, "2h")
    assert call.contact is not None
    call.contact.known_points = ()
    assert "We will call you\n" in messages.reminder_text(call, "2h")


def test_what_to_prepare_is_not_said_when_it_is_too_late() -> None:
    said = [
        ("Good to have ready" in messages.reminder_text(a_booking(), kind)) for kind in ("24h", "2h", "10m")
    ]
    assert said == [True, False, False]


@pytest.mark.parametrize("language", Language.values)
def test_every_text_is_there_in_every_language(language: str) -> None:
    booking = a_booking(language)
    texts = [
        messages.confirmation_text(booking),
        messages.moved_text(booking),
        messages.cancelled_text(booking),
        messages.no_show_text(booking),
        messages.subject_text(booking),
        *(messages.reminder_text(booking, kind) for kind in ("24h", "2h", "10m")),
    ]
    assert all(messages.when_text(booking) in text for text in texts)
    assert all("{" not in text for text in texts)
    assert service_url(booking.service) in messages.no_show_text(booking)
    assert all(0 < len(button.label) <= 20 for button in messages.reminder_buttons(booking))


def test_no_text_lacks_a_language() -> None:
    found = yaml.safe_load(messages.FILE.read_text(encoding="utf-8"))
    assert {name: set(texts) for name, texts in found.items()} == dict.fromkeys(
        found, frozenset(Language.values)
    )
