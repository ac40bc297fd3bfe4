"""What an operation on payments declines; `str()` of each is a sentence for the person who asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.errors import Conflict, Refused

if TYPE_CHECKING:
    from crm.payments.models import PaymentRequest


class BadPayment(Refused):
    """A value of the request that cannot be; `field` names the input."""

    def __init__(self, sentence: str, *, field: str) -> None:
        super().__init__(sentence)
        self.field = field


class BadProvider(Refused):
    """A value of the provider that cannot be; `field` names the input."""

    def __init__(self, sentence: str, *, field: str) -> None:
        super().__init__(sentence)
        self.field = field


class CannotMove(Conflict):
    """From the state in which the payment is there is no way to the one that was asked for; `payment` is as it stands."""

    def __init__(self, sentence: str, *, payment: PaymentRequest) -> None:
        super().__init__(sentence)
        self.payment = payment


class WrongAmount(Conflict):
    """Another amount was paid than was asked for; `payment` is as it stands."""

    def __init__(self, sentence: str, *, payment: PaymentRequest) -> None:
        super().__init__(sentence)
        self.payment = payment
