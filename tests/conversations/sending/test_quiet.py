from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.sending.quiet import QuietHours
from tests.factories.conversations import at

NIGHT = QuietHours(time(21), time(9))
ZONES = ("Asia/Yerevan", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC")


@pytest.mark.parametrize(
    ("quiet", "asked", "zone", "expected"),
    [
        (NIGHT, "2026-03-02T20:59:59+04:00", "Asia/Yerevan", "2026-03-02T20:59:59+04:00"),
        (NIGHT, "2026-03-02T21:00:00+04:00", "Asia/Yerevan", "2026-03-03T09:00:00+04:00"),
        (NIGHT, "2026-03-03T08:59:00+04:00", "Asia/Yerevan", "2026-03-03T09:00:00+04:00"),
        (NIGHT, "2026-03-03T09:00:00+04:00", "Asia/Yerevan", "2026-03-03T09:00:00+04:00"),
        # The customer's wall clock counts, not ours: noon in Yerevan is early in New York.
        (NIGHT, "2026-03-02T12:00:00+04:00", "America/New_York", "2026-03-02T09:00:00-05:00"),
        # The night in which the clocks are put forward.
        (NIGHT, "2026-03-28T23:00:00+01:00", "Europe/Berlin", "2026-03-29T09:00:00+02:00"),
        # An end that the clock leaves out is the instant of the jump; one that comes twice, its first, then its second.
        (
            QuietHours(time(22), time(2, 30)),
            "2026-03-29T01:00:00+01:00",
            "Europe/Berlin",
            "2026-03-29T03:00:00+02:00",
        ),
        (
            QuietHours(time(22), time(2, 30)),
            "2026-10-25T01:00:00+02:00",
            "Europe/Berlin",
            "2026-10-25T02:30:00+02:00",
        ),
        (
            QuietHours(time(22), time(2, 30)),
            "2026-10-25T02:10:00+01:00",
            "Europe/Berlin",
            "2026-10-25T02:30:00+01:00",
        ),
        # Saturday night, a quiet Sunday, the morning of Monday.
        (
            QuietHours(time(21), time(9), frozenset({6})),
            "2026-03-07T22:00:00+04:00",
            "Asia/Yerevan",
            "2026-03-09T09:00:00+04:00",
        ),
        (
            QuietHours(days=frozenset({5, 6})),
            "2026-03-07T10:00:00+04:00",
            "Asia/Yerevan",
            "2026-03-09T00:00:00+04:00",
        ),
        (
            QuietHours(time(13), time(15)),
            "2026-03-02T13:30:00+04:00",
            "Asia/Yerevan",
            "2026-03-02T15:00:00+04:00",
        ),
        (QuietHours(), "2026-03-02T03:00:00+04:00", "Asia/Yerevan", "2026-03-02T03:00:00+04:00"),
        (
            QuietHours(time(9), time(9)),
            "2026-03-02T03:00:00+04:00",
            "Asia/Yerevan",
            "2026-03-02T03:00:00+04:00",
        ),
    ],
)
def test_quiet_ends_by_the_customers_clock(quiet: QuietHours, asked: str, zone: str, expected: str) -> None:
    assert quiet.end_of_quiet(at(asked), zone) == at(expected)


def test_quiet_hours_that_make_no_sense_are_refused() -> None:
    with pytest.raises(ValueError, match="neither"):
        QuietHours(time(9))
    with pytest.raises(ValueError, match="every day"):
        QuietHours(days=frozenset(range(7)))


CLOCKS = st.times(max_value=time(23, 59)).map(lambda clock: clock.replace(second=0, microsecond=0))
HOURS = st.builds(QuietHours, CLOCKS, CLOCKS, st.frozensets(st.integers(0, 6), max_size=6)) | st.builds(
    QuietHours, days=st.frozensets(st.integers(0, 6), max_size=6)
)
MOMENTS = st.integers(0, 730 * 24 * 60).map(
    lambda minutes: at("2026-01-01T00:00:00+00:00") + timedelta(minutes=minutes)
)


def is_quiet(quiet: QuietHours, moment: datetime, zone: str) -> bool:
    """Said in other words than the module says it."""
    wall = moment.astimezone(ZoneInfo(zone))
    if wall.weekday() in quiet.days:
        return True
    if quiet.start is None or quiet.end is None or quiet.start == quiet.end:
        return False
    clock = wall.time()
    if quiet.start < quiet.end:
        return quiet.start <= clock < quiet.end
    return not quiet.end <= clock < quiet.start


@given(HOURS, MOMENTS, st.sampled_from(ZONES))
def test_what_is_put_off_leaves_at_the_first_moment_that_is_not_quiet(
    quiet: QuietHours, moment: datetime, zone: str
) -> None:
    end = quiet.end_of_quiet(moment, zone)
    assert end >= moment
    assert end - moment <= timedelta(days=9)
    assert not is_quiet(quiet, end, zone)
    assert quiet.end_of_quiet(end, zone) == end
    if end > moment:
        assert is_quiet(quiet, moment, zone)
        assert is_quiet(quiet, end - timedelta(seconds=1), zone)
    else:
        assert not is_quiet(quiet, moment, zone)
