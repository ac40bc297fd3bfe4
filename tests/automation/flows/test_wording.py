from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from automation.flows.wording import choose, duration, fill, opening, variables

YEREVAN = ZoneInfo("Asia/Yerevan")


@pytest.mark.parametrize(
    ("template", "values", "expected"),
    [
        ("Hello[, {name}]!", {"name": "Ani"}, "Hello, Ani!"),
        ("Hello[, {name}]!", {}, "Hello!"),
        ("Hello[, {name}]!", {"name": "  "}, "Hello!"),
        ("{person|A colleague} answers", {}, "A colleague answers"),
        ("{person|A colleague} answers", {"person": "Ani"}, "Ani answers"),
        ("Within [{wait|a day}].", {}, "Within a day."),
        ("as soon as we open[ ({opens})].", {"opens": "10:00"}, "as soon as we open (10:00)."),
        ("as soon as we open[ ({opens})].", {}, "as soon as we open."),
        ("[not a variable]", {}, "[not a variable]"),
        ("{name}", {"name": "{company} [x]"}, "{company} [x]"),
        ("{name}", {"name": "a\n b"}, "a b"),
        ("{name}", {"name": "x" * 500}, "x" * 80),
        ("{unknown} rest", {}, "rest"),
        ("{0} {", {}, "{"),
    ],
)
def test_fill(template: str, values: dict[str, str], expected: str) -> None:
    assert fill(template, values) == expected


def test_variables() -> None:
    assert variables("Hi[, {name}], {person|we} [{wait}]") == {"name", "person", "wait"}


def test_choose_falls_back_to_english_then_to_any() -> None:
    assert choose({"en": "a", "ru": "б"}, "ru") == "б"
    assert choose({"en": "a", "ru": ""}, "ru") == "a"
    assert choose({"hy": "բ"}, "ru") == "բ"
    assert choose({}, "ru") == ""


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [
        (0, ("1 minute", "1 минуты", "1 րոպեի", "1 dəqiqə")),
        (5, ("5 minutes", "5 минут", "5 րոպեի", "5 dəqiqə")),
        (21, ("21 minutes", "21 минуты", "21 րոպեի", "21 dəqiqə")),
        (60, ("1 hour", "1 часа", "1 ժամի", "1 saat")),
        (100, ("2 hours", "2 часов", "2 ժամի", "2 saat")),
    ],
)
def test_duration(minutes: int, expected: tuple[str, ...]) -> None:
    assert tuple(duration(minutes, language) for language in ("en", "ru", "hy", "az")) == expected


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (0, ("today, 10:00", "сегодня, 10:00", "այսօր, 10:00", "bu gün, 10:00")),
        (1, ("tomorrow, 10:00", "завтра, 10:00", "վաղը, 10:00", "sabah, 10:00")),
        (2, ("Wednesday, 10:00", "среда, 10:00", "չորեքշաբթի, 10:00", "çərşənbə, 10:00")),
        (9, ("11.03.2026, 10:00",) * 4),
    ],
)
def test_opening(days: int, expected: tuple[str, ...]) -> None:
    now = datetime(2026, 3, 1, 20, 30, tzinfo=UTC)  # half past midnight on Monday in Yerevan
    moment = datetime(2026, 3, 2, 10, 0, tzinfo=YEREVAN) + timedelta(days=days)
    assert tuple(opening(moment, now, language) for language in ("en", "ru", "hy", "az")) == expected
