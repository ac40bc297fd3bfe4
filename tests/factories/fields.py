"""Custom fields for tests, made by the operation itself."""

from __future__ import annotations

from typing import Any

from crm.fields.models import CustomField
from crm.fields.operations import FieldDraft, save_field

SIZES = [
    {"value": "small", "label": {"en": "Small", "hy": "Փոքր"}},
    {"value": "large", "label": {"en": "Large", "hy": "Մեծ"}},
]


def make_field(key: str = "floor", kind: str = "number", **parts: Any) -> CustomField:
    """A field of leads named as its key unless said otherwise; a choice of sizes."""
    values: dict[str, Any] = {"labels": {"en": key.capitalize()}, "subject": "lead", **parts}
    if kind in ("choice", "choices"):
        values.setdefault("choices", SIZES)
    return save_field(draft=FieldDraft(key=key, kind=kind, **values), user=None)
