from __future__ import annotations

from core.errors import Refused


class CannotMail(Refused):
    """There is no address, no consent or no mail server; the sentence says which."""
