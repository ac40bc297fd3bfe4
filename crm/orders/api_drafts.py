"""What programs give of orders."""

from __future__ import annotations

from core.api.drafts import Draft, List, Money, OneOf, Reference, When, Words, YesNo, language
from crm.orders.items import MOST_ITEMS
from crm.orders.models import NoticeAnswer, OrderStatus
from crm.quotes.api_drafts import Day, Exact


class OrderItemDraft(Draft):
    title = Words(max_length=300)
    code = Words(max_length=60, required=False, allow_blank=True, help_text="The shop's own, or a product's.")
    quantity = Exact(required=False, help_text="1 when left out.")
    unit_price = Exact(required=False, allow_null=True, help_text="In the currency of the order.")
    product = Reference(required=False, allow_null=True)
    missing = YesNo(required=False, help_text="It cannot be delivered with the rest: the customer is told.")


class OrderChangesDraft(Draft):
    contact = Reference(required=False, help_text="Else the one known by phone or email, else a new one.")
    lead = Reference(required=False, allow_null=True)
    phone = Words(max_length=100, required=False, allow_blank=True, help_text="Of the purchase.")
    email = Words(max_length=254, required=False, allow_blank=True, help_text="Of the purchase.")
    name = Words(max_length=200, required=False, allow_blank=True, help_text="Of a contact that is new.")
    language = language(required=False)
    status = OneOf(choices=OrderStatus.choices, required=False)
    reason = Words(max_length=300, required=False, allow_blank=True, help_text="Why cancelled or late.")
    expected_on = Day(
        required=False, allow_null=True, help_text="The customer is told of a later day than before."
    )
    currency = Words(max_length=3, required=False)
    total = Money(required=False, allow_null=True, help_text="What the items come to when left out.")
    items = List(child=OrderItemDraft(), max_length=MOST_ITEMS, required=False, help_text="All of them.")
    ordered_at = When(required=False)
    source = Words(max_length=40, required=False, allow_blank=True)
    tell = YesNo(required=False, help_text="false: the customer hears nothing of this change.")


class OrderDraft(OrderChangesDraft):
    number = Words(max_length=60, help_text="The shop's own: the same number again is the same order.")


class OrderStatusDraft(Draft):
    status = OneOf(choices=OrderStatus.choices)
    reason = Words(
        max_length=300, required=False, allow_blank=True, help_text="Needed for cancelled and returned."
    )
    expected_on = Day(required=False, allow_null=True)
    tell = YesNo(required=False, help_text="false: the customer hears nothing of a later day.")


class NoticeAnswerDraft(Draft):
    answer = OneOf(choices=NoticeAnswer.choices)
