"""What a run remembers of an offer: the times on the table, the one that is kept. Plain JSON inside its state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from automation.flows.errors import StateError
from automation.meetings.choosing import Table
from automation.meetings.values import code, decode


@dataclass(frozen=True, slots=True)
class Offer:
    """`booking` is kept for the customer at `at`, and stands for good once `booked`."""

    step: str = ""
    table: Table | None = None
    booking: str | None = None
    at: datetime | None = None
    booked: bool = False

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> Offer:
        """Raises StateError for anything but what `plain` wrote."""
        try:
            table, at = plain.get("table"), plain.get("at")
            return cls(
                step=str(plain.get("step", "")),
                table=Table.of(table) if table else None,
                booking=plain.get("booking"),
                at=decode(at) if at else None,
                booked=bool(plain.get("booked")),
            )
        except (ValueError, TypeError, AttributeError) as error:
            raise StateError(f"offer: {error}") from error

    def plain(self) -> dict[str, Any]:
        return {
            "step": self.step,
            "table": self.table.plain() if self.table else None,
            "booking": self.booking,
            "at": code(self.at) if self.at else None,
            "booked": self.booked,
        }
