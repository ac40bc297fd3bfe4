from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from bookings.public.strip import choices_of, day_of, instant, stamp, strip_of

NOW = datetime(2026, 6, 1, 5, tzinfo=UTC)
LAST = NOW + timedelta(days=20)
TUESDAY = datetime(2026, 6, 2, 6, tzinfo=UTC)


def test_the_week_of_the_first_free_day_is_shown() -> None:
    late = [datetime(2026, 6, 10, hour, tzinfo=UTC) for hour in (5, 9, 14)]
    found = strip_of(late, zone="Asia/Yerevan", now=NOW, last=LAST)

    assert found.chosen == date(2026, 6, 10)
    assert [tab.date.day for tab in found.tabs] == [8, 9, 10, 11, 12, 13, 14]
    assert [tab.count for tab in found.tabs] == [0, 0, 3, 0, 0, 0, 0]
    assert [(part.name, len(part.choices)) for part in found.parts] == [
        ("morning", 1),
        ("day", 1),
        ("evening", 1),
    ]
    assert (found.earlier, found.later) == (date(2026, 6, 1), date(2026, 6, 15))


def test_days_are_those_of_the_visitor() -> None:
    late = [datetime(2026, 6, 2, 22, tzinfo=UTC)]
    assert strip_of(late, zone="America/New_York", now=NOW, last=LAST).chosen == date(2026, 6, 2)
    assert strip_of(late, zone="Asia/Yerevan", now=NOW, last=LAST).chosen == date(2026, 6, 3)


def test_a_day_without_times_names_the_next_one() -> None:
    found = strip_of([TUESDAY], zone="UTC", now=NOW, last=LAST, asked=date(2026, 6, 1))

    assert (found.chosen, found.parts) == (date(2026, 6, 1), [])
    assert found.next_free == date(2026, 6, 2)
    assert (found.earlier, found.later) == (None, date(2026, 6, 8))


@pytest.mark.parametrize("asked", [date(2026, 5, 31), date(2027, 1, 1)])
def test_days_that_are_not_offered_count_for_nothing(asked: date) -> None:
    found = strip_of([TUESDAY], zone="UTC", now=NOW, last=LAST, asked=asked)
    assert found.chosen == date(2026, 6, 2)


def test_without_any_time_it_is_today() -> None:
    found = strip_of([], zone="UTC", now=NOW, last=LAST)
    assert (found.chosen, found.next_free, found.parts) == (date(2026, 6, 1), None, [])


def test_the_hour_that_autumn_repeats_is_told_apart() -> None:
    twice = [datetime(2026, 10, 25, hour, 30, tzinfo=UTC) for hour in (0, 1, 2)]
    found = choices_of(twice, zone="Europe/Berlin")
    assert [(f"{each.at:%H:%M}", each.offset) for each in found] == [
        ("02:30", "+0200"),
        ("02:30", "+0100"),
        ("03:30", ""),
    ]


def test_an_instant_in_an_address() -> None:
    assert stamp(TUESDAY) == "2026-06-02T06:00Z"
    assert instant("2026-06-02T06:00Z") == TUESDAY
    assert instant("2026-06-02 06:00") is None
    assert instant("2026-13-45T99:00Z") is None
    assert day_of("2026-06-02") == date(2026, 6, 2)
    assert day_of("2026-06-31") is None
