from __future__ import annotations

from core.errors import Refused


class CannotPlay(Refused):
    """The flow cannot be tried out as it is; the sentence says what to do."""


class BadAction(Refused):
    """An action or a setting that no try-out knows."""
