"""What colleagues, customers, flows and providers do with payments. Each is one transaction."""

from crm.payments.operations.requesting import request_payment
from crm.payments.operations.settling import set_state

__all__ = ["request_payment", "set_state"]
