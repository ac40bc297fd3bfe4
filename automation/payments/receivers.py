"""Where flows hang on to payments."""

from __future__ import annotations

from automation.payments.cashier import TIMEOUT
from automation.payments.operations import follow_payment, time_out
from core.due.registry import handler
from crm.payments import following


def register() -> None:
    following.register(follow_payment)
    handler(TIMEOUT)(time_out)
