"""A visitor books by the public page, as a browser without scripts would."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client

from bookings.appointments.models import Booking
from bookings.services.models import Service
from conversations import public_pages
from conversations.public_pages import form_key
from core.events.models import Event
from crm.contacts.models import Contact
from crm.pipeline.models import Lead, Pipeline
from tests.desk.conftest import Counting
from tests.desk.reading import attributes, words
from tests.factories.bookings import MONDAY, make_booking, make_resource, make_service
from tests.factories.core import CompanyFactory
from tests.factories.crm import sales_pipeline

TEN = datetime(2026, 6, 2, 6, tzinfo=UTC)
START = "2026-06-02T06:00Z"
ANAHIT = {"name": "Anahit", "reach": "091 234567", "purpose": "A kitchen", "start": START}


@pytest.fixture(autouse=True)
def _monday(db: None) -> Any:
    CompanyFactory()
    with time_machine.travel(MONDAY, tick=False):
        yield


@pytest.fixture
def pipeline(db: None) -> Pipeline:
    return sales_pipeline()


@pytest.fixture
def service(pipeline: Pipeline) -> Service:
    return make_service()


@pytest.fixture
def visitor() -> Client:
    return Client(enforce_csrf_checks=True)


def page_of(service: Service) -> str:
    return f"/book/{service.token}/"


def form(service: Service, **other: str) -> dict[str, str]:
    return {**ANAHIT, "key": form_key(service.token), **other}


def test_from_the_list_to_a_booked_time(visitor: Client, service: Service) -> None:
    listed = visitor.get("/book/").content
    (address,) = attributes(listed, "service", "href")
    assert address == page_of(service)
    assert words(listed, "service") == ["Showroom visit 30 minutes · At a place"]

    times = visitor.get(address).content
    assert words(times, "#times-title") == ["Monday, 1 June"]
    assert words(times, "time")[:3] == ["10:00", "10:30", "11:00"]

    tuesday = visitor.get(f"{address}?day=2026-06-02").content
    chosen = attributes(tuesday, "time", "href")[0]
    assert chosen == f"{address}?start=2026-06-02T06%3A00Z"

    fields = visitor.get(chosen).content
    assert words(fields, "chosen") == ["Tuesday, 2 June, 10:00 Yerevan, UTC+4 Another time"]

    answer = visitor.post(address, form(service))
    booking = Booking.objects.get()
    assert answer.status_code == 302
    assert answer.headers["Location"] == f"/booking/{booking.token}/?done=1"
    assert (booking.status, booking.starts_at, booking.purpose) == ("confirmed", TEN, "A kitchen")
    assert (booking.via, booking.timezone, booking.language) == ("page", "Asia/Yerevan", "en")
    lead = Lead.objects.get()
    assert (booking.lead, lead.source, lead.title) == (lead, "booking", "Anahit")
    assert list(lead.contact.points.values_list("kind", "value")) == [("phone", "+37491234567")]
    own = visitor.get(answer.headers["Location"]).content
    assert words(own, "done") == ["Booked. See you then!"]


def test_looking_changes_nothing(visitor: Client, service: Service) -> None:
    before = Event.objects.count()
    for address in ("/book/", page_of(service), f"{page_of(service)}?start={START}"):
        assert visitor.get(address).status_code == 200
        assert visitor.head(address).status_code == 200
    assert not Booking.objects.exists()
    assert Event.objects.count() == before


def test_the_pages_stay_with_their_owner(visitor: Client, service: Service) -> None:
    for address in ("/book/", page_of(service), f"{page_of(service)}?start={START}", "/book/forged/"):
        headers = visitor.get(address).headers if address != "/book/forged/" else {}
        if not headers:
            continue
        assert "no-store" in headers["Cache-Control"]
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["X-Robots-Tag"] == "noindex"
    assert visitor.get("/book/forged/").status_code == 404


@pytest.mark.parametrize("change", [{"public": False}, {"active": False}])
def test_a_service_that_is_not_public_has_no_page(
    visitor: Client, service: Service, change: dict[str, bool]
) -> None:
    Service.objects.update(**change)

    assert visitor.get(page_of(service)).status_code == 404
    assert visitor.post(page_of(service), form(service)).status_code == 404
    assert "Nothing can be booked here" in words(visitor.get("/book/").content, "none")[0]


def test_a_known_customer_keeps_the_open_lead(visitor: Client, service: Service) -> None:
    visitor.post(page_of(service), form(service))
    visitor.post(page_of(service), form(service, start="2026-06-03T06:00Z", name="Somebody"))

    assert Booking.objects.count() == 2
    assert [each.name for each in Contact.objects.all()] == ["Anahit"]
    assert Lead.objects.count() == 1


def test_an_email_instead_of_a_phone(visitor: Client, service: Service) -> None:
    visitor.post(page_of(service), form(service, reach=" Anahit@Example.com "))

    contact = Contact.objects.get()
    assert list(contact.points.values_list("kind", "value")) == [("email", "anahit@example.com")]


def test_the_same_form_twice_is_one_booking(visitor: Client, service: Service) -> None:
    sent = form(service)
    first, second = visitor.post(page_of(service), sent), visitor.post(page_of(service), sent)

    assert first.headers["Location"] == second.headers["Location"]
    assert Booking.objects.count() == 1
    assert Event.objects.filter(name="booking.confirmed").count() == 1


def test_just_taken_keeps_what_was_typed(visitor: Client, service: Service) -> None:
    make_booking(service, TEN)
    answer = visitor.post(page_of(service), form(service))

    assert answer.status_code == 409
    assert len(words(answer.content, "notice")) == 1
    assert words(answer.content, "radio")[:2] == ["Mon, 1 Jun, 10:00", "Mon, 1 Jun, 10:30"]
    assert attributes(answer.content, "#id_name", "value") == ["Anahit"]
    assert attributes(answer.content, "#id_reach", "value") == ["091 234567"]
    assert words(answer.content, "#id_purpose") == ["A kitchen"]
    assert Contact.objects.count() == 1  # of the other booking
    again = form(service, start="2026-06-02T06:30Z")
    assert visitor.post(page_of(service), again).status_code == 302


def test_a_link_to_a_time_that_is_gone(visitor: Client, service: Service) -> None:
    make_booking(service, TEN)
    page = visitor.get(f"{page_of(service)}?start={START}").content

    assert words(page, "notice") == ["This time was just taken. Please choose another one."]
    assert words(page, "#times-title") == ["Tuesday, 2 June"]
    assert "10:00" not in words(page, "time")


@pytest.mark.parametrize(
    ("wrong", "place", "sentence"),
    [
        ({"name": ""}, "#id_name_error", "Write your name."),
        ({"reach": ""}, "#id_reach_error", "Write how we can reach you."),
        (
            {"reach": "12345"},
            "#id_reach_error",
            "This is not a phone number that can be called. Write it with the country code, like +374 77 123456.",
        ),
        ({"start": "tomorrow"}, "notice", "Choose a time."),
    ],
)
def test_what_is_wrong_is_said_at_its_field(
    visitor: Client, service: Service, wrong: dict[str, str], place: str, sentence: str
) -> None:
    answer = visitor.post(page_of(service), form(service, **wrong))

    assert answer.status_code == 422
    assert words(answer.content, place) == [sentence]
    assert words(answer.content, "#id_purpose") == ["A kitchen"]
    assert not Booking.objects.exists()


def test_a_form_of_another_page_or_an_old_one(visitor: Client, service: Service) -> None:
    foreign = visitor.post(page_of(service), form(service, key=form_key("another")))
    with time_machine.travel(datetime(2026, 5, 30, tzinfo=UTC), tick=False):
        old = form(service)
    late = visitor.post(page_of(service), old)

    for answer in (foreign, late):
        assert answer.status_code == 409
        assert words(answer.content, "notice") == [
            "This page was open for too long. Please check the time and send it once more."
        ]
        assert attributes(answer.content, "#id_name", "value") == ["Anahit"]
    assert not Booking.objects.exists()


def test_so_many_forms_and_no_more(
    visitor: Client, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(public_pages, "SENT_IN_TEN_MINUTES", 1)
    visitor.post(page_of(service), form(service))
    answer = visitor.post(page_of(service), form(service, start="2026-06-03T06:00Z"))

    assert answer.status_code == 429
    assert attributes(answer.content, "#id_name", "value") == ["Anahit"]
    assert Booking.objects.count() == 1


def test_so_many_pages_and_no_more(
    visitor: Client, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(public_pages, "SEEN_PER_MINUTE", 2)
    cache.clear()
    statuses = [visitor.get(page_of(service)).status_code for _ in range(3)]
    assert statuses == [200, 200, 429]


@pytest.mark.parametrize(
    ("language", "title", "day"),
    [
        ("ru", "Визит в салон", "понедельник, 1 июня"),
        ("hy", "Այց սրահ", "երկուշաբթի, 1 հունիսի"),
        ("az", "Salona baş çəkmək", "bazar ertəsi, 1 iyun"),
    ],
)
def test_in_the_language_of_the_browser(
    visitor: Client, service: Service, language: str, title: str, day: str
) -> None:
    page = visitor.get(page_of(service), headers={"Accept-Language": f"{language},en;q=0.5"}).content

    assert words(page, "about")[0].startswith(title)
    assert words(page, "#times-title") == [day]
    switched = visitor.get(f"{page_of(service)}?lang=en", headers={"Accept-Language": language}).content
    assert words(switched, "#times-title") == ["Monday, 1 June"]
    assert "lang=en" in attributes(switched, "time", "href")[0]


def test_in_the_zone_that_was_chosen(visitor: Client, service: Service) -> None:
    page = visitor.get(f"{page_of(service)}?zone=Europe/Berlin").content
    assert words(page, "time")[:2] == ["08:00", "08:30"]
    assert words(page, "zone")[0].startswith("Times in Berlin (UTC+2)")

    visitor.cookies["zone"] = "Asia/Tokyo"
    assert words(visitor.get(page_of(service)).content, "time")[0] == "15:00"
    unknown = visitor.get(f"{page_of(service)}?zone=Mars/Base").content
    assert words(unknown, "time")[0] == "15:00"

    visitor.post(page_of(service), form(service))
    assert Booking.objects.get().timezone == "Asia/Tokyo"


def test_a_page_costs_the_same_for_many(visitor: Client, service: Service, statements: Counting) -> None:
    visitor.get(page_of(service))
    with statements() as few:
        visitor.get(page_of(service))
    for _ in range(4):
        service.providers.create(resource=make_resource())
        make_booking(service)
    with statements() as many:
        visitor.get(page_of(service))
    assert len(many) == len(few) <= 12
