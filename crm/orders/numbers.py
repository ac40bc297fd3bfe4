"""Order numbers as shops and customers write them. Pure."""

from __future__ import annotations

import re

from core.text import clean, normalise

MOST = 60
_SIGN = re.compile(r"^\s*(?:№|#|n°|no\.|nr\.)\s*", re.IGNORECASE)


def storable(raw: str) -> str:
    """The shop's own number as it is kept: one line, without blanks around it."""
    return " ".join(clean(raw).split())


def number_key(raw: str) -> str:
    """In the form in which spellings are compared: "№ A-1042" and "a1042" are one; "" for what names nothing."""
    plain = normalise(_SIGN.sub("", clean(raw)))
    return "".join(char for char in plain if char.isalnum())[:MOST]
