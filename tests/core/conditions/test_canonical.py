import re
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from core.conditions import FieldType, Money, Text, dump, load
from core.conditions.canonical import DATE_PATTERN, DATETIME_PATTERN

YEREVAN = timezone(timedelta(hours=4))


@pytest.mark.parametrize(
    ("kind", "value", "stored", "read"),
    [
        ("number", 7, 7, Decimal(7)),
        ("number", Decimal("2.50"), 2.5, Decimal("2.5")),
        ("number", 0.1, 0.1, Decimal("0.1")),
        ("number", Decimal("1.0000005"), 1.000001, Decimal("1.000001")),
        ("number", Decimal("-0.0"), 0, Decimal(0)),
        ("number", 999_999_999_999_999, 999_999_999_999_999, Decimal(999_999_999_999_999)),
        ("duration", 7, 7, Decimal(7)),
        (
            "money",
            Money(Decimal(500_000), "AMD"),
            {"amount": "500000.0000", "currency": "AMD"},
            Money(Decimal(500_000), "AMD"),
        ),
        (
            "money",
            Money(Decimal("-0"), "USD"),
            {"amount": "0.0000", "currency": "USD"},
            Money(Decimal(0), "USD"),
        ),
        (
            "money",
            Money(Decimal("0.00005"), "USD"),
            {"amount": "0.0001", "currency": "USD"},
            Money(Decimal("0.0001"), "USD"),
        ),
        ("choice", "repair", "repair", "repair"),
        ("multichoice", ("wood", "glass", "wood"), ["wood", "glass"], ("wood", "glass")),
        ("multichoice", [], [], ()),
        ("boolean", False, False, False),
        ("date", date(2024, 2, 29), "2024-02-29", date(2024, 2, 29)),
        (
            "datetime",
            datetime(2025, 3, 1, 2, tzinfo=YEREVAN),
            "2025-02-28T22:00:00Z",
            datetime(2025, 2, 28, 22, tzinfo=UTC),
        ),
        ("place", "Երևան", {"raw": "Երևան", "norm": "erevan"}, Text("erevan", "Երևան")),
        ("text", "  ", {"raw": "  ", "norm": ""}, None),
        (
            "phone",
            "+374 (91) 12-34-56",
            {"raw": "+374 (91) 12-34-56", "norm": "+37491123456"},
            Text("+37491123456", "+374 (91) 12-34-56"),
        ),
        (
            "email",
            " Ani@Example.AM",
            {"raw": " Ani@Example.AM", "norm": "ani@example.am"},
            Text("ani@example.am", " Ani@Example.AM"),
        ),
    ],
)
def test_what_is_written_is_read(kind: str, value: object, stored: object, read: object) -> None:
    assert dump(FieldType(kind), value) == stored
    assert load(FieldType(kind), stored) == read


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("number", True),
        ("number", "seven"),
        ("number", float("nan")),
        ("number", 10**15),
        ("number", Decimal("1234567890.123456")),
        ("money", 500),
        ("money", Money(Decimal(10) ** 16, "AMD")),
        ("money", Money(Decimal("9999999999999999.99995"), "AMD")),
        ("money", Money(Decimal(1), "amd")),
        ("choice", ""),
        ("multichoice", "wood"),
        ("multichoice", ["wood", 1]),
        ("boolean", 1),
        ("date", datetime(2025, 1, 1, tzinfo=UTC)),
        ("datetime", datetime(2025, 1, 1)),  # noqa: DTZ001
        ("datetime", date(2025, 1, 1)),
        ("text", 5),
    ],
)
def test_what_does_not_fit_the_type_is_refused(kind: str, value: object) -> None:
    with pytest.raises(ValueError, match=r"not a|out of range|digits|currency"):
        dump(FieldType(kind), value)


@pytest.mark.parametrize(
    ("kind", "stored"),
    [
        ("number", True),
        ("number", "7"),
        ("money", {"amount": 500, "currency": "AMD"}),
        ("money", {"amount": "500", "currency": "AMD"}),
        ("money", {"amount": "500.0000", "currency": "amd"}),
        ("money", {"amount": "500.0000\n", "currency": "AMD"}),
        ("money", "500 AMD"),
        ("choice", 1),
        ("choice", ""),
        ("multichoice", "wood"),
        ("multichoice", [["wood"]]),
        ("boolean", "true"),
        ("date", "2025-02-29"),
        ("date", "2025-2-3"),
        ("date", "0000-01-01"),
        ("datetime", "2025-01-01T00:00:00+04:00"),
        ("datetime", "2025-01-01T24:00:00Z"),
        ("text", "bare"),
        ("text", {"raw": "no norm"}),
    ],
)
def test_another_shape_reads_as_missing(kind: str, stored: Any) -> None:
    assert load(FieldType(kind), stored) is None


def test_the_date_pattern_takes_exactly_the_days_that_exist() -> None:
    pattern = re.compile(DATE_PATTERN)
    for year in [1, 4, 100, 400, 1900, 1999, 2000, 2023, 2024, 2100, 9999]:
        for month in range(14):
            for day in range(33):
                written = f"{year:04}-{month:02}-{day:02}"
                assert bool(pattern.fullmatch(written)) is exists(written), written


def exists(written: str) -> bool:
    try:
        date.fromisoformat(written)
    except ValueError:
        return False
    return True


def test_the_datetime_pattern_takes_what_dump_writes() -> None:
    moment = datetime(2025, 1, 1, 23, 59, 59, 5, tzinfo=UTC)
    assert dump(FieldType.DATETIME, moment) == "2025-01-01T23:59:59.000005Z"
    assert re.fullmatch(DATETIME_PATTERN, "2025-01-01T23:59:59.000005Z")
