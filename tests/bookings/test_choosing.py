from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bookings.choosing import Wish, good_times

ZONE = "Asia/Yerevan"
NOW = datetime(2026, 6, 1, 5, tzinfo=UTC)
"""A Monday, 09:00 in Yerevan."""


def local(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 6, day, hour, minute, tzinfo=ZoneInfo(ZONE)).astimezone(UTC)


WEEK = [local(day, hour, minute) for day in range(1, 6) for hour in range(10, 19) for minute in (0, 30)]


def said(times: list[datetime]) -> list[str]:
    return [each.astimezone(ZoneInfo(ZONE)).strftime("%d %H:%M") for each in times]


def chosen(**more: object) -> list[str]:
    return said(good_times(WEEK, timezone=ZONE, now=NOW, **more))  # type: ignore[arg-type]


def test_three_days_and_three_parts_of_the_day() -> None:
    assert chosen() == ["01 10:00", "02 12:00", "03 17:00"]


def test_other_times_are_other_times() -> None:
    first = good_times(WEEK, timezone=ZONE, now=NOW)
    second = good_times(WEEK, timezone=ZONE, now=NOW, seen=first)
    assert len(second) == 3
    assert not set(first) & set(second)


def test_a_day_that_was_named_is_kept_to() -> None:
    assert chosen(wish=Wish(day=date(2026, 6, 4))) == ["04 10:00", "04 12:00", "04 17:00"]


def test_an_hour_that_was_named_comes_first_and_others_near_it() -> None:
    found = chosen(wish=Wish(day=date(2026, 6, 4), at=time(15)))
    assert "04 15:00" in found
    assert all(each.startswith("04") for each in found)
    assert found == ["04 13:30", "04 15:00", "04 16:30"]


def test_evenings_are_asked_for_and_given() -> None:
    assert [each[3:] >= "17:00" for each in chosen(wish=Wish(part="evening"))] == [True, True, True]


def test_a_full_day_gives_the_nearest_ones() -> None:
    without = [each for each in WEEK if each.astimezone(ZoneInfo(ZONE)).day != 4]
    found = said(good_times(without, timezone=ZONE, now=NOW, wish=Wish(day=date(2026, 6, 4))))
    assert {each[:2] for each in found} <= {"03", "05"}


def test_nobody_is_offered_four_in_the_morning_unless_there_is_nothing_else() -> None:
    """Hours of Yerevan for somebody in New York."""
    found = good_times(WEEK, timezone="America/New_York", now=NOW)
    assert all(each.astimezone(ZoneInfo("America/New_York")).hour >= 8 for each in found)
    night = [local(2, 11), local(2, 12)]
    assert good_times(night, timezone="America/New_York", now=NOW) == night


def test_what_is_past_is_not_offered() -> None:
    assert good_times([NOW - timedelta(hours=1), NOW], timezone=ZONE, now=NOW) == []


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.integers(-500, 5000), max_size=60),
    st.sets(st.integers(0, 59), max_size=20),
    st.integers(1, 5),
    st.sampled_from([None, Wish(), Wish(part="morning"), Wish(day=date(2026, 6, 2)), Wish(at=time(12))]),
)
def test_choices_are_some_of_the_times_each_once_in_order(
    minutes: list[int], seen_places: set[int], count: int, wish: Wish | None
) -> None:
    times = [NOW + timedelta(minutes=each) for each in minutes]
    seen = [times[place] for place in seen_places if place < len(times)]
    found = good_times(times, timezone=ZONE, now=NOW, wish=wish, seen=seen, count=count)
    left = {each for each in times if each > NOW} - set(seen)
    assert found == sorted(set(found))
    assert set(found) <= left
    assert len(found) == min(count, len(left))
