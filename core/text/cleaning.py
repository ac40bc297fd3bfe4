"""What may not reach the database is removed here, once, where text enters."""

import math
import re
from typing import Any

from core.text.cards import hide_cards

MAX_JSON_DEPTH = 100

_UNSTORABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


def clean(text: str) -> str:
    """Return `text` without control characters (newline and tab stay) and without lone surrogates.

    Every line end becomes a newline. Joiners and direction marks stay: emoji and right-to-left text need them.
    """
    return _UNSTORABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def clean_words(text: str) -> str:
    """`clean` for what people write in their own words: numbers of payment cards are hidden in it."""
    return hide_cards(clean(text))


def clean_json(value: Any) -> Any:
    """Return the JSON value with every string and key cleaned.

    NaN and infinities, which jsonb refuses, and whatever lies deeper than `MAX_JSON_DEPTH` become null.
    """
    return _clean_json(value, MAX_JSON_DEPTH)


def _clean_json(value: Any, depth: int) -> Any:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict | list | tuple) and depth == 0:
        return None
    if isinstance(value, dict):
        return {clean(str(key)): _clean_json(item, depth - 1) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_clean_json(item, depth - 1) for item in value]
    return value
