"""What a run knows of payments: the step, and the cashier behind it. Values only."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

PAYMENT = "payment."
"""Before the id of the step: what a run waits for while a customer pays."""
QUOTE, ORDER = "quote", "order"


@dataclass(frozen=True)
class PaymentStep:
    """Asks for money, and goes on at `next` once it is paid; at `otherwise` where nothing can be asked for, the customer
    will not, or the `days` are over.

    `of`: the quote in force, the newest order, or None for the fixed `amount` in `currency`. `percent` of the total. `text`
    and `purpose` are ids of texts.
    """

    id: str
    of: str | None
    next: str | None
    otherwise: str | None
    text: str
    purpose: str
    amount: Decimal | None = None
    currency: str = ""
    percent: Decimal = Decimal(100)
    days: int = 3


class Standing(StrEnum):
    OPEN = "open"
    PAID = "paid"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Slip:
    """A payment as the customer reads it; `payment` names it."""

    payment: str
    sum: str
    link: str
    standing: Standing = Standing.OPEN


class Cashier(Protocol):
    """Who asks for money within a turn. Everything happens in the transaction of the event."""

    def ask(self, step: PaymentStep, *, purpose: str) -> Slip | None:
        """A new request; None where there is no quote or order, or the amount cannot be asked for."""

    def look(self, payment: str) -> Slip | None:
        """How it stands; None for one that is gone."""
