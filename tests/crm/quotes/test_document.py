"""The document of a quote: the same bytes for the same sheet, in every language, with a sign for every letter."""

from __future__ import annotations

import struct
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.access.models import User
from crm.pipeline.models import Lead
from crm.quotes.document import FONTS, draw, logo_type
from crm.quotes.sheet import Sheet, sheet_of
from tests.factories.quotes import NOW, line, make_draft

pytestmark = pytest.mark.django_db
SIGNS = "֏₼₽€$−×· \u00a0«»“”№ԱԲֆՙ՞՛՝։ևАЯаяЁёӘəĞğİıÖöŞşÜüÇç0123456789"
PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def sheet(lead: Lead, anna: User) -> Sheet:
    return sheet_of(make_draft(lead, anna, line("Kitchen", 1850000), now=NOW, language="en"))


def known_signs(font: Path) -> set[int]:
    """The characters of a font by its table "cmap", format 4."""
    data = font.read_bytes()
    tables = range(12, 12 + 16 * struct.unpack_from(">H", data, 4)[0], 16)
    start = next(struct.unpack_from(">I", data, at + 8)[0] for at in tables if data[at : at + 4] == b"cmap")
    found: set[int] = set()
    for number in range(struct.unpack_from(">H", data, start + 2)[0]):
        at = start + struct.unpack_from(">I", data, start + 4 + 8 * number + 4)[0]
        kind, _length, _language, doubled = struct.unpack_from(">4H", data, at)
        if kind == 4:
            ends = struct.unpack_from(f">{doubled // 2}H", data, at + 14)
            starts = struct.unpack_from(f">{doubled // 2}H", data, at + 16 + doubled)
            found.update(*(range(first, last + 1) for first, last in zip(starts, ends, strict=True)))
    return found


def test_the_same_sheet_gives_the_same_bytes(sheet: Sheet) -> None:
    at = datetime(2026, 3, 5, 9, 0, 0, 471850, tzinfo=UTC)
    first = draw(sheet, at=at)
    assert first.startswith(b"%PDF-")
    assert draw(sheet, at=at) == first
    assert draw(replace(sheet, customer="Somebody else"), at=at) != first


@pytest.mark.parametrize("language", ["en", "ru", "hy", "az"])
def test_it_is_one_page_in_every_language(lead: Lead, anna: User, language: str) -> None:
    drawn = draw(sheet_of(make_draft(lead, anna, now=NOW, language=language)), page="png")
    pages = drawn if isinstance(drawn, list) else [drawn]
    assert [page[:8] for page in pages] == [PNG]


@pytest.mark.parametrize("weight", ["300Light", "400Regular", "600SemiBold", "700Bold"])
def test_the_fonts_have_every_sign_that_a_quote_may_need(weight: str) -> None:
    known: set[int] = set()
    for folder in FONTS:
        (font,) = (folder / weight).glob("*.ttf")
        known |= known_signs(font)
    assert [sign for sign in SIGNS if ord(sign) not in known] == []


def test_amounts_that_do_not_fit_make_room(lead: Lead, anna: User) -> None:
    long = make_draft(lead, anna, line("Tower", "90000000000000.123456"), now=NOW, language="ru")
    assert draw(sheet_of(long)).startswith(b"%PDF-")


def test_many_lines_go_on_over_pages(lead: Lead, anna: User) -> None:
    many = make_draft(lead, anna, *[line(f"Part {number}", 10) for number in range(100)], now=NOW)
    drawn = draw(sheet_of(many), page="png")
    assert isinstance(drawn, list)
    assert len(drawn) in range(3, 6)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (PNG, "image/png"),
        (b"\xff\xd8\xff", "image/jpeg"),
        (b" <svg/>", "image/svg+xml"),
        (b"", "application/octet-stream"),
    ],
)
def test_a_logo_is_known_by_its_first_bytes(content: bytes, kind: str) -> None:
    assert logo_type(content) == kind
