from datetime import UTC, date, datetime, time

import pytest
import time_machine
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks

from core.access.models import Team
from core.calendars.clock import Period
from core.calendars.models import BusinessCalendar
from core.calendars.operations import (
    clear_exception,
    delete_calendar,
    save_calendar,
    set_exception,
    set_week,
)
from core.calendars.queries import clock_for, holiday_countries, public_holidays
from core.errors import Refused
from tests.factories.core import TeamFactory

MONDAY_NOON = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)  # 12:00 in Yerevan
WEEK = [Period(day, time(10), time(19)) for day in range(5)]


@pytest.fixture
def company_calendar() -> BusinessCalendar:
    return BusinessCalendar.objects.create(name="Company", timezone="Asia/Yerevan", holiday_country="AM")


@pytest.mark.django_db
def test_without_a_calendar_it_is_always_open() -> None:
    assert clock_for().is_open(MONDAY_NOON)
    assert clock_for().timezone == "Asia/Yerevan"


@pytest.mark.django_db
def test_a_team_has_its_own_hours_or_the_companys(company_calendar: BusinessCalendar) -> None:
    sales, support = Team.objects.create(name="Sales"), Team.objects.create(name="Support")
    own = BusinessCalendar.objects.create(name="Support", team=support, timezone="Asia/Baku")
    set_week(calendar=company_calendar, periods=WEEK)
    set_week(calendar=own, periods=[Period(0, time(20), time(0))])

    assert clock_for(sales) == clock_for()
    assert clock_for(sales).is_open(MONDAY_NOON)
    assert clock_for(support).weekly == (Period(0, time(20), time(0)),)
    assert clock_for(support).timezone == "Asia/Baku"


@pytest.mark.django_db
def test_public_holidays_are_closed_unless_they_have_hours(
    company_calendar: BusinessCalendar,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    womens_day, constitution = date(2026, 3, 8), date(2026, 7, 5)
    hours = ((time(11), time(15)),)
    with time_machine.travel(MONDAY_NOON), django_capture_on_commit_callbacks(execute=True):
        assert clock_for().exceptions[womens_day] == ()
        set_exception(calendar=company_calendar, day=womens_day, hours=hours)
        set_exception(calendar=company_calendar, day=date(2026, 5, 5), hours=(), name="Stock-taking")

    with time_machine.travel(MONDAY_NOON), django_capture_on_commit_callbacks(execute=True):
        clock = clock_for()
        assert clock.exceptions[womens_day] == hours
        assert clock.exceptions[constitution] == ()
        assert clock.exceptions[date(2026, 5, 5)] == ()
        clear_exception(calendar=company_calendar, day=womens_day)
    with time_machine.travel(MONDAY_NOON):
        assert clock_for().exceptions[womens_day] == ()


@pytest.mark.django_db
def test_a_clock_is_remembered(
    company_calendar: BusinessCalendar, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(3):
        clock_for()
    with django_assert_num_queries(0):
        clock_for()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "periods",
    [
        [Period(0, time(9), time(13)), Period(0, time(12), time(18))],
        [Period(0, time(20), time(0)), Period(0, time(22), time(23))],
    ],
)
def test_overlapping_periods_are_refused(company_calendar: BusinessCalendar, periods: list[Period]) -> None:
    set_week(calendar=company_calendar, periods=WEEK)
    with pytest.raises(Refused, match="overlap"):
        set_week(calendar=company_calendar, periods=periods)
    with pytest.raises(Refused, match="end after"):
        set_exception(calendar=company_calendar, day=date(2026, 5, 5), hours=((time(9), time(8)),))

    assert company_calendar.hours.count() == 5


@pytest.mark.django_db
def test_hours_of_a_team_are_added_changed_and_given_up() -> None:
    team = TeamFactory(name="Support")
    week = [Period(0, time(9), time(12)), Period(0, time(13), time(17))]

    calendar = save_calendar(team=team, timezone="Asia/Baku", holiday_country="AZ", week=week)
    assert (calendar.name, calendar.hours.count()) == ("Support", 2)
    again = save_calendar(team=team, timezone="Asia/Tbilisi", holiday_country="", week=week[:1])
    assert (again.pk, again.timezone, again.hours.count()) == (calendar.pk, "Asia/Tbilisi", 1)
    with pytest.raises(Refused):
        save_calendar(team=team, timezone="UTC", holiday_country="", week=[*week, week[0]])
    again.refresh_from_db()
    assert again.timezone == "Asia/Tbilisi"
    delete_calendar(calendar=again)
    assert not BusinessCalendar.objects.exists()


def test_public_holidays_have_names_in_the_languages_of_their_country() -> None:
    with time_machine.travel(datetime(2026, 5, 5, tzinfo=UTC), tick=False):
        assert public_holidays("AM", "hy")[date(2026, 5, 9)] == "Հաղթանակի և Խաղաղության տոն"
        assert public_holidays("AM", "az")[date(2026, 5, 9)] == public_holidays("AM")[date(2026, 5, 9)]
        assert public_holidays("") == public_holidays("XX") == {}
    assert {"AM", "AZ", "GE", "RU"} <= set(holiday_countries())
