"""What an operation on the catalogue declines; `str()` of each is a sentence for the person who asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.errors import Refused
from crm.errors import InUse, StaleEdit


@dataclass(frozen=True)
class Fault:
    """`path` names the place in the rule document ("options[1].price", "" for the whole)."""

    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" if self.path else self.message


class BadRules(Refused):
    """The document is no set of price rules; every fault is in `faults`."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(" ".join(map(str, faults)))
        self.faults = tuple(faults)


class BadEntry(Refused):
    """A product, tax or rate that cannot be saved so; `faults` has a sentence by its part."""

    def __init__(self, faults: Mapping[str, str]) -> None:
        super().__init__(" ".join(faults.values()))
        self.faults = dict(faults)


class BadFacts(Refused):
    """Facts that no question could have given; `faults` has a sentence by key."""

    def __init__(self, faults: Mapping[str, str]) -> None:
        super().__init__(" ".join(f"{key}: {sentence}" for key, sentence in faults.items()))
        self.faults = dict(faults)


class ProductInUse(InUse):
    """Quotes that are still open, or templates, have it."""


class TaxInUse(InUse):
    """Products have it, or quotes: what stands on them is not changed under their feet."""


class StaleProduct(StaleEdit):
    """Somebody else saved the product after this form was opened."""
