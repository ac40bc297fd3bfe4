"""What the demo company sells: furniture to measure, with prices that follow from the answers of a lead."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from core.events.actor import SYSTEM
from crm.catalogue.operations import ProductDraft, TaxDraft, save_product, save_tax, set_rate
from crm.fields.models import FieldKind
from crm.fields.operations import FieldDraft, save_field

FILE = Path(__file__).parent / "catalogue.yaml"
CURRENCY = "AMD"


@cache
def content() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return found


def install_catalogue(*, today: date) -> None:
    """A field for the length, a tax, rates, and the products; the criteria that prices ask for are there already."""
    known = content()
    save_field(draft=FieldDraft(kind=FieldKind.NUMBER, **known["field"]), user=None)
    tax = save_tax(
        draft=TaxDraft(name=known["tax"]["name"], percent=Decimal(known["tax"]["percent"]), is_default=True),
        actor=SYSTEM,
    )
    for entry in known["rates"]:
        set_rate(
            base=entry["base"], quote=entry["quote"], rate=Decimal(entry["rate"]), since=today, actor=SYSTEM
        )
    for entry in known["products"]:
        save_product(draft=_draft(entry, tax.pk), actor=SYSTEM)


def _draft(entry: dict[str, Any], tax: int) -> ProductDraft:
    amounts = {name: Decimal(entry[name]) for name in ("unit_price", "cost")}
    goals = tuple(entry.get("goals", ()))
    return ProductDraft(**{**entry, **amounts, "goals": goals, "currency": CURRENCY, "taxes": (tax,)})
