"""A small furniture catalogue for tests, made by the operations."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from core.events.actor import SYSTEM
from crm.catalogue.models import Product, Tax
from crm.catalogue.operations import ProductDraft, TaxDraft, save_product, save_tax
from tests.factories.crm import CriterionFactory

PNG = b"\x89PNG\r\n\x1a\nno more than its first bytes"
RUSH = {"field": "answer.rush", "op": "is", "value": True}
KITCHEN_RULES: dict[str, Any] = {
    "quantity": {"of": ["answer.length"], "usual": ["3", "7"], "step": "0.5"},
    "tiers": [{"from": "6", "unit_price": "180000"}],
    "minimum": "500000",
    "options": [{"key": "oven", "title": {"en": "Oven", "ru": "Духовка"}, "price": "90000", "per": "once"}],
    "surcharges": [
        {"key": "rush", "title": {"en": "In a week", "ru": "За неделю"}, "percent": "10", "when": RUSH}
    ],
    "includes": [{"title": {"en": "Delivery"}}],
}


def make_criteria() -> None:
    """What customers want, how long it is and whether they are in a hurry."""
    choices = [{"value": each, "label": {"en": each.title()}} for each in ("kitchen", "sofa")]
    CriterionFactory(key="interest", name="Interest", kind="choice", choices=choices)
    CriterionFactory(key="length", name="Length", kind="number", choices=[])
    CriterionFactory(key="rush", name="In a hurry", kind="yes_no", choices=[])


def make_vat() -> Tax:
    return save_tax(draft=TaxDraft(name="VAT", percent=Decimal(20), is_default=True), actor=SYSTEM)


def kitchen_draft(**changes: Any) -> ProductDraft:
    values: dict[str, Any] = {
        "code": "KITCHEN",
        "name": "Kitchen to measure",
        "title": {"en": "Kitchen", "ru": "Кухня"},
        "unit": "metre",
        "unit_price": Decimal(200000),
        "cost": Decimal(120000),
        "currency": "AMD",
        "rules": KITCHEN_RULES,
        "goals": ("kitchen",),
    }
    return ProductDraft(**{**values, **changes})


def make_kitchen(**changes: Any) -> Product:
    return save_product(draft=kitchen_draft(**changes), actor=SYSTEM)
