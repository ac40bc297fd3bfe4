from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

import pytest
import time_machine
from django.test import Client

from bookings.appointments.links import feed_url
from bookings.resources.models import Resource, ResourceException
from core.access.models import User
from core.events.models import Event
from tests.desk.conftest import Counting
from tests.desk.reading import attributes, words
from tests.desk.settings.htmx import htmx, toast_of
from tests.factories.bookings import MONDAY, make_booking, make_resource, make_service
from tests.factories.core import CompanyFactory

URL = "/settings/resources/"
FORM: dict[str, Any] = {
    "name": "Anna",
    "kind": "person",
    "timezone": "Asia/Yerevan",
    "holiday_country": "",
    "active": "on",
    "from-0": ["10:00", "14:00"],
    "to-0": ["13:00", "18:00"],
    "night-0": ["", ""],
    "from-4": ["22:00"],
    "to-4": ["02:00"],
    "night-4": ["1"],
}


@pytest.fixture(autouse=True)
def _monday(db: None) -> Any:
    CompanyFactory()
    with time_machine.travel(MONDAY, tick=False):
        yield


def test_a_person_is_added_with_a_night_in_the_week(desk: Client, agent: User) -> None:
    service = make_service()
    asked = {**FORM, "name": "Aram", "user": str(agent.public_id), "services": [str(service.public_id)]}
    answer = desk.post(f"{URL}new/", asked, headers=htmx("resource-page"))

    aram = Resource.objects.get(name="Aram")
    assert answer.status_code == 204
    assert answer.headers["HX-Redirect"] == f"{URL}{aram.public_id}/"
    assert (aram.user, aram.kind, aram.active) == (agent, "person", True)
    assert list(aram.hours.values_list("weekday", "start", "end", "overnight")) == [
        (0, time(10), time(13), False),
        (0, time(14), time(18), False),
        (4, time(22), time(2), True),
    ]
    assert list(aram.services.all()) == [service]
    changes = Event.objects.filter(name="resource.changed").latest("pk").payload["changes"]
    assert {"name", "user", "hours", "services"} <= set(changes)


def test_the_right_side_shows_what_remains_free(desk: Client) -> None:
    service = make_service()
    make_booking(service, datetime(2026, 6, 2, 8, tzinfo=UTC))
    anna = service.resources.get()
    page = desk.get(f"{URL}{anna.public_id}/").content

    (free,) = words(page, "#free")
    assert free.startswith("Today 10:00–18:00 Tue, 2 Jun 10:00–12:00 12:30–18:00 Wed, 3 Jun 10:00–18:00")
    assert "Sat, 6 Jun closed" in free
    assert words(page, "#feed-url") == [feed_url(anna)]


def test_the_preview_follows_the_unsaved_form(desk: Client) -> None:
    anna = make_resource()
    asked = {**FORM, "resource": str(anna.public_id), "holiday_country": "AM"}
    answer = desk.post(f"{URL}preview/", asked, headers=htmx("free"))

    (free,) = words(answer.content, "#free")
    assert "Today 10:00–13:00 14:00–18:00" in free
    assert "Fri, 5 Jun 22:00–00:00 Sat, 6 Jun 00:00–02:00" in free
    assert "Mon, 8 Jun 10:00–13:00 14:00–18:00" in free
    assert anna.hours.count() == 5


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (
            {"from-0": ["12:00"], "to-0": ["11:00"], "night-0": [""]},
            "The end must come after the start, or lie on the next day.",
        ),
        (
            {"from-0": ["12:00"], "to-0": ["13:00"], "night-0": ["1"]},
            "A period ends within 24 hours: choose the same day, or an earlier end.",
        ),
        ({"from-5": ["01:00"], "to-5": ["03:00"], "night-5": [""]}, "Two periods overlap."),
        ({"from-1": ["ten"], "to-1": ["12:00"]}, "Give times as 09:30."),
    ],
)
def test_a_week_that_makes_no_sense(desk: Client, given: dict[str, Any], sentence: str) -> None:
    anna = make_resource()
    answer = desk.post(f"{URL}{anna.public_id}/", {**FORM, **given}, headers=htmx("resource-page"))

    assert answer.status_code == 422
    assert words(answer.content, "invalid-feedback") == [sentence]
    assert anna.hours.count() == 5
    assert next(iter(given.values()))[0] in attributes(answer.content, "form-control", "value")


def test_single_days_are_closed_or_have_hours(desk: Client) -> None:
    anna = make_resource()
    address = f"{URL}{anna.public_id}/day/"
    desk.post(address, {"date": "2026-06-03", "name": "Dentist"}, headers=htmx("days"))
    desk.post(address, {"date": "2026-06-06", "start": "11:00", "end": "15:00"}, headers=htmx("days"))
    half = desk.post(address, {"date": "2026-06-04", "start": "11:00"}, headers=htmx("days"))

    assert half.status_code == 422
    assert words(half.content, "#id_end_error") == ["Give both times, or none for a closed day."]
    assert list(ResourceException.objects.values_list("date", "name", "start")) == [
        (date(2026, 6, 3), "Dentist", None),
        (date(2026, 6, 6), "", time(11)),
    ]
    (free,) = words(desk.get(f"{URL}{anna.public_id}/").content, "#free")
    assert "Wed, 3 Jun Dentist closed" in free
    assert "Sat, 6 Jun 11:00–15:00" in free

    desk.post(f"{address}clear/", {"date": "2026-06-03"}, headers=htmx("days"))
    assert "Wed, 3 Jun 10:00–18:00" in words(desk.get(f"{URL}{anna.public_id}/").content, "#free")[0]


def test_a_room_belongs_to_nobody(desk: Client, agent: User) -> None:
    anna = make_resource(user=agent)
    asked = {**FORM, "kind": "room", "user": str(agent.public_id)}
    answer = desk.post(f"{URL}{anna.public_id}/", asked, headers=htmx("resource-page"))

    assert toast_of(answer) == "Saved."
    anna.refresh_from_db()
    assert (anna.kind, anna.user) == ("room", None)


def test_a_colleague_has_one_calendar(desk: Client, agent: User) -> None:
    make_resource("Aram", user=agent)
    answer = desk.post(f"{URL}new/", {**FORM, "user": str(agent.public_id)}, headers=htmx("resource-page"))

    assert answer.status_code == 422
    assert Resource.objects.count() == 1


def test_managers_read(reader: Client) -> None:
    make_service(make_resource("Anna"))
    page = reader.get(URL).content

    assert words(page, "row-main") == ["Anna Showroom visit"]
    assert attributes(page, "btn-primary", "href") == []


def test_the_pages_cost_the_same_for_many(desk: Client, statements: Counting) -> None:
    anna = make_resource()
    make_service(anna)
    addresses = [URL, f"{URL}{anna.public_id}/"]
    with statements() as few:
        for address in addresses:
            desk.get(address)
    for _ in range(4):
        make_service(make_resource(), anna)
    with statements() as many:
        for address in addresses:
            desk.get(address)
    assert len(many) == len(few) <= 24
