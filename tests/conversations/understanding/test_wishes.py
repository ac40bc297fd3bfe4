"""When somebody would like to meet, as they say it in four languages."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from conversations.understanding.answers import parse_answer

MONDAY = datetime(2026, 3, 2, 12, 0, tzinfo=ZoneInfo("Asia/Yerevan"))
TUESDAY, WEDNESDAY, FRIDAY = "2026-03-03", "2026-03-04", "2026-03-06"


def wish(text: str) -> tuple[str | None, str | None, bool, str | None] | None:
    """Day, hour, whether the hour is the earliest, part of the day."""
    read = parse_answer(text, kind="wish", now=MONDAY, timezone="Asia/Yerevan", country="AM")
    if read is None:
        return None
    return read.value["day"], read.value["at"], read.value["after"], read.value["part"]


@pytest.mark.parametrize(
    ("text", "day", "at", "after", "part"),
    [
        ("Friday after 5", FRIDAY, "17:00", True, None),
        ("urbat 5ից հետո", FRIDAY, "17:00", True, None),
        ("ուրբաթ 5-ից հետո", FRIDAY, "17:00", True, None),
        ("cümə günü 5-dən sonra", FRIDAY, "17:00", True, None),
        ("в пятницу после 17:00", FRIDAY, "17:00", True, None),
        ("sabah 3-də", TUESDAY, "15:00", False, None),
        ("завтра утром", TUESDAY, None, False, "morning"),
        ("tomorrow morning", TUESDAY, None, False, "morning"),
        ("վաղը առավոտյան", TUESDAY, None, False, "morning"),
        ("sabah səhər", TUESDAY, None, False, "morning"),
        ("cümə günü axşam", FRIDAY, None, False, "evening"),
        ("çərşənbə axşamı", TUESDAY, None, False, None),
        ("после обеда", None, None, False, "day"),
        ("կեսօրից հետո", None, None, False, "day"),
        ("in the evening", None, None, False, "evening"),
        ("вечером", None, None, False, "evening"),
        ("երեկոյան", None, None, False, "evening"),
        ("Wednesday 11", WEDNESDAY, "11:00", False, None),
        ("friday 5 pm please", FRIDAY, "17:00", False, None),
        ("15:30", None, "15:30", False, None),
        ("в среду в 16:30", WEDNESDAY, "16:30", False, None),
        ("before 12", None, None, False, "morning"),
        ("next week", "2026-03-09", None, False, None),
        ("на следующей неделе утром", "2026-03-09", None, False, "morning"),
        ("հաջորդ շաբաթ", "2026-03-09", None, False, None),
        ("gələn həftə", "2026-03-09", None, False, None),
        ("at the weekend", "2026-03-07", None, False, None),
        ("5 марта в 15:00", "2026-03-05", "15:00", False, None),
    ],
)
def test_wishes(text: str, day: str | None, at: str | None, after: bool, part: str | None) -> None:
    assert wish(text) == (day, at, after, part)


@pytest.mark.parametrize(
    "text", ["hello", "how much is it?", "другое время", "I have 3 rooms and 2 baths", "yes", "Anna", "🙂"]
)
def test_no_wish(text: str) -> None:
    assert wish(text) is None
