"""What a flow knows of prices: an estimate in the customer's words, and who makes it. Values only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Estimate:
    """What the customer's wish costs by what is known so far, tax included; amounts are written out with their currency.

    `exact` once nothing is missing, else `low` and `high`, or none of them. `total` is the exact amount as a plain number
    with its currency, to notice later that it has changed. `others` are what comes along with `title`. `missing_*` are
    facts to ask for, in order. `complex`: a specialist makes the offer, the rules only guess.
    """

    title: str
    others: str = ""
    exact: str = ""
    total: str = ""
    low: str = ""
    high: str = ""
    depends: str = ""
    explained: tuple[str, ...] = ()
    missing_for_range: tuple[str, ...] = ()
    missing_for_exact: tuple[str, ...] = ()
    complex: bool = False

    @property
    def has_range(self) -> bool:
        return bool(self.low)


class Shop(Protocol):
    """Who knows what things cost."""

    def estimate(
        self, product: str | None, facts: Mapping[str, Any], *, goal: str | None, language: str
    ) -> Estimate | None:
        """For the product of that code, else for what the facts and the goal ask for; None when nothing of it is sold."""
