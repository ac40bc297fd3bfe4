"""Products from a table: all rows or none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core.errors import Refused
from core.events.actor import Actor
from core.languages import Language
from crm.catalogue.errors import BadEntry, BadRules
from crm.catalogue.models import Product, Tax
from crm.catalogue.operations.products import ProductDraft, draft_of, save_product
from crm.catalogue.sheets import BadCell, Row, tax_names, value_of

NEEDED = ("name", "unit_price", "currency")
"""What a new product cannot be without, beside its code."""
TEXTS = ("title", "description")


@dataclass(frozen=True)
class CellFault:
    """`column` is empty for the whole row."""

    row: int
    column: str
    message: str


class BadRows(Refused):
    """Nothing was stored; every fault is in `faults`."""

    def __init__(self, faults: Sequence[CellFault]) -> None:
        super().__init__(_("Nothing was imported: put these right and choose the file again."))
        self.faults = tuple(faults)


@dataclass(frozen=True)
class Imported:
    added: int
    changed: int
    same: int


@transaction.atomic
def import_products(*, rows: Sequence[Row], actor: Actor) -> Imported:
    """Products are known by their code: one that is there takes what the row has columns for, another is added last.

    The same file again changes nothing. Raises BadRows.
    """
    taxes = tax_names(list(Tax.objects.order_by("pk")))
    defaults = tuple(Tax.objects.filter(is_default=True, active=True).values_list("pk", flat=True))
    known = {each.code: each for each in Product.objects.select_for_update().order_by("pk")}
    faults: list[CellFault] = []
    seen: set[str] = set()
    counts = {"added": 0, "changed": 0, "same": 0}
    for row in rows:
        code = row.cells.get("code", "").strip()
        if code in seen:
            faults.append(CellFault(row.number, "code", _("Another row has this code.")))
            continue
        seen.add(code)
        found = known.get(code)
        values, wrong = _values(row, found, taxes)
        faults += wrong
        if wrong:
            continue
        if found is None:
            values.setdefault("taxes", defaults)
        try:
            saved = _saved(found, values, actor)
        except BadEntry as error:
            faults += [CellFault(row.number, name, said) for name, said in error.faults.items()]
        except BadRules as error:
            faults += [CellFault(row.number, "rules", str(fault)) for fault in error.faults]
        else:
            counts[saved] += 1
    if faults:
        raise BadRows(faults)
    return Imported(**counts)


def _saved(found: Product | None, values: dict[str, Any], actor: Actor) -> str:
    if found is None:
        save_product(draft=ProductDraft(**values), actor=actor)
        return "added"
    saved = save_product(draft=draft_of(found, **values), actor=actor, product_id=found.pk)
    return "changed" if saved.revision != found.revision else "same"


def _values(row: Row, found: Product | None, taxes: dict[str, int]) -> tuple[dict[str, Any], list[CellFault]]:
    """Parts of a draft, and what cannot be read."""
    values: dict[str, Any] = {}
    faults: list[CellFault] = []
    for column, cell in row.cells.items():
        try:
            values[column] = value_of(column, cell, taxes)
        except BadCell as error:
            faults.append(CellFault(row.number, column, str(error)))
    for name in NEEDED:
        is_needed = found is None or name in row.cells
        if is_needed and values.get(name) in (None, "") and not any(each.column == name for each in faults):
            faults.append(CellFault(row.number, name, _("This must not be empty.")))
    for name in ("kind", "unit"):
        if values.get(name) == "":
            del values[name]
    for name in TEXTS:
        _gather(values, name, getattr(found, name) if found else {})
    return values, faults


def _gather(values: dict[str, Any], name: str, kept: dict[str, str]) -> None:
    """The columns of the languages as one text by language; a language without a column stays."""
    given = {code: values.pop(f"{name}_{code}") for code in Language.values if f"{name}_{code}" in values}
    if given:
        values[name] = {code: text for code, text in {**kept, **given}.items() if text}
