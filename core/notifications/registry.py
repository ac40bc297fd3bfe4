"""Kinds of notifications and their words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django.utils.functional import Promise

_texts: dict[str, str | Promise] = {}


def register(kind: str, *, text: str | Promise) -> None:
    """`text` is lazily translated, with places for the parameters: "%(contact)s asks for a person".

    Raises ValueError for a kind that is taken.
    """
    if kind in _texts:
        raise ValueError(f"The notification kind {kind!r} is registered already.")
    _texts[kind] = text


def check(kind: str) -> None:
    """Raises LookupError for a kind that nobody registered."""
    if kind not in _texts:
        raise LookupError(f"No notification kind {kind!r} is registered.")


def words(kind: str, params: Mapping[str, Any]) -> str:
    """The line in the language that is active now; a parameter that an old row lacks shows as a dash."""
    text = _texts.get(kind)
    return str(text) % _Lenient(params) if text is not None else kind


class _Lenient(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "-"
