"""Rows of a CSV or XLSX file as texts. No Django models: what a cell means is for whoever imports."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from core.text import clean
from crm.imports.errors import BadFile

MOST_BYTES = 20 * 1024 * 1024
MOST_ROWS = 50_000
MOST_COLUMNS = 100
MOST_CELL = 2000
SEPARATORS = ",;\t|"
ENCODINGS = ("utf-8-sig", "utf-16", "cp1251")
_ZIP = b"PK\x03\x04"


@dataclass(frozen=True, slots=True)
class Table:
    """`header`: names of the columns; each row has as many cells. Row 1 of the file is the header."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def read(content: bytes) -> Table:
    """Raises BadFile, which says what to do."""
    if not content.strip():
        raise BadFile(_("The file is empty."))
    if len(content) > MOST_BYTES:
        raise BadFile(_("The file is larger than 20 MB. Split it and import the parts one by one."))
    rows = _sheet(content) if content.startswith(_ZIP) else _lines(content)
    rows = [row for row in rows if any(row)]
    if len(rows) < 2:
        raise BadFile(_("The first row names the columns, the rows below hold the data: there are none."))
    if len(rows) > MOST_ROWS + 1:
        sentence = _("At most %(most)d rows at once. Split the file and import the parts one by one.")
        raise BadFile(sentence % {"most": MOST_ROWS})
    header = _header(rows[0])
    width = len(header)
    return Table(header, tuple(tuple((*row, *[""] * width)[:width]) for row in rows[1:]))


def _header(row: Sequence[str]) -> tuple[str, ...]:
    names = list(row)
    while names and not names[-1]:
        names.pop()
    if len(names) > MOST_COLUMNS:
        raise BadFile(_("At most %(most)d columns.") % {"most": MOST_COLUMNS})
    return tuple(name or _("Column %(number)d") % {"number": place} for place, name in enumerate(names, 1))


def _sheet(content: bytes) -> list[list[str]]:
    """The first sheet of a workbook."""
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0)
        return [[_cell(value) for value in row] for row in sheet.to_python()]
    except (CalamineError, ValueError, IndexError) as error:
        raise BadFile(_("This workbook cannot be read. Save it as XLSX or CSV and try again.")) from error


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float):
        return f"{value:.10f}".rstrip("0").rstrip(".") if abs(value) < 1e15 else f"{value:.0f}"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time().isoformat() == "00:00:00" else value.isoformat(" ")
    if isinstance(value, date):
        return value.isoformat()
    return _text(str(value))


def _text(value: str) -> str:
    return clean(value).strip()[:MOST_CELL]


def _lines(content: bytes) -> list[list[str]]:
    text = _decoded(content)
    head = next((line for line in text.splitlines() if line.strip()), "")
    separator = max(SEPARATORS, key=head.count)
    try:
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
        return [[_text(cell) for cell in row] for row in rows]
    except csv.Error as error:
        raise BadFile(
            _("This is no CSV file that can be read. Save it as CSV in UTF-8 and try again.")
        ) from error


def _decoded(content: bytes) -> str:
    for encoding in ENCODINGS:
        if encoding == "utf-16" and content[:2] not in (b"\xff\xfe", b"\xfe\xff"):
            continue
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BadFile(_("The letters of this file cannot be read. Save it as CSV in UTF-8 and try again."))
