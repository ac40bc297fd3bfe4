"""What belongs to a contact and goes with it when two become one.

Each room registers its models that have a foreign key `contact`. They are locked in the order of the house:
conversations, identities, leads, bookings, then the contact and what hangs on it alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Model, QuerySet

if TYPE_CHECKING:
    from django.utils.functional import Promise

Same = Callable[[int, int], QuerySet[Any]]


@dataclass(frozen=True, slots=True)
class Belonging:
    """`same(winner, loser)`: rows of the loser that the winner has already and that stay where they are."""

    model: type[Model]
    label: str | Promise
    same: Same | None = None

    @property
    def name(self) -> str:
        return self.model._meta.label_lower

    def of(self, *contacts: int) -> QuerySet[Any]:
        return self.model._default_manager.filter(contact__in=contacts)

    def going(self, winner: int, loser: int) -> QuerySet[Any]:
        """What the winner gets from the loser."""
        rows = self.of(loser)
        return rows.exclude(pk__in=self.same(winner, loser).values("pk")) if self.same else rows


_belongings: dict[int, Belonging] = {}


def register(model: type[Model], *, label: str | Promise, place: int, same: Same | None = None) -> None:
    """`place`: its turn among the others. Raises ValueError for one that is taken."""
    if place in _belongings:
        raise ValueError(f"Place {place} among what belongs to a contact is taken.")
    _belongings[place] = Belonging(model, label, same)


def belongings() -> list[Belonging]:
    """In the order in which rows are locked."""
    return [_belongings[place] for place in sorted(_belongings)]
