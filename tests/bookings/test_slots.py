"""The rules of docs/bookings.md one by one, then as properties over twenty zones and the days on which clocks change."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bookings.slots import Availability, Interval, SlotRules, WeeklyHours, fits, free_slots

ZONES = [
    "Asia/Yerevan",
    "Asia/Baku",
    "Europe/Moscow",
    "Europe/Berlin",
    "Europe/London",
    "Europe/Dublin",
    "Europe/Chisinau",
    "America/New_York",
    "America/Los_Angeles",
    "America/St_Johns",
    "America/Santiago",
    "America/Havana",
    "Africa/Cairo",
    "Africa/Casablanca",
    "Asia/Jerusalem",
    "Asia/Beirut",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Pacific/Auckland",
]
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
BUSY_MACHINE = [HealthCheck.too_slow]


def rules(length: int = 60, step: int = 60, before: int = 0, after: int = 0, notice: int = 0) -> SlotRules:
    return SlotRules(length * MINUTE, step * MINUTE, before * MINUTE, after * MINUTE, notice * MINUTE)


def window_of(day: date, zone: str = "UTC", days: int = 1) -> Interval:
    """Whole days of the zone."""
    midnight = datetime.combine(day, time(), ZoneInfo(zone))
    end = datetime.combine(day + timedelta(days=days), time(), ZoneInfo(zone))
    return Interval(midnight.astimezone(UTC), end.astimezone(UTC))


def on(
    day: date,
    hours: Sequence[tuple[time, time]],
    *,
    zone: str = "UTC",
    busy: Sequence[Interval] = (),
    given_rules: SlotRules | None = None,
    now: datetime = LONG_AGO,
) -> list[str]:
    """Starts on that day as wall clock and offset, so that a repeated hour can be told apart."""
    found = free_slots(
        availability=Availability(zone, [], {day: hours}),
        busy=busy,
        rules=given_rules or rules(),
        window=window_of(day, zone),
        now=now,
    )
    assert all(each.tzinfo is UTC for each in found)
    return [each.astimezone(ZoneInfo(zone)).strftime("%H:%M") for each in found]


DAY = date(2026, 6, 1)


def utc(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 6, 1, hour, minute, tzinfo=UTC)


def test_starts_stand_on_a_grid_from_the_beginning_of_the_period() -> None:
    assert on(DAY, [(time(9, 10), time(12))], given_rules=rules(45, 30)) == [
        "09:10",
        "09:40",
        "10:10",
        "10:40",
        "11:10",
    ]


def test_a_meeting_ends_with_the_period_at_the_latest() -> None:
    assert on(DAY, [(time(9), time(11))]) == ["09:00", "10:00"]
    assert on(DAY, [(time(9), time(10, 59))]) == ["09:00"]
    assert on(DAY, [(time(9), time(9, 59))]) == []


def test_the_grid_does_not_shift_behind_what_is_taken() -> None:
    busy = [Interval(utc(9), utc(10, 15))]
    assert on(DAY, [(time(9), time(13))], busy=busy) == ["11:00", "12:00"]


def test_meetings_may_touch() -> None:
    busy = [Interval(utc(10), utc(11))]
    assert on(DAY, [(time(9), time(13))], busy=busy) == ["09:00", "11:00", "12:00"]


def test_buffers_keep_away_from_what_is_taken_and_may_reach_out_of_hours() -> None:
    busy = [Interval(utc(11), utc(12))]
    buffered = rules(60, 30, before=15, after=30)
    assert on(DAY, [(time(9), time(14))], busy=busy, given_rules=buffered) == [
        "09:00",
        "09:30",
        "12:30",
        "13:00",
    ]


def test_notice_is_a_filter_whose_boundary_is_offered() -> None:
    morning = [(time(9), time(12))]
    assert on(DAY, morning, given_rules=rules(notice=120), now=utc(8)) == ["10:00", "11:00"]
    assert on(DAY, morning, given_rules=rules(notice=120), now=utc(8) + timedelta(seconds=1)) == ["11:00"]


def test_the_window_is_half_open() -> None:
    found = free_slots(
        availability=Availability("UTC", [WeeklyHours(0, time(9), time(12))]),
        busy=[],
        rules=rules(),
        window=Interval(utc(9), utc(11)),
        now=LONG_AGO,
    )
    assert found == [utc(9), utc(10)]


def test_a_day_may_end_at_midnight_and_be_open_all_round() -> None:
    assert on(DAY, [(time(22), time())]) == ["22:00", "23:00"]
    assert len(on(DAY, [(time(), time())])) == 24


def test_an_overnight_period_belongs_to_the_day_on_which_it_begins() -> None:
    monday_night = Availability("UTC", [WeeklyHours(0, time(22), time(2), overnight=True)])
    found = free_slots(
        availability=monday_night, busy=[], rules=rules(), window=window_of(DAY, days=7), now=LONG_AGO
    )
    assert found == [utc(22), utc(23), utc(23) + HOUR, utc(23) + 2 * HOUR]
    closed = Availability("UTC", monday_night.weekly, {DAY + timedelta(days=1): []})
    assert (
        free_slots(availability=closed, busy=[], rules=rules(), window=window_of(DAY, days=7), now=LONG_AGO)
        == found
    )


def test_a_date_with_hours_of_its_own_forgets_the_week() -> None:
    week = [WeeklyHours(day, time(9), time(11)) for day in range(7)]
    own = {DAY: [(time(15), time(16))], DAY + timedelta(days=1): []}
    found = free_slots(
        availability=Availability("UTC", week, own),
        busy=[],
        rules=rules(),
        window=window_of(DAY, days=3),
        now=LONG_AGO,
    )
    assert [each.strftime("%d %H:%M") for each in found] == ["01 15:00", "03 09:00", "03 10:00"]


def test_spring_leaves_out_an_hour() -> None:
    """Berlin, 29 March 2026: 02:00 becomes 03:00."""
    day = date(2026, 3, 29)
    assert on(day, [(time(), time(6))], zone="Europe/Berlin") == ["00:00", "01:00", "03:00", "04:00", "05:00"]
    assert on(day, [(time(2, 30), time(5))], zone="Europe/Berlin") == ["03:00", "04:00"]


def test_autumn_repeats_an_hour_and_so_do_its_starts() -> None:
    """Berlin, 25 October 2026: 03:00 becomes 02:00."""
    day = date(2026, 10, 25)
    assert on(day, [(time(1), time(5))], zone="Europe/Berlin") == [
        "01:00",
        "02:00",
        "02:00",
        "03:00",
        "04:00",
    ]


def test_the_first_of_two_midnights_and_a_change_of_half_an_hour() -> None:
    lord_howe = date(2026, 4, 5)  # 02:00 becomes 01:30
    assert on(lord_howe, [(time(1), time(3))], zone="Australia/Lord_Howe", given_rules=rules(30, 30)) == [
        "01:00",
        "01:30",
        "01:30",
        "02:00",
        "02:30",
    ]
    havana = date(2026, 3, 8)  # midnight becomes 01:00
    assert on(havana, [(time(), time(3))], zone="America/Havana") == ["01:00", "02:00"]


def test_hours_that_make_no_sense_are_refused() -> None:
    for wrong in ((time(10), time(9)), (time(10), time(10))):
        with pytest.raises(ValueError, match="end after they start"):
            WeeklyHours(0, *wrong)
        with pytest.raises(ValueError, match="end after they start"):
            Availability("UTC", [], {DAY: [wrong]})
    with pytest.raises(ValueError, match="longer than nothing"):
        rules(step=0)
    with pytest.raises(ValueError, match="negative"):
        rules(before=-1)


clock_times = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30, 45]))


@st.composite
def periods(draw: st.DrawFn) -> tuple[time, time]:
    start, end = sorted(draw(st.lists(clock_times, min_size=2, max_size=2, unique=True)))
    return (end, time()) if start == time() else (start, end)


@st.composite
def change_days(draw: st.DrawFn) -> tuple[str, date]:
    """A zone and a day near which its clocks change, or any day where they do not."""
    zone = draw(st.sampled_from(ZONES))
    year = draw(st.integers(2024, 2030))
    first = datetime(year, 1, 1, 12, tzinfo=ZoneInfo(zone))
    offsets = [(first + timedelta(days=each)).utcoffset() for each in range(366)]
    changes = [place for place in range(1, 366) if offsets[place] != offsets[place - 1]]
    place = draw(st.sampled_from(changes)) if changes else draw(st.integers(0, 365))
    return zone, (first + timedelta(days=place + draw(st.integers(-2, 1)))).date()


@st.composite
def situations(draw: st.DrawFn) -> tuple[Availability, list[Interval], SlotRules, Interval, datetime]:
    zone, day = draw(change_days())
    weekly = [
        WeeklyHours(weekday, *period)
        for weekday in range(7)
        for period in draw(st.lists(periods(), max_size=2))
    ]
    if draw(st.booleans()):
        weekly.append(WeeklyHours(draw(st.integers(0, 6)), time(21, 30), time(3), overnight=True))
    overrides = {
        day + timedelta(days=each): draw(st.lists(periods(), max_size=2))
        for each in draw(st.sets(st.integers(-1, 3), max_size=2))
    }
    window = window_of(day, zone, days=3)
    minutes = st.integers(-120, 4 * 24 * 60)
    busy = [
        Interval(window.start + start * MINUTE, window.start + (start + length) * MINUTE)
        for start, length in draw(st.lists(st.tuples(minutes, st.integers(1, 300)), max_size=6))
    ]
    given_rules = rules(
        draw(st.sampled_from([15, 20, 45, 60, 90])),
        draw(st.sampled_from([5, 15, 30, 45, 60])),
        draw(st.sampled_from([0, 10, 30])),
        draw(st.sampled_from([0, 15])),
        draw(st.sampled_from([0, 60, 1440])),
    )
    return (
        Availability(zone, weekly, overrides),
        busy,
        given_rules,
        window,
        window.start + draw(minutes) * MINUTE,
    )


def reached(day: date, wall: time, zone: str) -> datetime:
    """By walking minute by minute: the first instant at which the zone's clock shows the wall time or more."""
    wanted = datetime.combine(day, wall)
    instant = wanted.replace(tzinfo=UTC) - timedelta(hours=15)
    while instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None) < wanted:
        instant += timedelta(minutes=15)
    return instant


