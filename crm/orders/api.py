"""Orders by the API: pushed by a shop's program under its own number, found, read, moved on (spec 8.5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q, TextField
from django.db.models.functions import Cast, JSONObject
from django.utils.translation import gettext as _

from core.api.endpoint import Call, Endpoint, operation
from core.api.filters import IDS, TEXT, TIME, Filter
from core.api.pages import CREATED, Listing, Sort
from core.api.problems import Fault, Problem, bad_request
from core.api.shapes import (
    Amount,
    Choice,
    Identifier,
    Instant,
    Made,
    Optional,
    Ref,
    Shape,
    Text,
    Whole,
    plain_amount,
)
from core.keys.queries import KnownKey
from core.keys.scopes import Scope
from crm.catalogue.models import Product
from crm.contacts.api import ContactShape, contacts_of
from crm.contacts.queries import found_or_heir
from crm.orders import operations
from crm.orders.api_drafts import (
    NoticeAnswerDraft,
    OrderChangesDraft,
    OrderDraft,
    OrderStatusDraft,
)
from crm.orders.errors import BadItem, BadOrder
from crm.orders.items import ItemDraft
from crm.orders.models import NoticeAnswer, NoticeKind, Order, OrderItem, OrderNotice, OrderStatus
from crm.orders.numbers import number_key
from crm.orders.queries import OrderQuerySet, orders
from crm.pipeline.api.shapes import LeadShape, leads_of

TAG = "Orders"
DAY = {"type": ["string", "null"], "format": "date"}
ITEMS = {
    "type": "array",
    "description": "In their order. Numbers are texts.",
    "items": {
        "type": "object",
        "properties": {
            "title": {"type": "string"},
            "code": {"type": "string"},
            "quantity": {"type": "string"},
            "unit_price": {"type": ["string", "null"]},
            "product": {"type": ["string", "null"], "format": "uuid"},
            "missing": {"type": "boolean"},
        },
        "required": ["title", "code", "quantity", "unit_price", "product", "missing"],
    },
}
TOLD = {
    "type": "array",
    "description": "What is missing, in words.",
    "items": {"type": "string"},
}


def _day(found: date | None) -> str | None:
    return found.isoformat() if found else None


def _items(prefix: str) -> Any:
    item = JSONObject(
        title="title",
        code="code",
        quantity=Cast("quantity", TextField()),
        unit_price=Cast("unit_price", TextField()),
        product="product__public_id",
        missing="missing",
    )
    rows = OrderItem.objects.filter(order=OuterRef(f"{prefix}pk")).order_by("position", "id")
    return ArraySubquery(rows.values(item=item))


def _shown_items(found: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    def number(text: str | None) -> str | None:
        return None if text is None else plain_amount(Decimal(text))

    return [
        {**item, "quantity": number(item["quantity"]), "unit_price": number(item["unit_price"])}
        for item in found
    ]


def _titles(found: Sequence[Mapping[str, Any]]) -> list[str]:
    return [str(item["title"]) for item in found]


class OrderShape(Shape):
    scope = Scope.ORDERS_READ

    id = Identifier()
    number = Text()
    contact = Ref(ContactShape, allow_null=True)
    lead = Ref(LeadShape, allow_null=True)
    status = Choice(choices=OrderStatus.choices)
    reason = Optional()
    expected_on = Made(of=["expected_on"], write=_day, schema=DAY)
    total = Amount(allow_null=True)
    currency = Text()
    phone = Optional(help_text="Of the purchase, E.164.")
    email = Optional(help_text="Of the purchase.")
    source = Optional()
    revision = Whole(help_text="Counts the changes.")
    ordered_at = Instant()
    updated_at = Instant()
    created_at = Instant()


class WholeOrderShape(OrderShape):
    items = Made(of=[_items], write=_shown_items, schema=ITEMS)


class OrderNoticeShape(Shape):
    scope = Scope.ORDERS_READ

    id = Identifier()
    order = Ref(OrderShape)
    kind = Choice(choices=NoticeKind.choices)
    reason = Optional()
    expected_on = Made(of=["expected_on"], write=_day, schema=DAY)
    items = Made(of=["items"], write=_titles, schema=TOLD)
    told = Made(
        of=["message_id"],
        write=lambda message: message is not None,
        schema={"type": "boolean"},
        help_text="Whether a message went to the customer.",
    )
    answer = Choice(choices=NoticeAnswer.choices, allow_null=True)
    answered_at = Instant(allow_null=True)
    created_at = Instant()


ORDERS = Listing(
    OrderShape,
    (
        Filter("number", TEXT),
        Filter(
            "search",
            TEXT,
            where=lambda text: Q(number_key__startswith=number_key(text) or "-"),
            about="The beginning of a number, however it is spelled.",
        ),
        Filter("contact", IDS, "contact__public_id", nullable=True),
        Filter("lead", IDS, "lead__public_id", nullable=True),
        Filter("status", TEXT, choices=tuple(OrderStatus.values)),
        Filter("source", TEXT),
        Filter("ordered_at", TIME),
        Filter("updated_at", TIME),
    ),
    (CREATED, Sort("ordered", "ordered_at", TIME), Sort("updated", "updated_at", TIME)),
)
NOTICES = Listing(OrderNoticeShape)


def orders_of(key: KnownKey) -> OrderQuerySet:
    """The orders in sight of the key."""
    return orders().visible_to(key.person) if key.person else orders()


class Orders(Endpoint):
    tag = TAG

    @operation(Scope.ORDERS_READ, "Orders", listing=ORDERS)
    def get(self, call: Call) -> Any:
        return call.page(orders_of(call.key))

    @operation(
        Scope.ORDERS_WRITE,
        "Add an order, or bring it up to date",
        about="The number decides: where the order is known, what you send replaces what was there and what you leave out "
        "stays. `items` are all items. The same again changes nothing.",
        into=OrderDraft,
        out=WholeOrderShape,
    )
    def post(self, call: Call) -> Any:
        data = dict(call.data)
        return _upserted(call, data.pop("number"), data)


class NumberedOrder(Endpoint):
    tag = TAG

    @operation(Scope.ORDERS_READ, "The order of a number", out=WholeOrderShape)
    def get(self, call: Call, number: str) -> Any:
        return call.one(orders_of(call.key).filter(number=number))

    @operation(
        Scope.ORDERS_WRITE,
        "Add the order of a number, or bring it up to date",
        about="As POST to the list, with the number in the address.",
        into=OrderChangesDraft,
        out=WholeOrderShape,
    )
    def put(self, call: Call, number: str) -> Any:
        return _upserted(call, number, dict(call.data))


class OneOrder(Endpoint):
    tag = TAG

    @operation(Scope.ORDERS_READ, "An order with its items", out=WholeOrderShape)
    def get(self, call: Call, public_id: UUID) -> Any:
        return call.one(orders_of(call.key).filter(public_id=public_id))

    @operation(Scope.ORDERS_WRITE, "Change an order", into=OrderChangesDraft, out=WholeOrderShape)
    def patch(self, call: Call, public_id: UUID) -> Any:
        order = _compared(call, public_id)
        return _upserted(call, order.number, dict(call.data), _read(call, order))


class Status(Endpoint):
    tag = TAG

    @operation(
        Scope.ORDERS_WRITE,
        "Say how far an order has come",
        about="What is cancelled or returned needs a reason.",
        into=OrderStatusDraft,
        out=WholeOrderShape,
    )
    def post(self, call: Call, public_id: UUID) -> Any:
        order = _compared(call, public_id)
        try:
            operations.set_status(
                order_id=order.pk,
                revision=_read(call, order),
                actor=call.actor,
                now=call.now,
                **call.data,
            )
        except BadOrder as refusal:
            raise _problem(refusal) from refusal
        return call.one(Order.objects.filter(pk=order.pk))


class Notices(Endpoint):
    tag = TAG

    @operation(Scope.ORDERS_READ, "What the customer was told of an order", listing=NOTICES)
    def get(self, call: Call, public_id: UUID) -> Any:
        order = orders_of(call.key).get(public_id=public_id)
        return call.page(OrderNotice.objects.filter(order=order))


class Answer(Endpoint):
    tag = TAG

    @operation(
        Scope.ORDERS_WRITE,
        "Note down what the customer wants done",
        about="An answer that came another way.",
        into=NoticeAnswerDraft,
        out=OrderNoticeShape,
    )
    def post(self, call: Call, public_id: UUID, notice_id: UUID) -> Any:
        order = orders_of(call.key).get(public_id=public_id)
        notice = OrderNotice.objects.get(order=order, public_id=notice_id)
        operations.answer_notice(
            notice_id=notice.public_id, answer=call.data["answer"], actor=call.actor, now=call.now
        )
        return call.one(OrderNotice.objects.filter(pk=notice.pk))


def _compared(call: Call, public_id: UUID) -> Order:
    """The order, as it still is what If-Match says. It is locked by the operation, after the leads of its contact."""
    rows = orders_of(call.key).filter(public_id=public_id)
    order: Order = rows.get()
    call.compare(rows)
    return order


def _read(call: Call, order: Order) -> int | None:
    """The revision that If-Match was compared with, so that nobody changes the order in between."""
    return order.revision if call.is_conditional else None


def _upserted(call: Call, number: str, data: dict[str, Any], revision: int | None = None) -> Any:
    known = Order.objects.filter(number=number).first()
    if known is not None and not orders_of(call.key).filter(pk=known.pk).exists():
        raise Problem(409, "conflict", _("This number belongs to an order that the key may not see."))
    if "items" in data:
        data["items"] = _drafts(call, data["items"])
    if (total := data.get("total")) is not None:
        data["total"], currency = total
        if data.setdefault("currency", currency) != currency:
            call.refuse("/currency", "invalid", _("The total is in another currency."))
    _name_subjects(call, data)
    try:
        order = operations.upsert_order(
            number=number, revision=revision, actor=call.actor, now=call.now, **data
        )
    except (BadOrder, BadItem) as refusal:
        raise _problem(refusal) from refusal
    return call.one(Order.objects.filter(pk=order.pk))


def _name_subjects(call: Call, data: dict[str, Any]) -> None:
    if data.get("lead") is not None:
        lead = leads_of(call.key).select_related("contact").filter(public_id=data["lead"]).first()
        data["lead"] = lead or call.refuse("/lead", "unknown", "There is no such lead.")
    if "contact" in data:
        contact = found_or_heir(contacts_of(call.key), data["contact"])
        data["contact"] = contact or call.refuse("/contact", "unknown", "There is no such contact.")


def _drafts(call: Call, given: Sequence[Mapping[str, Any]]) -> list[ItemDraft]:
    """With the product of the catalogue where it is named, by its id or by its code."""
    wanted = {item["product"] for item in given if item.get("product")}
    codes = {item["code"] for item in given if item.get("code")}
    found = Product.objects.filter(Q(public_id__in=wanted) | Q(code__in=codes)) if wanted or codes else ()
    by_id = {product.public_id: product for product in found}
    by_code = {product.code: product for product in found}
    drafts = []
    for place, item in enumerate(given):
        values = dict(item)
        asked = values.pop("product", None)
        if asked is not None and asked not in by_id:
            call.refuse(f"/items/{place}/product", "unknown", "There is no such product.")
        product = by_id[asked] if asked else by_code.get(values.get("code", ""))
        drafts.append(ItemDraft(product=product, **values))
    return drafts


def _problem(refusal: BadOrder | BadItem) -> Problem:
    """At the field of the body that it is about."""
    path = f"/{refusal.field}"
    if isinstance(refusal, BadItem):
        path = f"/items/{refusal.position}/{refusal.field}"
    return bad_request([Fault(path, "invalid", str(refusal))])
