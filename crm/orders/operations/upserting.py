"""An order is made, or brought to what its shop says now."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypedDict, Unpack

from django.db import transaction
from django.utils.translation import gettext as _

from core.company.queries import company
from core.conditions.canonical import CURRENCY_PATTERN
from core.events.actor import Actor
from core.text import clean
from crm.contacts.errors import BadContactPoint
from crm.contacts.models import Contact, ContactPointKind
from crm.contacts.operations import find_or_create_contact
from crm.contacts.queries import points_of_contact, stored_form
from crm.orders import numbers
from crm.orders.errors import BadOrder
from crm.orders.items import ItemDraft, newly_missing, rows_of, same, sum_of
from crm.orders.models import Order, OrderItem, OrderStatus
from crm.orders.operations.noticing import notice_changes
from crm.orders.operations.rows import lock_leads_of, locked_number, must_stand, record_order, touch
from crm.pipeline.models import Lead
from crm.quotes.lines import fits_scale
from crm.quotes.models import QuoteVersion
from crm.scoring.operations import rescore_locked

LARGEST_TOTAL = Decimal(10) ** 16


class OrderValues(TypedDict, total=False):
    """What may be said of an order; what is left out stays as it is.

    `total` None is what the items come to. `name` and `language` are for a contact that is not known yet.
    """

    contact: Contact | None
    lead: Lead | None
    quote: QuoteVersion | None
    items: Sequence[ItemDraft] | None
    status: OrderStatus | str
    reason: str
    expected_on: date | None
    currency: str
    total: Decimal | None
    phone: str
    email: str
    name: str
    language: str
    source: str
    ordered_at: datetime


def upsert_order(
    *,
    number: str,
    actor: Actor,
    now: datetime,
    tell: bool = True,
    revision: int | None = None,
    **values: Unpack[OrderValues],
) -> Order:
    """The order of this number as `values` say: made where there is none, else changed where it differs.

    The same again changes nothing. `items` are all items; None leaves them. The contact is the one given, else the one of
    the order, else the one known by phone or email, else a new one. With `tell` the customer hears of a later day and
    of items that are missing now. `revision` is the one that was read. Raises BadOrder, BadItem, StaleOrder.
    """
    given: dict[str, Any] = dict(values)
    number = _number(number)
    columns = _columns(given)
    drafts = given.get("items")
    items = None if drafts is None else rows_of(drafts)
    with transaction.atomic():
        contact = _contact(number, given, columns, actor)
        leads = lock_leads_of(contact)
        order = locked_number(number)
        if order is None:
            order = _made(number, contact, columns, items or [], actor=actor, now=now)
            missing = newly_missing([], items or [])
            changed, before = ["created"], None
        else:
            must_stand(order, revision)
            before = order.expected_on
            changed, missing = _brought(order, contact, columns, items, actor=actor, now=now)
        if tell and changed:
            notice_changes(order, before=before, missing=missing, actor=actor, now=now)
        if changed:
            rescore_locked(leads=leads, actor=actor)
    return order


def _number(raw: str) -> str:
    kept = numbers.storable(raw)
    if not numbers.number_key(kept):
        raise BadOrder(_("Write the number of the order."), field="number")
    if len(kept) > numbers.MOST:
        sentence = _("A number has at most %(most)d characters.") % {"most": numbers.MOST}
        raise BadOrder(sentence, field="number")
    return kept


def _columns(given: dict[str, Any]) -> dict[str, Any]:
    """The columns of the order that are said, checked and in stored form. Raises BadOrder."""
    names = ("status", "expected_on", "currency", "total", "ordered_at", "lead", "quote")
    columns: dict[str, Any] = {name: given[name] for name in names if name in given}
    for name, length in (("reason", 300), ("source", 40)):
        if name in given:
            columns[name] = clean(given[name]).strip()[:length]
    for kind in ContactPointKind.values:
        if kind in given:
            columns[kind] = _point(kind, given[kind])
    if given.get("contact") or given.get("lead"):
        columns["contact_given"] = True
    _check(columns)
    return columns


def _point(kind: str, raw: str) -> str:
    """Raises BadOrder for what nobody could be reached at."""
    if not (raw := clean(raw).strip()):
        return ""
    try:
        return stored_form(kind, raw)
    except BadContactPoint as refusal:
        raise BadOrder(str(refusal), field=kind) from refusal


def _check(columns: dict[str, Any]) -> None:
    total = columns.get("total")
    checks = [
        ("status", _("Choose one of the statuses of an order."), columns.get("status") in OrderStatus.values),
        (
            "currency",
            _("A currency has three letters, such as AMD."),
            re.fullmatch(CURRENCY_PATTERN, str(columns.get("currency"))) is not None,
        ),
        (
            "total",
            _("A total is a number from zero up, with four decimals at most."),
            total is None or (total.is_finite() and 0 <= total < LARGEST_TOTAL and fits_scale(total, 4)),
        ),
    ]
    for name, sentence, holds in checks:
        if name in columns and not holds:
            raise BadOrder(sentence, field=name)


def _contact(number: str, given: dict[str, Any], columns: dict[str, Any], actor: Actor) -> Contact | None:
    """Raises BadOrder for a lead of somebody else."""
    lead: Lead | None = given.get("lead")
    contact: Contact | None = given.get("contact") or (lead.contact if lead else None)
    if lead is not None and contact is not None and lead.contact_id != contact.pk:
        raise BadOrder(_("This lead is another contact's."), field="lead")
    if contact is None:
        contact = Contact.objects.filter(orders__number=number).first()
    if contact is None and (columns.get("phone") or columns.get("email")):
        contact = find_or_create_contact(
            actor=actor,
            phones=[columns["phone"]] if columns.get("phone") else [],
            emails=[columns["email"]] if columns.get("email") else [],
            name=given.get("name", ""),
            language=given.get("language", ""),
            source="order",
        )
    return contact


def _made(
    number: str,
    contact: Contact | None,
    columns: dict[str, Any],
    items: Sequence[OrderItem],
    *,
    actor: Actor,
    now: datetime,
) -> Order:
    values = {"currency": company().currency, "ordered_at": now, **columns}
    if contact is not None:
        for kind, value in points_of_contact(contact).items():
            values.setdefault(kind, value)
    if values.get("total") is None:
        values["total"] = _sum(items)
    order = Order.objects.create(
        number=number,
        number_key=numbers.number_key(number),
        contact=contact,
        created_at=now,
        updated_at=now,
        **values,
    )
    _put(order, items)
    record_order("order.created", order, actor=actor, source=order.source)
    return order


def _sum(items: Sequence[OrderItem]) -> Decimal | None:
    """Raises BadOrder for what cannot be written down."""
    total = sum_of(items)
    if total is None or total < 0:
        return None
    if total >= LARGEST_TOTAL:
        raise BadOrder(_("This total is larger than can be written down."), field="items")
    return total


def _put(order: Order, items: Sequence[OrderItem]) -> None:
    for row in items:
        row.order = order
    OrderItem.objects.bulk_create(items)


def _brought(
    order: Order,
    contact: Contact | None,
    columns: dict[str, Any],
    items: Sequence[OrderItem] | None,
    *,
    actor: Actor,
    now: datetime,
) -> tuple[list[str], list[OrderItem]]:
    """What changed of the locked order, and which of its items are missing now."""
    was, missing = str(order.status), []
    stands = list(order.items.order_by("position", "id"))
    new_items = items is not None and not same(stands, items)
    if "total" in columns and columns["total"] is None:
        columns["total"] = _sum(stands if items is None else items)
    elif new_items and "total" not in columns and order.total == sum_of(stands):
        columns["total"] = _sum(items or [])
    if "status" in columns and columns["status"] != was and "reason" not in columns:
        columns["reason"] = ""
    if contact is not None:
        columns["contact"] = contact
    changed = [name for name, value in columns.items() if getattr(order, name) != value]
    for name in changed:
        setattr(order, name, columns[name])
    if items is not None and new_items:
        missing = newly_missing(stands, items)
        order.items.all().delete()
        _put(order, items)
    if changed or new_items:
        touch(order, changed, now)
        names = sorted([*changed, *(["items"] if new_items else [])])
        record_order("order.updated", order, actor=actor, changes=names, reason=order.reason, **{"from": was})
        with suppress(AttributeError, KeyError):
            order._prefetched_objects_cache.pop("items")  # type: ignore[attr-defined]
        return names, missing
    return [], []