def expected(
    availability: Availability, busy: list[Interval], given_rules: SlotRules, window: Interval, now: datetime
) -> list[datetime]:
    """The rules again, written for being read and not for speed."""
    zone = ZoneInfo(availability.timezone)
    found = set()
    day = window.start.astimezone(zone).date() - timedelta(days=2)
    while day <= window.end.astimezone(zone).date():
        weekly = [each for each in availability.weekly if each.weekday == day.weekday()]
        hours = [(each.start, each.end, each.overnight) for each in weekly]
        if day in availability.overrides:
            hours = [(start, end, False) for start, end in availability.overrides[day]]
        for start, end, overnight in hours:
            last = day + timedelta(days=1) if overnight or end == time() else day
            at, closes = reached(day, start, zone.key), reached(last, end, zone.key)
            while at + given_rules.length <= closes:
                begins, ends = (
                    at - given_rules.buffer_before,
                    at + given_rules.length + given_rules.buffer_after,
                )
                clear = all(ends <= each.start or begins >= each.end for each in busy)
                if clear and window.start <= at < window.end and at >= now + given_rules.min_notice:
                    found.add(at)
                at += given_rules.step
        day += timedelta(days=1)
    return sorted(found)


@settings(max_examples=250, deadline=None, suppress_health_check=BUSY_MACHINE)
@given(situations())
def test_the_quick_way_and_the_plain_way_agree(
    situation: tuple[Availability, list[Interval], SlotRules, Interval, datetime],
) -> None:
    availability, busy, given_rules, window, now = situation
    found = free_slots(availability=availability, busy=busy, rules=given_rules, window=window, now=now)
    assert found == expected(availability, busy, given_rules, window, now)
    for start in found:
        assert fits(availability=availability, busy=busy, rules=given_rules, start=start)


