"""What programs give to draft a quote."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core.api.drafts import Draft, List, OneOf, Reference, When, Whole, Words, YesNo, language
from core.languages import Language
from crm.catalogue.models import Unit
from crm.quotes.enums import DeclineReason
from crm.quotes.lines import MOST_LINES

NUMBER = re.compile(r"-?[0-9]{1,19}(\.[0-9]{1,6})?")


@extend_schema_field({"type": "string", "pattern": f"^{NUMBER.pattern}$", "example": "12.50"})
class Exact(serializers.Field[Any, Any, Any, Any]):
    """A decimal number as a text, so that no digit is lost on the way."""

    default_error_messages = {"not_exact": 'Write the number as a text with a point, such as "12.50".'}

    def to_internal_value(self, data: Any) -> Decimal:
        if not isinstance(data, str) or not NUMBER.fullmatch(data):
            self.fail("not_exact")
        return Decimal(data)


@extend_schema_field({"type": "string", "format": "date"})
class Day(serializers.Field[Any, Any, Any, Any]):
    default_error_messages = {"not_a_day": "Write the day as 2026-03-19."}

    def to_internal_value(self, data: Any) -> date:
        try:
            return date.fromisoformat(data if isinstance(data, str) and len(data) == 10 else "")
        except ValueError:
            self.fail("not_a_day")


class QuoteLineDraft(Draft):
    title = Words(max_length=300)
    unit_price = Exact(help_text="Of one unit, in the currency of the quote.")
    quantity = Exact(required=False, help_text="1 when left out.")
    description = Words(max_length=4000, required=False, allow_blank=True)
    unit = OneOf(choices=Unit.choices, required=False)
    product = Reference(required=False, allow_null=True)
    discount_percent = Exact(required=False)
    taxes = List(child=Exact(), max_length=10, required=False, help_text="Percents.")
    optional = YesNo(required=False, help_text="The customer may choose it.")
    chosen = YesNo(required=False, help_text="Of an option: whether it counts from the start.")
    cost = Exact(required=False, allow_null=True, help_text="Of one unit; never shown to customers.")


class _WordsOfQuote(Draft):
    title = Words(max_length=200, required=False)
    language = language(required=False)
    currency = Words(max_length=3, required=False)
    intro = Words(max_length=4000, required=False, allow_blank=True)
    terms = Words(max_length=20_000, required=False, allow_blank=True)
    discount_percent = Exact(required=False)
    lines = List(child=QuoteLineDraft(), max_length=MOST_LINES, required=False)


class QuoteDraft(_WordsOfQuote):
    contact = Reference(required=False, help_text="The lead's when left out.")
    lead = Reference(required=False, allow_null=True)
    template = Reference(required=False, allow_null=True, help_text="What it begins with.")
    valid_days = Whole(required=False, max_value=3650)
    requested_at = When(required=False, help_text="When the customer asked for a price.")


class QuoteChangesDraft(_WordsOfQuote):
    revision = Whole(help_text="Of the draft as you read it.")
    valid_until = Day(required=False, allow_null=True)
    next_step = Words(max_length=500, required=False, allow_blank=True)
    note = Words(max_length=4000, required=False, allow_blank=True, help_text="For colleagues.")


class AnswerDraft(Draft):
    answer = OneOf(choices=[("yes", "Yes"), ("no", "No")])
    name = Words(max_length=200, required=False, help_text="Who said yes; the contact when left out.")
    reason = OneOf(choices=DeclineReason.choices, required=False, help_text="other when left out.")
    words = Words(max_length=1000, required=False, allow_blank=True)


class TemplateTexts(Draft):
    """A text for each language."""

    def get_fields(self) -> Any:
        return {code: Words(max_length=20_000, required=False, allow_blank=True) for code in Language.values}


class TemplateChangesDraft(Draft):
    revision = Whole(required=False, help_text="As you read it: 409 when somebody saved in between.")
    name = Words(max_length=100, required=False)
    currency = Words(max_length=3, required=False)
    lines = List(child=QuoteLineDraft(), max_length=MOST_LINES, required=False)
    intro = TemplateTexts(required=False)
    terms = TemplateTexts(required=False)
    valid_days = Whole(required=False, allow_null=True, max_value=3650)
    active = YesNo(required=False)


class NewTemplateDraft(TemplateChangesDraft):
    revision = None  # type: ignore[assignment]  # there is nothing yet that could be stale
    name = Words(max_length=100)
    currency = Words(max_length=3)


class TemplateNameDraft(Draft):
    name = Words(max_length=100)
