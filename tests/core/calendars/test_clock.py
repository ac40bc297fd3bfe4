from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.calendars.clock import BusinessClock, Period, first_instant

YEREVAN = "Asia/Yerevan"
BERLIN = "Europe/Berlin"
MIDNIGHT = time(0)
WEEKDAYS = tuple(Period(day, time(9), time(18)) for day in range(5))


def wall(zone: str, *parts: int) -> datetime:
    return datetime(*parts, tzinfo=ZoneInfo(zone)).astimezone(UTC)  # type: ignore[arg-type,misc]


def test_periods_are_half_open() -> None:
    clock = BusinessClock(YEREVAN, WEEKDAYS)

    assert not clock.is_open(wall(YEREVAN, 2026, 3, 2, 8, 59, 59))
    assert clock.is_open(wall(YEREVAN, 2026, 3, 2, 9))
    assert clock.is_open(wall(YEREVAN, 2026, 3, 2, 17, 59, 59))
    assert not clock.is_open(wall(YEREVAN, 2026, 3, 2, 18))
    assert not clock.is_open(wall(YEREVAN, 2026, 3, 1, 12))


def test_next_opening() -> None:
    clock = BusinessClock(YEREVAN, WEEKDAYS)

    friday_evening = wall(YEREVAN, 2026, 3, 6, 18)
    assert clock.next_opening(friday_evening) == wall(YEREVAN, 2026, 3, 9, 9)
    during = wall(YEREVAN, 2026, 3, 6, 12, 30)
    assert clock.next_opening(during) == during
    assert BusinessClock(YEREVAN).next_opening(during) is None


def test_split_shifts_and_the_midnight_that_ends_the_day() -> None:
    clock = BusinessClock(
        YEREVAN,
        (
            Period(4, time(15), MIDNIGHT),
            Period(4, time(10), time(14)),
            Period(5, MIDNIGHT, time(2)),
            Period(6, MIDNIGHT, MIDNIGHT),
        ),
    )

    assert clock.open_seconds(wall(YEREVAN, 2026, 3, 6), wall(YEREVAN, 2026, 3, 7)) == 13 * 3600
    assert clock.is_open(wall(YEREVAN, 2026, 3, 6, 23, 59))
    assert clock.is_open(wall(YEREVAN, 2026, 3, 7))
    assert not clock.is_open(wall(YEREVAN, 2026, 3, 7, 2))
    assert clock.next_opening(wall(YEREVAN, 2026, 3, 6, 14)) == wall(YEREVAN, 2026, 3, 6, 15)
    assert clock.open_seconds(wall(YEREVAN, 2026, 3, 8), wall(YEREVAN, 2026, 3, 9)) == 24 * 3600


def test_a_date_with_hours_of_its_own() -> None:
    closed, short = date(2026, 3, 9), date(2026, 3, 10)
    clock = BusinessClock(YEREVAN, WEEKDAYS, {closed: (), short: ((time(11), time(13)),)})

    assert clock.next_opening(wall(YEREVAN, 2026, 3, 9)) == wall(YEREVAN, 2026, 3, 10, 11)
    assert clock.open_seconds(wall(YEREVAN, 2026, 3, 9), wall(YEREVAN, 2026, 3, 12)) == 11 * 3600


def test_overlapping_periods_count_once() -> None:
    clock = BusinessClock(YEREVAN, (Period(0, time(9), time(13)), Period(0, time(12), time(15))))

    assert clock.open_seconds(wall(YEREVAN, 2026, 3, 2), wall(YEREVAN, 2026, 3, 3)) == 6 * 3600


def test_seconds_are_cut_at_both_ends_and_never_negative() -> None:
    clock = BusinessClock(YEREVAN, WEEKDAYS)
    start, end = wall(YEREVAN, 2026, 3, 2, 17, 59, 30), wall(YEREVAN, 2026, 3, 3, 9, 0, 15)

    assert clock.open_seconds(start, end) == 45
    assert clock.open_seconds(end, start) == 0
    assert clock.open_seconds(start, start) == 0


def test_the_change_of_clocks() -> None:
    nights = BusinessClock(BERLIN, tuple(Period(day, MIDNIGHT, time(6)) for day in range(7)))
    spring, autumn = date(2026, 3, 29), date(2026, 10, 25)

    for day, hours in ((spring, 5), (autumn, 7), (date(2026, 6, 1), 6)):
        start = wall(BERLIN, day.year, day.month, day.day)
        assert nights.open_seconds(start, start + timedelta(hours=20)) == hours * 3600


