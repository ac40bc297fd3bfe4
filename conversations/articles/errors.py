from __future__ import annotations

from collections.abc import Mapping

from core.errors import Refused
from crm.errors import StaleEdit


class BadArticle(Refused):
    """Cannot be saved so; `faults` has a sentence by its part."""

    def __init__(self, faults: Mapping[str, str]) -> None:
        super().__init__(" ".join(faults.values()))
        self.faults = dict(faults)


class StaleArticle(StaleEdit):
    """Somebody else saved it after this form was opened."""
