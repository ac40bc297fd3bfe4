"""Figures as people write them, and texts in four languages, as the forms of the catalogue take them."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.http import QueryDict

from core.languages import Language
from crm.catalogue.reading import plain
from crm.qualification import entry
from crm.qualification.errors import BadAnswer

MOST_ROWS = 50


class AmountField(forms.CharField):
    """A number such as "1,250,000", "1 250 000,50" or "2.5"; None for nothing."""

    def __init__(self, **options: Any) -> None:
        attrs = {"inputmode": "decimal", "autocomplete": "off"}
        super().__init__(**{"max_length": 40, "widget": forms.TextInput(attrs=attrs), **options})

    def clean(self, value: Any) -> Decimal | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            return entry.number(text)
        except BadAnswer as error:
            raise forms.ValidationError(str(error)) from error

    def prepare_value(self, value: Any) -> Any:
        return plain(value) if isinstance(value, Decimal) else value


def text_field(label: str, length: int, *, rows: int = 1) -> forms.CharField:
    area = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, required=False, max_length=length, widget=area)


def texts_of(values: Mapping[str, Any], name: str) -> dict[str, str]:
    """What was said in each language in the fields "<name>_<language>"."""
    said = {code: str(values.get(f"{name}_{code}") or "").strip() for code in Language.values}
    return {code: text for code, text in said.items() if text}


def posted_rows(data: QueryDict) -> list[str]:
    """The tokens of the rows that came and went, in the order of the page."""
    known = (token for token in dict.fromkeys(data.getlist("row")) if token.isalnum() and len(token) <= 40)
    return list(known)[: MOST_ROWS + 1]


def as_figure(typed: str) -> tuple[str, str]:
    """As a rule document writes it, and what is wrong with it."""
    text = typed.strip()
    if not text:
        return "", ""
    try:
        return plain(entry.number(text)), ""
    except BadAnswer as error:
        return text, str(error)
