"""Long text in parts that a channel takes, cut where a reader would pause (spec 2.3)."""

from __future__ import annotations

import re
import unicodedata

from conversations.channels.contracts import TextUnit

# A paragraph, a line or a sentence (Latin, Armenian, ideographic) ends; or, failing that, a word.
_PAUSES = (
    re.compile(r"\n\s*\n"),
    re.compile(r"(?<=[.!?…։。！？])[\"'»”)]*\s+|\n"),
    re.compile(r"\s+"),
)
SHORTEST = 0.3
"""A pause counts only beyond this share of the limit: no part of two words before one of four thousand."""
_JOINER = "\u200d"


def split(text: str, *, limit: int, unit: TextUnit = TextUnit.CHARACTERS) -> list[str]:
    """Parts of at most `limit` units each that, read one after the other, say the same.

    Empty text has no parts.
    """
    parts = []
    rest = text.strip()
    while rest:
        end = len(rest) if size(rest, unit) <= limit else _end_of_part(rest, limit, unit)
        parts.append(rest[:end].rstrip())
        rest = rest[end:].lstrip()
    return parts


def size(text: str, unit: TextUnit) -> int:
    return len(text.encode()) if unit == TextUnit.BYTES else len(text)


def _end_of_part(text: str, limit: int, unit: TextUnit) -> int:
    longest = _longest_prefix(text, limit, unit)
    for pause in _PAUSES:
        ends = [match.end() for match in pause.finditer(text, 0, longest) if match.start() > 0]
        if ends and ends[-1] >= longest * SHORTEST:
            return ends[-1]
    return _before_joined(text, longest)


def _longest_prefix(text: str, limit: int, unit: TextUnit) -> int:
    if unit == TextUnit.CHARACTERS:
        return limit
    return max(1, len(text.encode()[:limit].decode(errors="ignore")))


def _before_joined(text: str, end: int) -> int:
    """Step back so that an accent, a joiner or a skin tone is not torn from what it belongs to."""
    start = end
    while end > 1 and (_clings(text[end]) or text[end - 1] == _JOINER):
        end -= 1
    return end if end > 1 else start


def _clings(character: str) -> bool:
    return (
        character == _JOINER
        or unicodedata.combining(character) != 0
        or "\ufe00" <= character <= "\ufe0f"
        or "\U0001f3fb" <= character <= "\U0001f3ff"
    )
