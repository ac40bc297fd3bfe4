"""Taxes, and the rates at which prices become those of another currency."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core.conditions.canonical import CURRENCY_PATTERN
from core.events.actor import Actor
from core.events.operations import record
from core.text import clean
from crm.catalogue.errors import BadEntry, TaxInUse
from crm.catalogue.models import ExchangeRate, Product, Tax
from crm.catalogue.operations.products import tell_product
from crm.catalogue.queries import quotes_with_tax
from crm.errors import Use
from crm.quotes.lines import fits_scale

LARGEST_RATE = Decimal(10) ** 12


@dataclass(frozen=True, kw_only=True)
class TaxDraft:
    name: str
    percent: Decimal
    is_default: bool = False
    active: bool = True


@transaction.atomic
def save_tax(*, draft: TaxDraft, actor: Actor, tax_id: int | None = None) -> Tax:
    """Add a tax or change the one of that id. Raises BadEntry, and TaxInUse for another percent of one that stands on
    quotes: `replace_tax` puts a new one in its place.
    """
    found = Tax.objects.select_for_update().get(pk=tax_id) if tax_id else Tax()
    values = _checked(draft, found)
    if found.pk and found.percent != values["percent"] and (uses := quotes_with_tax(found)):
        sentence = _("“%(name)s” stands on quotes, so its percent stays. Put a new tax in its place.")
        raise TaxInUse(sentence % {"name": found}, uses)
    return _stored(found, values, actor)


@transaction.atomic
def replace_tax(*, tax_id: int, draft: TaxDraft, actor: Actor) -> Tax:
    """A new tax in the place of the one of that id: products that had it have the new one, quotes keep the old percent,
    and the old one is in use no more. Where it is replaced already by the very same, that one is given. Raises BadEntry.
    """
    old = Tax.objects.select_for_update().get(pk=tax_id)
    twin = Tax.objects.filter(name=draft.name, percent=draft.percent, active=True).exclude(pk=old.pk).first()
    if twin is not None and not old.active:
        return twin
    _stored(old, {"active": False, "is_default": False}, actor)
    made = _stored(Tax(), _checked(replace(draft, active=True), Tax()), actor)
    for product in Product.objects.filter(taxes=old).select_for_update().order_by("pk"):
        product.taxes.remove(old)
        product.taxes.add(made)
        product.revision += 1
        product.save(update_fields=["revision"])
        tell_product(product, ["taxes"], actor)
    return made


def _checked(draft: TaxDraft, found: Tax) -> dict[str, Any]:
    values = {**asdict(draft), "name": clean(draft.name).strip()}
    faults = {}
    others = Tax.objects.filter(name=values["name"], active=True).exclude(pk=found.pk)
    if not values["name"] or len(values["name"]) > 60:
        faults["name"] = _("Write a name, at most 60 letters.")
    elif draft.active and others.exists():
        faults["name"] = _("Another tax has this name.")
    if not draft.percent.is_finite() or not 0 <= draft.percent <= 100 or not fits_scale(draft.percent, 3):
        faults["percent"] = _("A tax is a percent from 0 to 100, with three decimals at most.")
    if faults:
        raise BadEntry(faults)
    return values


def _stored(found: Tax, values: Mapping[str, Any], actor: Actor) -> Tax:
    changed = [name for name, value in values.items() if not found.pk or getattr(found, name) != value]
    for name in changed:
        setattr(found, name, values[name])
    if changed:
        found.save()
        _tell(found, changed, actor)
    return found


@transaction.atomic
def delete_tax(*, tax_id: int, actor: Actor) -> None:
    """Raises TaxInUse with the products that have it."""
    found = Tax.objects.select_for_update().get(pk=tax_id)
    names = Product.objects.filter(taxes=found).values_list("name", flat=True)[:20]
    if uses := [Use(_("Product"), name) for name in names]:
        sentence = _("“%(name)s” is still on products. Take it off them first, or stop using it.")
        raise TaxInUse(sentence % {"name": found.name}, uses)
    _tell(found, ["deleted"], actor)
    found.delete()


@transaction.atomic
def set_rate(*, base: str, quote: str, rate: Decimal, since: date, actor: Actor) -> ExchangeRate:
    """One `base` costs `rate` units of `quote` from the day on; the same day again puts the new rate in place of the
    old one. Raises BadEntry.
    """
    faults = {}
    for name, code in (("base", base), ("quote", quote)):
        if not re.fullmatch(CURRENCY_PATTERN, code):
            faults[name] = _("Write the three letters of a currency, like AMD.")
    if base == quote:
        faults["quote"] = _("Choose two currencies.")
    if not rate.is_finite() or not 0 < rate < LARGEST_RATE or not fits_scale(rate, 8):
        faults["rate"] = _("Write a rate above zero, with eight decimals at most.")
    if faults:
        raise BadEntry(faults)
    found, _made = ExchangeRate.objects.update_or_create(
        base=base, quote=quote, since=since, defaults={"rate": rate, "user_id": actor.user_id}
    )
    payload = {"base": base, "quote": quote, "rate": f"{rate:f}", "since": since.isoformat()}
    record(name="rate.set", subject=found, actor=actor, payload=payload)
    return found


def _tell(found: Tax, changed: Sequence[str], actor: Actor) -> None:
    payload = {"name": found.name, "percent": f"{found.percent:f}", "changes": list(changed)}
    record(name="tax.changed", subject=found, actor=actor, payload=payload)
