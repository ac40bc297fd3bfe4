"""The words of the steps about prices and what a run remembers of them. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from automation.flows.errors import StateError

PRICE_TEXTS = {"range": "price_range", "about": "price_about", "exact": "price_exact", "fact": "price_fact"}
"""Slots of a price_range step with the standard phrase that stands in for each."""
QUOTE_TEXTS = {
    "exact": "price_exact",
    "fact": "price_fact",
    "send": "price_send",
    "sent": "price_sent",
    "draft_sent": "price_draft",
}
"""Slots of a quote step likewise."""
QUOTE_ASKS = ("fact", "send")


@dataclass(frozen=True, slots=True)
class PriceTold:
    """`asked_at`: when a price was first asked for, ISO. `range` and `exact`: amounts that were told. `missing`: facts the
    exact price still waits for. `quoted`: the customer wanted the quote.
    """

    asked_at: str = ""
    range: str = ""
    exact: str = ""
    missing: tuple[str, ...] = ()
    quoted: bool = False

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> PriceTold:
        """Raises StateError for anything but what `plain` wrote."""
        try:
            return cls(
                asked_at=str(plain.get("asked_at", "")),
                range=str(plain.get("range", "")),
                exact=str(plain.get("exact", "")),
                missing=tuple(str(each) for each in plain.get("missing", ())),
                quoted=bool(plain.get("quoted")),
            )
        except (TypeError, AttributeError) as error:
            raise StateError(f"price: {error}") from error

    def plain(self) -> dict[str, Any]:
        return {**asdict(self), "missing": list(self.missing)}