def test_a_start_that_spring_leaves_out_opens_at_the_change() -> None:
    clock = BusinessClock(BERLIN, (Period(6, time(2, 30), time(4)),))

    assert clock.next_opening(wall(BERLIN, 2026, 3, 29)) == datetime(2026, 3, 29, 1, 0, tzinfo=UTC)
    assert clock.open_seconds(wall(BERLIN, 2026, 3, 29), wall(BERLIN, 2026, 3, 30)) == 3600


@pytest.mark.parametrize(("start", "end"), [(time(9), time(9)), (time(18), time(9)), (time(9), time(8, 59))])
def test_hours_that_end_before_they_start_are_refused(start: time, end: time) -> None:
    with pytest.raises(ValueError, match="must end after"):
        Period(0, start, end)
    with pytest.raises(ValueError, match="must end after"):
        BusinessClock(YEREVAN, (), {date(2026, 3, 2): ((start, end),)})


# Zones with a change at night, at midnight, over midnight, by half an hour, and without any; near the change.
CHANGES = {
    BERLIN: (date(2026, 3, 28), date(2026, 10, 24)),
    "America/Santiago": (date(2026, 4, 3), date(2026, 9, 5)),
    "Australia/Lord_Howe": (date(2026, 4, 4), date(2026, 10, 3)),
    "Asia/Beirut": (date(2026, 3, 28), date(2026, 10, 24)),
    "America/Havana": (date(2026, 3, 7), date(2026, 10, 31)),
    YEREVAN: (date(2026, 1, 1),),
}
times = st.integers(0, 95).map(lambda quarter: time(quarter // 4, quarter % 4 * 15))
spans = st.tuples(times, times).filter(lambda pair: pair[1] == MIDNIGHT or pair[0] < pair[1])
periods = st.builds(lambda day, span: Period(day, *span), st.integers(0, 6), spans)


def minutes_open(clock: BusinessClock, start: datetime, minutes: int) -> list[bool]:
    """Slow and simple: walk every minute, open what has begun, close what has ended."""
    zone = ZoneInfo(clock.timezone)
    begins = start - timedelta(days=3)
    days = [begins.astimezone(zone).date() + timedelta(days=n) for n in range(12)]
    spans_of_days = []
    for day in days:
        for opens, closes in clock.hours_on(day):
            end = datetime.combine(day + timedelta(days=closes == MIDNIGHT), closes)
            spans_of_days.append([datetime.combine(day, opens), end, False, False])
    found = []
    for minute in range(3 * 1440 + minutes):
        at = (begins + timedelta(minutes=minute)).astimezone(zone).replace(tzinfo=None)
        for span in spans_of_days:
            span[2] = span[2] or at >= span[0]
            span[3] = span[3] or at >= span[1]
        found.append(any(begun and not ended for _, _, begun, ended in spans_of_days))
    return found[3 * 1440 :]


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_the_clock_agrees_with_walking_every_minute(data: st.DataObject) -> None:
    zone = data.draw(st.sampled_from(sorted(CHANGES)))
    first = data.draw(st.sampled_from(CHANGES[zone]))
    weekly = tuple(data.draw(st.lists(periods, max_size=8)))
    special = data.draw(st.dictionaries(st.integers(0, 3), st.lists(spans, max_size=2), max_size=2))
    clock = BusinessClock(
        zone, weekly, {first + timedelta(days=day): tuple(hours) for day, hours in special.items()}
    )
    start = datetime.combine(first, time(0), tzinfo=UTC)
    minutes = 2 * 1440
    walked = minutes_open(clock, start, minutes)

    assert [clock.is_open(start + timedelta(minutes=n)) for n in range(0, minutes, 7)] == walked[::7]
    since, until = sorted(data.draw(st.tuples(st.integers(0, minutes), st.integers(0, minutes))))
    counted = clock.open_seconds(start + timedelta(minutes=since), start + timedelta(minutes=until))
    assert counted == 60 * sum(walked[since:until])
    opening = clock.next_opening(start + timedelta(minutes=since))
    expected = next((n for n in range(since, minutes) if walked[n]), None)
    if expected is None:
        assert opening is None or opening >= start + timedelta(minutes=minutes)
    else:
        assert opening == start + timedelta(minutes=expected)


def test_the_first_instant_of_a_repeated_hour() -> None:
    assert first_instant(datetime(2026, 10, 25, 2, 30), ZoneInfo(BERLIN)) == datetime(  # noqa: DTZ001
        2026, 10, 25, 0, 30, tzinfo=UTC
    )
