from __future__ import annotations

from collections.abc import Mapping

from core.errors import Refused
from crm.errors import StaleEdit


class BadSettings(Refused):
    """Cannot be saved so; `faults` has a sentence by its part."""

    def __init__(self, faults: Mapping[str, str]) -> None:
        super().__init__(" ".join(faults.values()))
        self.faults = dict(faults)


class StaleSettings(StaleEdit):
    """Another admin saved the settings after this form was opened."""


class NotAllowedNow(Refused):
    """The assistant may not do this, or not now."""
