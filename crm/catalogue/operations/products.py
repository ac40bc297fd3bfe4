from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from core.conditions.canonical import CURRENCY_PATTERN
from core.events.actor import Actor
from core.events.operations import record
from core.languages import Language
from core.text import clean, clean_json
from crm.catalogue.errors import BadEntry, BadRules, ProductInUse, StaleProduct
from crm.catalogue.models import Product, ProductKind, Tax, Unit
from crm.catalogue.past import changes_since, last_edit
from crm.catalogue.pictures import BadPicture, kind_of
from crm.catalogue.queries import uses_of_product
from crm.catalogue.reading import LARGEST, read_rules, written
from crm.quotes.lines import fits_scale

LENGTHS = {"title": 200, "description": 4000}
MOST_GOALS = 20
_CODE = re.compile(r"[\w.\-/]{1,60}")


@dataclass(frozen=True, kw_only=True)
class ProductDraft:
    """What an admin or a program writes about a product; parts as on the model, `taxes` by their ids."""

    code: str
    name: str
    unit_price: Decimal
    currency: str
    kind: str = ProductKind.GOODS
    title: dict[str, str] = field(default_factory=dict)
    description: dict[str, str] = field(default_factory=dict)
    unit: str = Unit.PIECE
    cost: Decimal | None = None
    rules: dict[str, Any] = field(default_factory=dict)
    complex: bool = False
    taxes: tuple[int, ...] = ()
    goals: tuple[str, ...] = ()
    active_from: date | None = None
    active_until: date | None = None
    active: bool = True


COLUMNS = tuple(name for name in ProductDraft.__dataclass_fields__ if name != "taxes")


def draft_of(product: Product, **changes: Any) -> ProductDraft:
    """What stands, with these changes."""
    kept = {name: getattr(product, name) for name in COLUMNS}
    if "taxes" not in changes:
        kept["taxes"] = tuple(product.taxes.values_list("pk", flat=True))
    return ProductDraft(**{**kept, **changes})


@transaction.atomic
def save_product(
    *, draft: ProductDraft, actor: Actor, product_id: int | None = None, expected: int | None = None
) -> Product:
    """Add a product or change the one of that id; quotes keep the words and numbers that they had.

    `expected` is the revision that the editor saw: StaleProduct when another save came in between. Raises BadEntry with a
    sentence by part, BadRules with every fault of the price rules.
    """
    found = _locked(product_id) if product_id else Product(position=_next_position())
    if expected is not None and found.pk and found.revision != expected:
        raise stale_product(found, expected)
    values = _checked(draft, found)
    changed = [name for name in COLUMNS if not found.pk or getattr(found, name) != values[name]]
    before = set(found.taxes.values_list("pk", flat=True)) if found.pk else None
    if before != set(draft.taxes):
        changed.append("taxes")
    if not changed:
        return found
    for name in COLUMNS:
        setattr(found, name, values[name])
    found.revision += 1 if found.pk else 0
    found.save()
    found.taxes.set(draft.taxes)
    tell_product(found, changed, actor)
    return found


@transaction.atomic
def use_product(*, product_id: int, active: bool, actor: Actor) -> Product:
    """Sell it no more, or again: quotes that have it stay as they are."""
    found = _locked(product_id)
    if found.active != active:
        found.active = active
        found.revision += 1
        found.save(update_fields=["active", "revision"])
        tell_product(found, ["active"], actor)
    return found


@transaction.atomic
def delete_product(*, product_id: int, actor: Actor) -> None:
    """Decided quotes keep its words and numbers. Raises ProductInUse with the open quotes and templates that have it."""
    found = _locked(product_id)
    if uses := uses_of_product(found):
        sentence = _("“%(name)s” is still offered. Change these first, or stop selling it: then it is kept.")
        raise ProductInUse(sentence % {"name": found.name}, uses)
    tell_product(found, ["deleted"], actor)
    found.delete()


@transaction.atomic
def reorder_products(*, product_ids: Sequence[int], actor: Actor) -> None:
    """Show them in this order; products that are not named keep theirs, after the named ones."""
    rows = {row.pk: row for row in Product.objects.select_for_update().order_by("position", "id")}
    named = [rows.pop(pk) for pk in dict.fromkeys(product_ids) if pk in rows]
    moved = []
    for position, row in enumerate([*named, *rows.values()]):
        if row.position != position:
            row.position = position
            moved.append(row)
    Product.objects.bulk_update(moved, ["position"])
    if moved:
        tell_product(moved[0], ["position"], actor)


