"""What colleagues, customers, flows and providers do with payments. Each is one transaction."""

from crm.payments.operations.receiving import Told, take_message
from crm.payments.operations.requesting import request_payment
from crm.payments.operations.settings import (
    create_provider,
    rotate_secret,
    update_payment_settings,
    update_provider,
)
from crm.payments.operations.settling import set_state

__all__ = [
    "Told",
    "create_provider",
    "request_payment",
    "rotate_secret",
    "set_state",
    "take_message",
    "update_payment_settings",
    "update_provider",
]
