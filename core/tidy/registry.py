"""What is kept for a while and then removed. Each room names its own finished rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from django.db.models import QuerySet


@dataclass(frozen=True, slots=True)
class Kept:
    """`rows` are all that have come to their end, `moment` is the column that says when; they stay `days` longer.

    `order` is a column with an index in which the oldest come first, more or less.
    """

    name: str
    days: int
    rows: Callable[[], QuerySet[Any]]
    moment: str
    order: str


_kept: dict[str, Kept] = {}
KEPT: Mapping[str, Kept] = MappingProxyType(_kept)


def keep(name: str, *, days: int, rows: Callable[[], QuerySet[Any]], moment: str, order: str = "pk") -> None:
    """Raises ValueError for a name that is taken."""
    if name in _kept:
        raise ValueError(f"{name!r} are tidied already.")
    _kept[name] = Kept(name, days, rows, moment, order)