@transaction.atomic
def set_picture(*, product_id: int, content: bytes | None, actor: Actor) -> Product:
    """Store a picture, or take it away with None; what it is shows in its first bytes, not in its name. Raises BadEntry."""
    found = _locked(product_id)
    if content is None:
        found.picture = ""
    else:
        try:
            ending = kind_of(content)
        except BadPicture as error:
            raise BadEntry({"picture": str(error)}) from error
        found.picture.save(f"{found.public_id}.{ending}", ContentFile(content), save=False)
    found.revision += 1
    found.save(update_fields=["picture", "revision"])
    tell_product(found, ["picture"], actor)
    return found


def _locked(product_id: int) -> Product:
    return Product.objects.select_for_update().get(pk=product_id)


def _next_position() -> int:
    last: int | None = Product.objects.aggregate(last=Max("position"))["last"]
    return 0 if last is None else last + 1


def tell_product(found: Product, changed: Sequence[str], actor: Actor) -> None:
    payload = {"code": found.code, "name": found.name, "changes": list(changed)}
    record(name="product.changed", subject=found, actor=actor, payload=payload)


def stale_product(found: Product, expected: int) -> StaleProduct:
    edit = last_edit(found)
    who = edit.who or _("Somebody else")
    sentence = _("%(who)s has changed “%(name)s” in the meantime. Look at it again before you save.")
    return StaleProduct(
        sentence % {"who": who, "name": found.name},
        who=edit.who,
        when=edit.when,
        changes=changes_since(found, expected),
    )


def _checked(draft: ProductDraft, found: Product) -> dict[str, Any]:
    values: dict[str, Any] = {name: getattr(draft, name) for name in COLUMNS}
    faults: dict[str, str] = {}
    for name in ("code", "name"):
        values[name] = clean(values[name]).strip()
    for name in LENGTHS:
        values[name] = _texts(name, values[name], faults)
    values["goals"] = list(dict.fromkeys(clean_json(list(draft.goals))))
    _check_words(values, found, faults)
    _check_money(values, faults)
    if set(draft.taxes) - set(Tax.objects.filter(pk__in=draft.taxes).values_list("pk", flat=True)):
        faults["taxes"] = _("There is no such tax.")
    if draft.active_from and draft.active_until and draft.active_from > draft.active_until:
        faults["active_until"] = _("The last day is not before the first.")
    try:
        values["rules"] = written(read_rules(clean_json(draft.rules), unit_price=draft.unit_price))
    except BadRules as error:
        if not faults:
            raise
        faults["rules"] = str(error)
    if faults:
        raise BadEntry(faults)
    return values


def _check_words(values: dict[str, Any], found: Product, faults: dict[str, str]) -> None:
    if not _CODE.fullmatch(values["code"]):
        faults["code"] = _("Use letters, digits, points and dashes, at most 60.")
    elif Product.objects.filter(code=values["code"]).exclude(pk=found.pk).exists():
        faults["code"] = _("Another product has this code.")
    if not 1 <= len(values["name"]) <= 200:
        faults["name"] = _("Write a name, at most 200 letters.")
    if values["kind"] not in ProductKind.values:
        faults["kind"] = _("There is no such type.")
    if values["unit"] not in Unit.values:
        faults["unit"] = _("Choose one of the units.")
    if len(values["goals"]) > MOST_GOALS or any(not 1 <= len(each) <= 40 for each in values["goals"]):
        faults["goals"] = _("At most 20 goals of 40 letters.")


def _check_money(values: dict[str, Any], faults: dict[str, str]) -> None:
    for name in ("unit_price", "cost"):
        amount = values[name]
        if amount is None and name == "cost":
            continue
        if not amount.is_finite() or not 0 <= amount < LARGEST or not fits_scale(amount, 6):
            faults[name] = _("Write an amount that is not below zero, with six decimals at most.")
    if not re.fullmatch(CURRENCY_PATTERN, values["currency"]):
        faults["currency"] = _("Write the three letters of a currency, like AMD.")


def _texts(name: str, texts: dict[str, str], faults: dict[str, str]) -> dict[str, str]:
    if set(texts) - set(Language.values) or any(len(text) > LENGTHS[name] for text in texts.values()):
        faults[name] = _("Write texts for en, ru, hy or az, with %(most)d letters at most.") % {
            "most": LENGTHS[name]
        }
    return {code: clean(text).strip() for code, text in texts.items() if clean(text).strip()}
