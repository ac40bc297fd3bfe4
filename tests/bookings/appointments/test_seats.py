from datetime import UTC, datetime, timedelta

import pytest

from bookings.appointments.seats import Load, lowest_free_seat, meeting_key, meeting_start, next_in_turn

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def test_the_lowest_seat_that_is_free() -> None:
    assert [lowest_free_seat(taken, 3) for taken in ({}, {1}, {1, 3}, {1, 2, 3})] == [1, 2, 2, None]


def test_a_meeting_is_a_service_at_a_start() -> None:
    assert meeting_key(7, NOON) == meeting_key(7, NOON.astimezone())
    assert meeting_start(meeting_key(7, NOON), 7) == NOON
    assert meeting_start(meeting_key(77, NOON), 7) is None


@pytest.mark.parametrize(
    ("loads", "chosen"),
    [
        ([Load(1, 3, NOON)], (1, "only")),
        ([Load(1, 3, NOON), Load(2, 1, NOON)], (2, "fewest")),
        ([Load(1, 2, NOON), Load(2, 2, NOON - timedelta(days=1))], (2, "longest_ago")),
        ([Load(1, 0, None), Load(2, 0, None)], (1, "longest_ago")),
        ([Load(1, 2, NOON), Load(2, 2, None), Load(3, 5, None)], (2, "longest_ago")),
    ],
)
def test_whose_turn_it_is(loads: list[Load], chosen: tuple[int, str]) -> None:
    assert next_in_turn(loads) == chosen
