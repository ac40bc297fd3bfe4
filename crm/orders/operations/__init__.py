"""What programs, colleagues and customers do with orders. Each is one transaction that holds the order's row."""

from crm.orders.operations.answering import answer_notice
from crm.orders.operations.ordering import order_of_quote
from crm.orders.operations.statuses import set_status
from crm.orders.operations.upserting import upsert_order

__all__ = ["answer_notice", "order_of_quote", "set_status", "upsert_order"]
