"""Orders of a file: rows with the same number are the items of one order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import ProtectedError
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.company.queries import company
from core.events.actor import Actor
from core.languages import Language
from core.text import normalise
from crm.catalogue.models import Product
from crm.imports.registry import Importer, ImportField, Row, Taken
from crm.orders import numbers
from crm.orders.errors import BadItem, BadOrder
from crm.orders.items import ItemDraft
from crm.orders.models import Order, OrderStatus
from crm.orders.operations.rows import lock_leads_of
from crm.orders.operations.upserting import upsert_order
from crm.scoring.operations import rescore_locked

KIND = "orders"
DAYS = ("%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%d.%m.%y", "%Y-%m-%d %H:%M:%S")
YES = frozenset(map(normalise, ("1", "x", "yes", "true", "да", "այո", "bəli")))
WORDS = {
    "number": "order, order number, no, номер, заказ, номер заказа, համար, պատվեր, nömrə, sifariş",
    "name": "name, client, имя, клиент, покупатель, անուն, հաճախորդ, ad, müştəri",
    "phone": "telephone, mobile, телефон, հեռախոս, telefon",
    "email": "e-mail, mail, почта, էլ փոստ, e-poçt",
    "status": "state, статус, կարգավիճակ",
    "reason": "причина, պատճառ, səbəb",
    "ordered_at": "date, order date, дата, дата заказа, ամսաթիվ, tarix",
    "expected_on": "expected, delivery date, дата доставки, առաքման օր, çatdırılma tarixi",
    "total": "sum, amount, сумма, итого, գումար, məbləğ",
    "currency": "валюта, արժույթ, valyuta",
    "title": "product, product name, title, товар, наименование, ապրանք, məhsul",
    "code": "sku, code, article, артикул, код, կոդ, kod",
    "quantity": "qty, count, количество, кол-во, քանակ, miqdar, say",
    "unit_price": "unit price, цена, գին, qiymət",
    "missing": "out of stock, нет в наличии, պակասում է, çatışmır",
}
"""How the columns are called elsewhere, in four languages."""
STATUSES = {
    OrderStatus.NEW: "new, received, open, pending, новый, принят, получен заказ, նոր, yeni",
    OrderStatus.CONFIRMED: "confirmed, paid, подтверждён, подтвержден, оплачен, հաստատված, təsdiqlənib",
    OrderStatus.IN_WORK: "in production, processing, в работе, в производстве, в обработке, ընթացքում, hazırlanır",
    OrderStatus.READY: "ready, готов, собран, պատրաստ, hazır",
    OrderStatus.SHIPPED: "shipped, sent, on its way, в пути, отправлен, отгружен, ճանապարհին, yolda, göndərilib",
    OrderStatus.DELIVERED: "delivered, completed, done, доставлен, получен, выполнен, завершен, առաքված, çatdırılıb",
    OrderStatus.RETURNED: "returned, refunded, возвращён, возвращен, возврат, վերադարձված, qaytarılıb",
    OrderStatus.CANCELLED: "cancelled, canceled, отменён, отменен, отмена, չեղարկված, ləğv edilib",
}
"""How other programs call them."""
LABELS = {
    "number": gettext_lazy("Number"),
    "name": gettext_lazy("Customer"),
    "phone": gettext_lazy("Phone"),
    "email": gettext_lazy("Email"),
    "status": gettext_lazy("Status"),
    "reason": gettext_lazy("Reason"),
    "ordered_at": gettext_lazy("Ordered"),
    "expected_on": gettext_lazy("Expected on"),
    "total": gettext_lazy("Total"),
    "currency": gettext_lazy("Currency"),
    "title": gettext_lazy("Item"),
    "code": gettext_lazy("Code of the item"),
    "quantity": gettext_lazy("Quantity"),
    "unit_price": gettext_lazy("Price"),
    "missing": gettext_lazy("Missing"),
}
FIELDS = tuple(
    ImportField(key, label, needed=key == "number", words=tuple(WORDS[key].split(", ")))
    for key, label in LABELS.items()
)


def importer() -> Importer:
    return Importer(KIND, FIELDS, "number", take, undo)


def take(rows: Sequence[Row], options: Mapping[str, Any], actor: Actor, now: datetime) -> Taken:
    """Raises BadOrder, BadItem."""
    number = numbers.storable(rows[0].get("number", ""))
    known = Order.objects.filter(number=number).values_list("revision", flat=True).first()
    values = _values(rows)
    items = _items(rows)
    if items is not None:
        values["items"] = items
    if known is None:
        values.setdefault("source", "import")
    order = upsert_order(number=number, actor=actor, now=now, tell=bool(options.get("tell")), **values)
    outcome = "created" if known is None else "same" if order.revision == known else "changed"
    return Taken(outcome, order.number, order.pk, order.revision)


def undo(thing: int, revision: int, actor: Actor, now: datetime) -> bool:
    """Take away an order that nobody has changed since it was imported, and for which no money was asked."""
    seen = Order.objects.select_related("contact").filter(pk=thing).first()
    if seen is None:
        return True
    leads = lock_leads_of(seen.contact)
    order = Order.objects.select_for_update().get(pk=thing)
    if order.revision != revision:
        return False
    try:
        order.delete()
    except ProtectedError:
        return False
    rescore_locked(leads=leads, actor=actor)
    return True


def _first(rows: Sequence[Row], name: str) -> str:
    return next((row[name] for row in rows if row.get(name)), "")


def _values(rows: Sequence[Row]) -> dict[str, Any]:
    """What the rows say of the order: the first cell that is filled in; an empty column says nothing."""
    found: dict[str, Any] = {
        name: text for name in ("name", "phone", "email", "reason") if (text := _first(rows, name))
    }
    if text := _first(rows, "status"):
        found["status"] = _status(text)
    if text := _first(rows, "expected_on"):
        found["expected_on"] = _day(text, "expected_on")
    if text := _first(rows, "ordered_at"):
        found["ordered_at"] = _instant(_day(text, "ordered_at"))
    if text := _first(rows, "currency"):
        found["currency"] = text.upper()
    if text := _first(rows, "total"):
        found["total"] = _number(text, "total")
    return found


def _items(rows: Sequence[Row]) -> list[ItemDraft] | None:
    """None where the file has no items."""
    if not any(row.get("title") or row.get("code") for row in rows):
        return None
    codes = {row["code"] for row in rows if row.get("code")}
    products = {each.code: each for each in Product.objects.filter(code__in=codes)} if codes else {}
    items = []
    for row in rows:
        product = products.get(row.get("code", ""))
        price = row.get("unit_price", "")
        items.append(
            ItemDraft(
                title=row.get("title") or (product.name if product else row.get("code", "")),
                code=row.get("code", ""),
                quantity=_number(row.get("quantity") or "1", "quantity"),
                unit_price=_number(price, "unit_price") if price else None,
                product=product,
                missing=normalise(row.get("missing", "")) in YES,
            )
        )
    return items


def _number(text: str, field: str) -> Decimal:
    """ "1,500.50", "1 500,50" and "1500.5" alike. Raises BadOrder."""
    plain = "".join(text.split()).replace("\u2212", "-").replace("'", "")
    if "," in plain and "." in plain:
        thousands = "," if plain.rfind(".") > plain.rfind(",") else "."
        plain = plain.replace(thousands, "")
    plain = plain.replace(",", ".")
    try:
        number = Decimal(plain) if set(plain) <= set("0123456789.-") and len(plain) < 40 else None
    except InvalidOperation:
        number = None
    if number is None:
        raise BadOrder(_("Not a number: %(text)s.") % {"text": text[:60]}, field=field)
    return number


def _day(text: str, field: str) -> date:
    for pattern in DAYS:
        try:
            return datetime.strptime(text, pattern).replace(tzinfo=UTC).date()
        except ValueError:
            continue
    sentence = _("Not a day: %(text)s. Write it like 2026-03-19 or 19.03.2026.")
    raise BadOrder(sentence % {"text": text[:60]}, field=field)


def _instant(day: date) -> datetime:
    return datetime.combine(day, datetime.min.time(), tzinfo=ZoneInfo(company().timezone))


def _status(text: str) -> OrderStatus:
    """By its key or its word in any of the languages. Raises BadOrder."""
    wanted = normalise(text)
    for status in OrderStatus:
        words = {status.value, *map(normalise, STATUSES[status].split(", "))}
        for language in Language.values:
            with translation.override(language):
                words.add(normalise(str(status.label)))
        if wanted in words:
            return status
    known = ", ".join(str(status.label) for status in OrderStatus)
    sentence = _("Not a status: %(text)s. Known are: %(known)s.")
    raise BadOrder(sentence % {"text": text[:60], "known": known}, field="status")


__all__ = ["BadItem", "importer"]
