"""What the history of a product says to somebody who was about to change it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from core.access.models import User
from crm.catalogue.models import Product

PARTS = (
    *("name", "code", "kind", "title", "description", "unit", "unit_price", "currency", "cost", "rules"),
    *("complex", "goals", "picture", "active_from", "active_until", "active"),
)
"""What a save can change, in the order of the form."""


@dataclass(frozen=True)
class LastEdit:
    """`who` is empty when no signed-in person did it."""

    who: str
    when: datetime | None


def last_edit(product: Product) -> LastEdit:
    past = Product.pgh_event_model.objects.filter(pgh_obj_id=product.pk)  # type: ignore[attr-defined]
    row = past.order_by("-pgh_id").values("pgh_created_at", "pgh_context").first()
    if row is None:
        return LastEdit("", None)
    user_id = (row["pgh_context"] or {}).get("user")
    person = User.objects.filter(pk=user_id).first() if user_id else None
    return LastEdit(str(person or ""), row["pgh_created_at"])


def changes_since(product: Product, revision: int) -> tuple[str, ...]:
    """Parts that differ now from what stood at that revision; without one none of these: the taxes then."""
    past = Product.pgh_event_model.objects.filter(pgh_obj_id=product.pk, revision=revision)  # type: ignore[attr-defined]
    seen = past.order_by("-pgh_id").values(*PARTS).first()
    if seen is None:
        return PARTS
    return tuple(name for name in PARTS if seen[name] != _plain(product, name)) or ("taxes",)


def _plain(product: Product, name: str) -> object:
    return product.picture.name or "" if name == "picture" else getattr(product, name)
