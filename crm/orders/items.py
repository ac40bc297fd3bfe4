"""Items of an order as people and programs give them, checked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from core.text import clean
from crm.catalogue.models import Product
from crm.orders.errors import BadItem, BadOrder
from crm.orders.models import OrderItem
from crm.quotes.lines import LARGEST_PRICE, LARGEST_QUANTITY, fits_scale

MOST_ITEMS = 1000


@dataclass(frozen=True, kw_only=True)
class ItemDraft:
    """`unit_price` None: not known. `missing`: it cannot be delivered with the rest."""

    title: str
    code: str = ""
    quantity: Decimal = Decimal(1)
    unit_price: Decimal | None = None
    product: Product | None = None
    missing: bool = False


def rows_of(drafts: Sequence[ItemDraft]) -> list[OrderItem]:
    """Unsaved rows in the given order. Raises BadItem at the first that cannot be, BadOrder for too many."""
    if len(drafts) > MOST_ITEMS:
        raise BadOrder(_("At most %(most)d items.") % {"most": MOST_ITEMS}, field="items")
    return [_row(place, draft) for place, draft in enumerate(drafts)]


def _row(place: int, draft: ItemDraft) -> OrderItem:
    for name, sentence, holds in _rules(draft):
        if not holds:
            raise BadItem(sentence, position=place, field=name)
    return OrderItem(
        position=place,
        product=draft.product,
        code=clean(draft.code).strip()[:60],
        title=clean(draft.title).strip()[:300],
        quantity=draft.quantity,
        unit_price=draft.unit_price,
        missing=draft.missing,
    )


def _rules(draft: ItemDraft) -> list[tuple[str, str, bool]]:
    """(field, sentence, whether it holds)."""
    quantity, price = draft.quantity, draft.unit_price
    if not quantity.is_finite() or (price is not None and not price.is_finite()):
        return [("quantity", _("Write numbers only."), False)]
    return [
        ("title", _("Say what was ordered."), bool(clean(draft.title).strip())),
        ("quantity", _("The quantity is more than zero."), 0 < quantity < LARGEST_QUANTITY),
        ("quantity", _("At most six decimals."), fits_scale(quantity, 6)),
        (
            "unit_price",
            _("This price is larger than can be written down."),
            price is None or abs(price) < LARGEST_PRICE,
        ),
        ("unit_price", _("At most six decimals."), price is None or fits_scale(price, 6)),
    ]


def sum_of(rows: Sequence[OrderItem]) -> Decimal | None:
    """What the items come to, rounded to four decimals; None where a price is missing, or where there is no item."""
    if not rows or any(row.unit_price is None for row in rows):
        return None
    whole = sum((row.quantity * (row.unit_price or Decimal(0)) for row in rows), Decimal(0))
    return whole.quantize(Decimal("0.0001"))


def same(before: Sequence[OrderItem], after: Sequence[OrderItem]) -> bool:
    """Whether both lists say the same, in the same order."""
    return [_plain(row) for row in before] == [_plain(row) for row in after]


def _plain(row: OrderItem) -> tuple[object, ...]:
    return (row.code, row.title, row.quantity, row.unit_price, row.product_id, row.missing)


def newly_missing(before: Sequence[OrderItem], after: Sequence[OrderItem]) -> list[OrderItem]:
    """The items of `after` that are missing and were not before. One is known again by its code, else by its title."""
    known = {name_of(row) for row in before if row.missing}
    return [row for row in after if row.missing and name_of(row) not in known]


def name_of(row: OrderItem) -> str:
    return row.code or row.title
