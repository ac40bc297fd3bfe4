"""What an operation on orders declines; `str()` of each is a sentence for the person who asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.errors import Conflict, Refused

if TYPE_CHECKING:
    from crm.orders.models import Order


class BadOrder(Refused):
    """A value of the order that cannot be; `field` names the input."""

    def __init__(self, sentence: str, *, field: str) -> None:
        super().__init__(sentence)
        self.field = field


class BadItem(Refused):
    """An item that cannot be: `position` counts from 0, `field` names the input."""

    def __init__(self, sentence: str, *, position: int, field: str) -> None:
        super().__init__(sentence)
        self.position = position
        self.field = field


class StaleOrder(Conflict):
    """Somebody else changed the order in between; `current` is what stands now."""

    def __init__(self, sentence: str, *, current: Order) -> None:
        super().__init__(sentence)
        self.current = current


class NotAccepted(Refused):
    """Only what the customer said yes to becomes an order."""
