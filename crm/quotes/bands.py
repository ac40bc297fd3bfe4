"""Discounts in bands, so that few lines tell how far prices were let down and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Band:
    """Percents above `over` (None: from 0) up to and with `upto`."""

    key: str
    over: Decimal | None
    upto: Decimal

    @property
    def label(self) -> str:
        """In the active language."""
        if self.upto == 0:
            return _("No discount")
        if self.upto == 100:
            return _("Over %(low)s %%") % {"low": self.over}
        if not self.over:
            return _("Up to %(high)s %%") % {"high": self.upto}
        return _("Over %(low)s to %(high)s %%") % {"low": self.over, "high": self.upto}


_ENDS = [Decimal(each) for each in (0, 5, 10, 20, 100)]
BANDS: Mapping[str, Band] = {
    "0": Band("0", None, _ENDS[0]),
    **{f"{low}-{high}": Band(f"{low}-{high}", low, high) for low, high in pairwise(_ENDS)},
}
"""By key, from none upwards."""
