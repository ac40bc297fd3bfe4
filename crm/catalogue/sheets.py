"""Products as rows of a table: what a file of them holds, written and read again. Pure but for the wording of faults."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from core.languages import Language
from crm.catalogue.models import Product, Tax
from crm.catalogue.reading import plain
from crm.qualification import entry
from crm.qualification.errors import BadAnswer

LARGEST = 2 * 1024 * 1024
MOST_ROWS = 500
WORDS = ("code", "name", "kind", "unit", "currency")
AMOUNTS = ("unit_price", "cost")
DAYS = ("active_from", "active_until")
FLAGS = ("complex", "active")
TEXTS = tuple(f"{name}_{code}" for name in ("title", "description") for code in Language.values)
COLUMNS = (*WORDS, *AMOUNTS, "taxes", "goals", *DAYS, *FLAGS, *TEXTS, "rules")
_YES, _NO = frozenset({"yes", "true", "1", "on"}), frozenset({"no", "false", "0", "off", ""})
_RUNS = ("=", "+", "-", "@", "\t")
"""A cell that begins so is taken for a formula by spreadsheets."""


class BadSheet(ValueError):
    """The file is no table of products; `str()` says what to do."""


class BadCell(ValueError):
    """`str()` says what to write."""


@dataclass(frozen=True)
class Row:
    """`number` as spreadsheets count, the head being 1; `cells` by column, only of columns that the file has."""

    number: int
    cells: Mapping[str, str]


def written(products: Iterable[Product]) -> str:
    """With a mark at the beginning by which spreadsheets know the letters; taxes come with the products."""
    out = io.StringIO()
    out.write("\ufeff")
    writer = csv.DictWriter(out, COLUMNS)
    writer.writeheader()
    writer.writerows(_cells(each) for each in products)
    return out.getvalue()


def read(content: bytes) -> list[Row]:
    """Raises BadSheet."""
    if len(content) > LARGEST:
        raise BadSheet(_("The file is larger than 2 MB. Split it."))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadSheet(_("Save the file as CSV in UTF-8 and choose it again.")) from None
    head = text.partition("\n")[0]
    delimiter = max(",;\t", key=head.count)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error:
        raise BadSheet(_("This is no CSV file: a quotation mark is not closed.")) from None
    names = [name.strip().lower() for name in rows[0]] if rows else []
    if "code" not in names:
        raise BadSheet(_("The first row names the columns, and one of them is “code”."))
    if strange := [name for name in names if name and name not in COLUMNS]:
        raise BadSheet(
            _("There is no column “%(name)s”. Export the products to see all of them.") % {"name": strange[0]}
        )
    filled = [(number, row) for number, row in enumerate(rows[1:], 2) if any(cell.strip() for cell in row)]
    if len(filled) > MOST_ROWS:
        raise BadSheet(_("At most %(most)d products at once. Split the file.") % {"most": MOST_ROWS})
    return [
        Row(number, {name: _unguarded(cell) for name, cell in zip(names, row, strict=False) if name})
        for number, row in filled
    ]


def value_of(column: str, cell: str, taxes: Mapping[str, int]) -> Any:
    """What a ProductDraft takes for the column; `taxes`: ids by name. Raises BadCell."""
    text = cell.strip()
    if column in AMOUNTS:
        return _amount(text)
    if column in DAYS:
        return _day(text)
    if column in FLAGS:
        return _flag(text)
    if column == "goals":
        return tuple(_parts(text))
    if column == "taxes":
        return tuple(_tax(each, taxes) for each in _parts(text))
    if column == "rules":
        return _rules(text)
    return text


def tax_names(taxes: Iterable[Tax]) -> dict[str, int]:
    """Ids by "VAT 20 %", and by the name alone where it is in use."""
    found = {each.name: each.pk for each in taxes if each.active}
    return found | {str(each): each.pk for each in taxes}


def _cells(product: Product) -> dict[str, str]:
    cells = {name: _guarded(str(getattr(product, name))) for name in WORDS}
    cells |= {name: _figure(getattr(product, name)) for name in AMOUNTS}
    cells |= {name: day.isoformat() if (day := getattr(product, name)) else "" for name in DAYS}
    cells |= {name: "yes" if getattr(product, name) else "no" for name in FLAGS}
    for name in TEXTS:
        part, _under, code = name.rpartition("_")
        cells[name] = _guarded(getattr(product, part).get(code, ""))
    cells["taxes"] = "; ".join(map(str, product.taxes.all()))
    cells["goals"] = "; ".join(product.goals)
    cells["rules"] = json.dumps(product.rules, ensure_ascii=False) if product.rules else ""
    return cells


def _figure(number: Decimal | None) -> str:
    return "" if number is None else plain(number)


def _guarded(text: str) -> str:
    return f"'{text}" if text.startswith(_RUNS) else text


def _unguarded(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_RUNS) else cell


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(";") if part.strip()]


def _amount(text: str) -> Decimal | None:
    if not text:
        return None
    try:
        return entry.number(text)
    except BadAnswer as error:
        raise BadCell(str(error)) from None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise BadCell(_("Write a day, like 2026-03-31.")) from None


def _flag(text: str) -> bool:
    if text.lower() not in _YES | _NO:
        raise BadCell(_("Write yes or no."))
    return text.lower() in _YES


def _tax(name: str, taxes: Mapping[str, int]) -> int:
    if name not in taxes:
        raise BadCell(_("There is no tax “%(name)s”.") % {"name": name})
    return taxes[name]


def _rules(text: str) -> Any:
    try:
        return json.loads(text) if text else {}
    except (ValueError, RecursionError):
        raise BadCell(_("This is no JSON. Export a product to see how it is written.")) from None
