"""Business hours of stored instants: SQL looks them up as the calendar does, over clocks that change and holidays."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.calendars.clock import BusinessClock, Period, folds
from core.conditions import Moment, parse
from tests.core.conditions.things import FIELDS, Thing

ZONES = ("Europe/Berlin", "America/Havana", "Australia/Lord_Howe", "Asia/Yerevan", "Pacific/Apia")
SHIFTS = [
    (time(9), time(18)),
    (time(0), time(0)),
    (time(0), time(1, 30)),
    (time(1, 30), time(2, 30)),
    (time(2), time(3)),
    (time(22), time(0)),
    (time(23, 45), time(0)),
]


def clock(random: Random, zone: str) -> BusinessClock:
    """A week with shifts in the hours that clocks leave out and repeat, and days of their own."""
    weekly = []
    for weekday in range(7):
        for start, end in random.sample(SHIFTS, random.choice([0, 1, 1, 2])):
            weekly.append(Period(weekday, start, end))
    days = [date(2024, 11, 3), date(2024, 10, 27), date(2024, 4, 7), date(2025, 1, 1), date(2011, 10, 30)]
    exceptions = {
        day: tuple(random.sample(SHIFTS, random.choice([0, 0, 1]))) for day in random.sample(days, 3)
    }
    return BusinessClock(zone, tuple(weekly), exceptions)


def instants(random: Random, zone: str) -> list[datetime]:
    """Around the changes of the clocks and around midnights."""
    near = [fold.start for fold in folds(zone) if fold.start.year in (1985, 2011, 2024, 2025)]
    near += [datetime(2024, 3, 10, 5, tzinfo=UTC), datetime(2024, 3, 31, 1, tzinfo=UTC)]
    near += [datetime(2025, 1, 1, tzinfo=UTC), datetime(2024, 10, 5, 15, 30, tzinfo=UTC)]
    steps = [timedelta(minutes=minutes) for minutes in range(-300, 301, 15)]
    found = [each + random.choice(steps) for each in near for _time in range(8)]
    ticks = [timedelta(microseconds=each) for each in (-1, 0, 0, 1)]
    return [each + random.choice(ticks) for each in found]


@pytest.mark.parametrize("zone", ZONES)
def test_sql_is_open_when_the_calendar_is(things_table: None, zone: str) -> None:
    random, open_ones = Random(zone), 0
    things = Thing.objects.bulk_create(Thing(seen=each) for each in [*instants(random, zone), None])
    for _time in range(12):
        at = Moment(datetime(2025, 3, 1, tzinfo=UTC), "UTC", clock(random, zone))
        for wanted in (True, False):
            condition = parse({"field": "seen", "op": "is_open", "value": wanted}, "thing", fields=FIELDS)
            meant = {thing.seen for thing in things if condition.matches(thing, at)}
            found = Thing.objects.filter(condition.to_q(at)).values_list("seen", flat=True)
            assert set(found) == meant
            open_ones += len(meant) if wanted else 0
    assert open_ones > 50


@pytest.mark.parametrize("zone", ZONES)
def test_older_than_business_hours_means_that_so_many_have_passed(things_table: None, zone: str) -> None:
    random = Random(zone)
    things = Thing.objects.bulk_create(Thing(seen=each) for each in instants(random, zone))
    for _time in range(12):
        hours = random.choice([1, 4, 9, 40])
        calendar = clock(random, zone)
        at = Moment(random.choice(instants(random, zone)), "UTC", calendar)
        span = {"business_hours": hours}
        older = parse({"field": "seen", "op": "older_than", "value": span}, "thing", fields=FIELDS)
        within = parse({"field": "seen", "op": "within_last", "value": span}, "thing", fields=FIELDS)
        if calendar.ago(at.now, timedelta(hours=hours)) is None:
            continue
        meant = {
            thing.seen
            for thing in things
            if thing.seen
            and (thing.seen > datetime(2010, 1, 1, tzinfo=UTC))
            and calendar.open_seconds(thing.seen, at.now) >= hours * 3600
        }
        for condition, wanted in ((older, meant), (within, None)):
            in_python = {thing.seen for thing in things if condition.matches(thing, at)}
            in_sql = set(Thing.objects.filter(condition.to_q(at)).values_list("seen", flat=True))
            assert in_sql == in_python
            if wanted is not None:
                assert {each for each in in_python if each and each.year > 2010} == wanted
        assert all(
            older.matches(thing, at) is not within.matches(thing, at)
            for thing in things
            if thing.seen and thing.seen <= at.now
        )


@given(seed=st.integers(0, 2**32), zone=st.sampled_from(ZONES), hours=st.sampled_from([1, 3, 9, 40]))
@settings(max_examples=60, deadline=None, derandomize=True)
def test_ago_and_after_are_the_edges_of_the_hours(seed: int, zone: str, hours: int) -> None:
    random = Random(seed)
    calendar, length = clock(random, zone), timedelta(hours=hours)
    now = random.choice(instants(random, zone))
    begins, ends = calendar.ago(now, length), calendar.after(now, length)
    if begins is not None:
        assert calendar.open_seconds(begins, now) == hours * 3600
        assert calendar.open_seconds(begins + timedelta(seconds=1), now) < hours * 3600
    if ends is not None:
        assert calendar.open_seconds(now, ends) == hours * 3600
        assert calendar.open_seconds(now, ends - timedelta(seconds=1)) < hours * 3600


def test_without_a_calendar_nothing_is_known_of_business_hours(things_table: None) -> None:
    now = datetime(2025, 3, 3, 12, tzinfo=UTC)
    thing = Thing.objects.create(seen=now - timedelta(days=9))
    for leaf in ({"op": "older_than", "value": {"business_hours": 1}}, {"op": "is_open"}):
        for calendar in (None, BusinessClock("UTC")):
            at = Moment(now, "UTC", calendar)
            condition = parse({"field": "seen", **leaf}, "thing", fields=FIELDS)
            assert condition.matches(thing, at) is False
            assert list(Thing.objects.filter(condition.to_q(at))) == []
            assert condition.next_change(thing, at) is None


@pytest.mark.parametrize(
    ("op", "value", "words"),
    [
        ("older_than", {"business_hours": 4}, "Seen is more than 4 business hours ago"),
        ("within_last", {"business_hours": 1}, "Seen is within the last 1 business hour"),
        ("older_than", 7, "Seen is more than 7 days ago"),
    ],
)
def test_business_hours_read_in_words(op: str, value: Any, words: str) -> None:
    condition = parse({"field": "seen", "op": op, "value": value}, "thing", fields=FIELDS)
    assert condition.describe("en") == words
    assert parse(condition.to_json(), "thing", fields=FIELDS) == condition