@settings(max_examples=100, deadline=None, suppress_health_check=BUSY_MACHINE)
@given(situations())
def test_taking_a_time_takes_only_what_it_touches(
    situation: tuple[Availability, list[Interval], SlotRules, Interval, datetime],
) -> None:
    availability, busy, given_rules, window, now = situation
    before = free_slots(availability=availability, busy=busy, rules=given_rules, window=window, now=now)
    if not before:
        return
    start = before[len(before) // 2]
    taken = Interval(start - given_rules.buffer_before, start + given_rules.length + given_rules.buffer_after)
    after = free_slots(
        availability=availability, busy=[*busy, taken], rules=given_rules, window=window, now=now
    )
    lost = set(before) - set(after)
    assert set(after) < set(before)
    assert start in lost
    reach = given_rules.length + given_rules.buffer_after + given_rules.buffer_before
    assert all(abs(each - start) < reach for each in lost)


@settings(max_examples=60, deadline=None, suppress_health_check=BUSY_MACHINE)
@given(situations())
def test_the_days_of_a_window_can_be_asked_one_by_one(
    situation: tuple[Availability, list[Interval], SlotRules, Interval, datetime],
) -> None:
    availability, busy, given_rules, window, now = situation
    middle = window.start + (window.end - window.start) / 3

    def ask(start: datetime, end: datetime) -> list[datetime]:
        return free_slots(
            availability=availability, busy=busy, rules=given_rules, window=Interval(start, end), now=now
        )

    assert ask(window.start, middle) + ask(middle, window.end) == ask(window.start, window.end)
