"""What a run remembers of looking up an order. Plain JSON inside its state; what customers write is read here. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

_WITH_FIGURE = re.compile(r"[^\s,;!?()\"«»]*\d[^\s,;!?()\"«»]*")
MOST_WORDS = 12
MOST = 60


@dataclass(frozen=True, slots=True)
class LookUp:
    """`asked`: the customer wants to know about an order. `number` waits for its proof; `shown` is the number of the
    order that was told. `misses` counts wrong pairs of this run; `tried`: what is known of the customer proves nothing.
    `over`: "solved", or "left" where nothing came of it.
    """

    asked: bool = False
    number: str = ""
    shown: str = ""
    misses: int = 0
    tried: bool = False
    over: str = ""

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> LookUp:
        return cls(**{each.name: plain[each.name] for each in fields(cls) if each.name in plain})

    def plain(self) -> dict[str, Any]:
        """Only what differs from nothing, so that runs that look nothing up keep nothing."""
        return {
            each.name: value for each in fields(self) if (value := getattr(self, each.name)) != each.default
        }


def number_in(text: str) -> str:
    """What could be the order number in an answer to the question for it; "" for none."""
    if len(text.split()) > MOST_WORDS:
        return ""
    found = [each.strip(".:'-–") for each in _WITH_FIGURE.findall(text) if "@" not in each]
    return max(found, key=len, default="")[:MOST]
