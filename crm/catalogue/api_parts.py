"""What the operations of the catalogue have in common: figures and days as texts, and how a fault is told."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Any, NoReturn

from rest_framework import serializers

from core.api.drafts import Words
from core.api.problems import Fault, bad_request

TAG = "Catalogue"
FIGURE = {"type": "string", "description": "A decimal number as a text."}
_FIGURE = re.compile(r"-?\d{1,15}(\.\d{1,8})?", re.ASCII)


def shown_day(value: date | None) -> str | None:
    return None if value is None else value.isoformat()


class Figure(Words):
    """A decimal number as a text."""

    default_error_messages = {"not_a_figure": 'Write a number as a text, like "2.5".'}

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"max_length": 25, **options})

    def run_validation(self, data: Any = serializers.empty) -> Any:
        text = super().run_validation(data)
        if isinstance(text, str):
            if not _FIGURE.fullmatch(text):
                self.fail("not_a_figure")
            return Decimal(text)
        return text


class Day(Words):
    """A day as 2026-03-31."""

    default_error_messages = {"not_a_day": "Write a day, like 2026-03-31."}

    def run_validation(self, data: Any = serializers.empty) -> Any:
        text = super().run_validation(data)
        if isinstance(text, str):
            try:
                return date.fromisoformat(text)
            except ValueError:
                self.fail("not_a_day")
        return text


def refuse(faults: dict[str, str], under: str = "") -> NoReturn:
    raise bad_request([Fault(f"{under}/{name}", "invalid", said) for name, said in faults.items()])
