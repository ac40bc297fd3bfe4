from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client

from bookings.appointments.links import service_url
from bookings.services.models import Service
from core.events.models import Event
from tests.desk.conftest import Counting
from tests.desk.reading import attributes, words
from tests.desk.settings.htmx import htmx, toast_of
from tests.factories.bookings import MONDAY, make_booking, make_resource, make_service
from tests.factories.core import CompanyFactory

URL = "/settings/services/"
FORM = {
    "name": "Measuring visit",
    "title_en": "Measuring",
    "title_ru": "Замер",
    "duration": "60",
    "step": "30",
    "buffer_before": "0",
    "buffer_after": "30",
    "min_notice": "120",
    "horizon_days": "14",
    "cutoff": "60",
    "hold_minutes": "15",
    "capacity": "1",
    "price": "5000",
    "currency": "AMD",
    "format": "place",
    "where_en": "At your place",
    "public": "on",
    "active": "on",
}


@pytest.fixture(autouse=True)
def _monday(db: None) -> Any:
    CompanyFactory()
    with time_machine.travel(MONDAY, tick=False):
        yield


def test_a_service_is_added_and_is_told_in_the_feed(desk: Client) -> None:
    anna = make_resource()
    answer = desk.post(
        f"{URL}new/", {**FORM, "resources": [str(anna.public_id)]}, headers=htmx("service-page")
    )

    service = Service.objects.get()
    assert answer.status_code == 204
    assert answer.headers["HX-Redirect"] == f"{URL}{service.public_id}/"
    assert (service.key, service.duration, service.price) == ("measuring_visit", 60, Decimal(5000))
    assert service.title == {"en": "Measuring", "ru": "Замер"}
    assert service.where == {"en": "At your place"}
    assert list(service.resources.all()) == [anna]
    event = Event.objects.get(name="service.changed")
    assert event.payload["name"] == "Measuring visit"
    assert {"duration", "price", "resources", "title"} <= set(event.payload["changes"])


def test_its_page_shows_link_and_free_times(desk: Client) -> None:
    service = make_service()
    page = desk.get(f"{URL}{service.public_id}/").content

    assert words(page, "#service-url") == [service_url(service)]
    (times,) = words(page, "#times")
    assert times.startswith("Today 10:00 10:30 11:00 +13 Tue, 2 Jun 10:00 10:30 11:00 +13")
    assert "Sat, 6 Jun –" in times


def test_a_booked_time_is_not_free_and_an_unsaved_length_counts(desk: Client) -> None:
    service = make_service()
    make_booking(service, datetime(2026, 6, 2, 6, 30, tzinfo=UTC))
    anna = service.resources.get()
    asked = {**FORM, "service": str(service.public_id), "resources": [str(anna.public_id)], "duration": "90"}
    answer = desk.post(f"{URL}preview/", {**asked, "min_notice": "0"}, headers=htmx("times"))

    (times,) = words(answer.content, "#times")
    assert "Today 10:00 10:30 11:00 +11" in times
    assert "Tue, 2 Jun 11:00 11:30 12:00 +9" in times
    assert Service.objects.get().duration == 30


def test_a_class_with_seats_left_stays_offered(desk: Client) -> None:
    service = make_service(capacity=2, duration=60, step=60)
    at = datetime(2026, 6, 2, 7, tzinfo=UTC)
    make_booking(service, at)
    first = words(desk.get(f"{URL}{service.public_id}/").content, "#times")[0]
    make_booking(service, at)
    second = words(desk.get(f"{URL}{service.public_id}/").content, "#times")[0]

    assert "Tue, 2 Jun 10:00 11:00 12:00 +5" in first
    assert "Tue, 2 Jun 10:00 12:00 13:00 +4" in second


def test_without_anybody_there_is_no_free_time(desk: Client) -> None:
    answer = desk.post(f"{URL}preview/", FORM, headers=htmx("times"))

    assert words(answer.content, "text-warn") == [
        "Choose who gives it: without anybody there is no free time."
    ]


@pytest.mark.parametrize(
    ("given", "place", "sentence"),
    [
        ({"name": ""}, "#id_name_error", "This field is required."),
        ({"duration": "3"}, "#id_duration_error", "Ensure this value is greater than or equal to 5."),
        ({"format": "link"}, "#id_link_error", "Give the link under which you meet."),
        ({"price": "-1"}, "#id_price_error", "Ensure this value is greater than or equal to 0."),
    ],
)
def test_what_makes_no_sense_is_said_at_its_field(
    desk: Client, given: dict[str, str], place: str, sentence: str
) -> None:
    service = make_service()
    answer = desk.post(f"{URL}{service.public_id}/", {**FORM, **given}, headers=htmx("service-page"))

    assert answer.status_code == 422
    assert words(answer.content, place) == [sentence]
    assert Service.objects.get().name == "Showroom visit"


def test_a_change_keeps_bookings_and_says_saved(desk: Client) -> None:
    booking = make_booking()
    answer = desk.post(f"{URL}{booking.service.public_id}/", FORM, headers=htmx("service-page"))

    assert (answer.status_code, toast_of(answer)) == (200, "Saved.")
    booking.refresh_from_db()
    assert (booking.ends_at - booking.starts_at).seconds == 30 * 60
    assert Service.objects.get().providers.count() == 0


def test_the_order_is_dragged(desk: Client) -> None:
    anna = make_resource()
    first, second = make_service(anna, name="First"), make_service(anna, name="Second")
    answer = desk.post(f"{URL}order/", {"order": [str(second.public_id), str(first.public_id)]})

    assert toast_of(answer) == "The order is saved."
    assert list(Service.objects.values_list("name", flat=True)) == ["Second", "First"]


def test_two_services_of_one_name_have_keys_of_their_own(desk: Client) -> None:
    anna = make_resource()
    keys = [make_service(anna, name="Замер").key for _ in range(3)]
    assert keys == ["zamer", "zamer_2", "zamer_3"]


def test_managers_read_and_nobody_else_does(reader: Client) -> None:
    make_service(make_resource("Anna"), make_resource("Boris"))
    page = reader.get(URL).content

    assert words(page, "row-main") == ["Showroom visit Anna, Boris"]
    assert attributes(page, "btn-primary", "href") == []


def test_an_empty_list_teaches(desk: Client) -> None:
    assert "Nothing can be booked yet" in words(desk.get(URL).content, "empty-hint")[0]


def test_the_list_costs_the_same_for_many(desk: Client, statements: Counting) -> None:
    anna = make_resource()
    make_service(anna)
    with statements() as few:
        desk.get(URL)
    for _ in range(4):
        make_service(make_resource(), anna)
    with statements() as many:
        desk.get(URL)
    assert len(many) == len(few) <= 12


def test_the_editor_costs_the_same_for_many(desk: Client, statements: Counting) -> None:
    service = make_service()
    desk.get(f"{URL}{service.public_id}/")
    with statements() as few:
        desk.get(f"{URL}{service.public_id}/")
    for _ in range(4):
        service.providers.create(resource=make_resource())
    with statements() as many:
        desk.get(f"{URL}{service.public_id}/")
    assert len(many) == len(few) <= 12
