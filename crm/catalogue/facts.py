"""What is known of a wish, as price rules ask for it (crm.catalogue.prices.Facts)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from core.conditions import Condition, Field, Moment, Money
from crm.catalogue.reading import ASKED


def can_be_asked(field: Field) -> bool:
    """Whether a missing value is one that somebody may still give; the others are as they are."""
    return field.key.startswith(ASKED)


@dataclass(frozen=True)
class LeadFacts:
    """Over a lead, or over what stands for one; an amount in another currency than `currency` counts as not known."""

    lead: Any
    at: Moment
    currency: str
    fields: Mapping[str, Field]

    def number(self, key: str) -> Decimal | None:
        field = self.fields.get(key)
        value = field.value(self.lead, self.at) if field else None
        if isinstance(value, Money):
            return value.amount if value.currency == self.currency else None
        return value if isinstance(value, Decimal) else None

    def holds(self, condition: Condition) -> bool | None:
        return condition.so_far(self.lead, self.at, can_be_asked)

    def open_fields(self, condition: Condition) -> Sequence[str]:
        return condition.still_open(self.lead, self.at, can_be_asked)
