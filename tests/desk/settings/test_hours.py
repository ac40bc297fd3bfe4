from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

import pytest
import time_machine
from django.test import Client

from core.calendars.models import BusinessCalendar, CalendarException, OpeningHours
from core.calendars.queries import clock_for
from tests.desk.reading import attributes, words
from tests.desk.settings.htmx import htmx, toast_of
from tests.factories.core import CalendarFactory, CompanyFactory, TeamFactory

URL = "/settings/hours/"
TUESDAY = datetime(2026, 5, 5, 8, tzinfo=UTC)
SPLIT = {
    "timezone": "Asia/Yerevan",
    "holiday_country": "AM",
    "from-0": ["09:00", "14:00"],
    "to-0": ["13:00", "18:30"],
    "from-5": ["22:00"],
    "to-5": ["00:00"],
}


@pytest.fixture(autouse=True)
def _at_one_moment() -> Any:
    with time_machine.travel(TUESDAY, tick=False):
        yield


@pytest.fixture
def calendar(db: None) -> BusinessCalendar:
    CompanyFactory()
    return CalendarFactory()


def test_the_week_is_saved_with_split_days_and_the_midnight(desk: Client, calendar: BusinessCalendar) -> None:
    assert clock_for().is_open(datetime(2026, 5, 6, 8, tzinfo=UTC))

    response = desk.post(URL, SPLIT, headers=htmx("hours-page"))

    assert response.status_code == 200
    assert toast_of(response) == "Saved."
    rows = list(OpeningHours.objects.values_list("weekday", "start", "end"))
    assert rows == [(0, time(9), time(13)), (0, time(14), time(18, 30)), (5, time(22), time(0))]
    calendar.refresh_from_db()
    assert calendar.holiday_country == "AM"
    assert attributes(response.content, "form-control", "value")[:4] == ["09:00", "13:00", "14:00", "18:30"]


def test_the_right_side_shows_what_the_unsaved_form_does(desk: Client, calendar: BusinessCalendar) -> None:
    OpeningHours.objects.all().delete()
    response = desk.post(f"{URL}preview/", SPLIT, headers=htmx("coming"))

    (coming,) = words(response.content, "coming")
    assert coming.startswith("Today closed Wed, 6 May closed Thu, 7 May closed Fri, 8 May closed Sat, 9 May")
    assert "Sat, 9 May Victory and Peace Day closed" in coming
    assert "Mon, 11 May 09:00–13:00, 14:00–18:30" in coming
    assert "Sat, 16 May 22:00–00:00" in coming
    assert not OpeningHours.objects.exists()


@pytest.mark.parametrize(
    ("given", "words_of_fault"),
    [
        (
            {"from-1": ["10:00"], "to-1": ["09:00"]},
            "The end must come after the start; 00:00 is the midnight that ends the day.",
        ),
        ({"from-1": ["10:00"], "to-1": [""]}, "Give both times, or remove the line."),
        ({"from-1": ["10:00", "12:00"], "to-1": ["13:00", "14:00"]}, "Two periods of one day overlap."),
        ({"from-1": ["ten"], "to-1": ["12:00"]}, "Give times as 09:30."),
    ],
)
def test_a_day_that_makes_no_sense(
    desk: Client, calendar: BusinessCalendar, given: dict[str, Any], words_of_fault: str
) -> None:
    base = {"timezone": "Asia/Yerevan", "holiday_country": ""}
    response = desk.post(URL, {**base, **given}, headers=htmx("hours-page"))

    assert response.status_code == 422
    assert words(response.content, "invalid-feedback") == [words_of_fault]
    assert OpeningHours.objects.count() == 5
    shown = attributes(response.content, "form-control", "value")
    assert [*given["from-1"], *given["to-1"]][0] in shown


def test_before_anything_is_set_a_week_is_suggested_and_nothing_counts(desk: Client) -> None:
    CompanyFactory()
    page = desk.get(URL).content

    assert attributes(page, "form-control", "value")[:2] == ["09:00", "18:00"]
    assert "the company counts as always open" in words(page, "alert-info")[0]
    assert desk.post(f"{URL}day/", {"date": "2026-05-09"}).status_code == 400
    assert not BusinessCalendar.objects.exists()


def test_a_single_day_is_closed_or_has_hours_of_its_own(desk: Client, calendar: BusinessCalendar) -> None:
    closed = desk.post(f"{URL}day/", {"date": "2026-05-06", "name": "Stocktaking"}, headers=htmx("days"))
    opened = {"date": "2026-05-09", "name": "Fair", "start": "11:00", "end": "15:00"}
    desk.post(f"{URL}day/", opened, headers=htmx("days"))

    assert closed.status_code == 200
    assert list(CalendarException.objects.values_list("date", "name", "start", "end")) == [
        (date(2026, 5, 6), "Stocktaking", None, None),
        (date(2026, 5, 9), "Fair", time(11), time(15)),
    ]
    page = desk.get(URL).content
    assert "Wed, 6 May Stocktaking closed" in words(page, "coming")[0]
    assert "Sat, 9 May Fair 11:00–15:00" in words(page, "coming")[0]

    desk.post(f"{URL}day/clear/", {"date": "2026-05-06"}, headers=htmx("days"))
    assert "Wed, 6 May 10:00–19:00" in words(desk.get(URL).content, "coming")[0]


def test_half_a_day_is_refused_at_its_field(desk: Client, calendar: BusinessCalendar) -> None:
    half = {"date": "2026-05-06", "start": "11:00", "end": ""}
    response = desk.post(f"{URL}day/", half, headers=htmx("days"))

    assert response.status_code == 422
    assert words(response.content, "#id_end_error") == ["Give both times, or none for a closed day."]
    backwards = desk.post(f"{URL}day/", {**half, "end": "10:00"}, headers=htmx("days"))
    assert words(backwards.content, "#id_end_error") == ["Hours must end after they start."]
    assert not CalendarException.objects.exists()


def test_a_team_keeps_hours_of_its_own_and_gives_them_back(desk: Client, calendar: BusinessCalendar) -> None:
    team = TeamFactory(name="Support")
    own = desk.post(f"{URL}own/", {"team": str(team.public_id)})

    assert own.headers["Location"] == f"{URL}?team={team.public_id}"
    assert OpeningHours.objects.filter(calendar__team=team).count() == 5
    desk.post(f"{URL}?team={team.public_id}", SPLIT, headers=htmx("hours-page"))
    assert OpeningHours.objects.filter(calendar__team=team).count() == 3
    assert OpeningHours.objects.filter(calendar=calendar).count() == 5

    desk.post(f"{URL}own/", {"team": str(team.public_id), "keep": "no"})
    assert list(BusinessCalendar.objects.all()) == [calendar]


def test_a_team_that_is_none(desk: Client, calendar: BusinessCalendar) -> None:
    assert desk.get(f"{URL}?team=nobody").status_code == 404
    assert desk.post(f"{URL}own/", {"team": "nobody"}).status_code == 400
