"""A shop in memory: a kitchen by the metre, for tests of the engine."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from automation.quotes.values import Estimate

METRE = 200_000


class Kitchens:
    """Kitchens cost by their length, a tenth more in a hurry; whole homes are for a specialist. Nothing else is sold."""

    def __init__(self, *, usual: bool = True, extra: int = 0) -> None:
        self.usual, self.extra = usual, extra

    def estimate(
        self, product: str | None, facts: Mapping[str, Any], *, goal: str | None, language: str
    ) -> Estimate | None:
        wish = "kitchen" if product == "KITCHEN" else facts.get("interest")
        if wish == "whole_home":
            return Estimate("Home", low="4,000,000 AMD", high="4,000,000 AMD", complex=True)
        if wish != "kitchen":
            return None
        missing = tuple(key for key in ("custom.metres", "start") if key not in facts)
        if missing:
            known = self.usual or "custom.metres" in facts
            return Estimate(
                "Kitchen",
                low="600,000 AMD" if known else "",
                high="1,300,000 AMD" if known else "",
                depends="Length, a hurry",
                missing_for_range=() if known else ("custom.metres",),
                missing_for_exact=missing,
            )
        base = facts["custom.metres"] * METRE + self.extra
        due = base * 11 // 10 if facts["start"] <= 7 else base
        return Estimate(
            "Kitchen",
            exact=f"{due:,} AMD",
            total=f"{due} AMD",
            low=f"{due:,} AMD",
            high=f"{due:,} AMD",
            explained=(f"Kitchen: {facts['custom.metres']} × {METRE:,} AMD = {base:,} AMD",),
        )
