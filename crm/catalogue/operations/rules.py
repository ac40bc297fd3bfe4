"""Changes of one part of a product, over what stands there at that moment."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.db import transaction

from core.events.actor import Actor
from crm.catalogue.models import Product
from crm.catalogue.operations.products import draft_of, save_product

Edit = Callable[[Mapping[str, Any]], dict[str, Any]]
"""Gives a rule document in place of another one (crm.catalogue.editing)."""


@transaction.atomic
def change_product(
    *,
    product_id: int,
    actor: Actor,
    expected: int | None = None,
    edit: Edit | None = None,
    **changes: Any,
) -> Product:
    """`changes` are parts of ProductDraft; what is not named stays. `edit` changes the price rules.

    `expected` is the revision that the editor saw. Raises StaleProduct, BadEntry and BadRules as `save_product` does.
    """
    found = Product.objects.select_for_update().get(pk=product_id)
    if edit is not None:
        changes["rules"] = edit(found.rules)
    return save_product(
        draft=draft_of(found, **changes), actor=actor, product_id=product_id, expected=expected
    )
