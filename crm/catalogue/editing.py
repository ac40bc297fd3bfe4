"""A rule document (crm.catalogue.prices) with one part of it changed. Pure: a document in, a new one out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.text import slugify

from core.text import normalise

Document = Mapping[str, Any]
LISTS = {"options": "option", "surcharges": "surcharge"}
"""Parts that are lists of entries with a key, and what a key begins with where no title gives one."""
MOST_LETTERS = 40


def entry_of(document: Document, part: str, key: str) -> Mapping[str, Any] | None:
    """The option or surcharge of that key."""
    return next((each for each in document.get(part) or () if each.get("key") == key), None)


def with_entry(document: Document, part: str, entry: Mapping[str, Any], key: str = "") -> dict[str, Any]:
    """With `entry` in the place of the one of that key; without a key, or where it is gone, at the end with a key of its
    own, made of its title.
    """
    entries = list(document.get(part) or ())
    place = next((at for at, each in enumerate(entries) if key and each.get("key") == key), len(entries))
    stays = place < len(entries)
    entries[place : place + 1] = [{**entry, "key": key if stays else _free_key(document, part, entry)}]
    return {**document, part: entries}


def without_entry(document: Document, part: str, key: str) -> dict[str, Any]:
    return {**document, part: [each for each in document.get(part) or () if each.get("key") != key]}


def in_order(document: Document, part: str, keys: Sequence[str]) -> dict[str, Any]:
    """Entries that are not named keep theirs, after the named ones."""
    entries = {each.get("key"): each for each in document.get(part) or ()}
    named = [entries.pop(key) for key in dict.fromkeys(keys) if key in entries]
    return {**document, part: [*named, *entries.values()]}


def with_parts(document: Document, **parts: Any) -> dict[str, Any]:
    """With these parts in place of what stood there; a part that says nothing goes."""
    changed = {**document, **parts}
    return {name: part for name, part in changed.items() if part not in (None, "", [], {})}


def _free_key(document: Document, part: str, entry: Mapping[str, Any]) -> str:
    taken = {each.get("key") for name in LISTS for each in document.get(name) or ()}
    wished = _key_of((entry.get("title") or {}).values()) or LISTS[part]
    number, key = 1, wished
    while key in taken:
        number += 1
        key = f"{wished[: MOST_LETTERS - 4]}_{number}"
    return key


def _key_of(titles: Iterable[str]) -> str:
    """Readable Latin from the first title that has any: "Каменная столешница" is kamennaya_stoleshnica or alike."""
    for title in titles:
        if key := slugify(normalise(title)).replace("-", "_").strip("_")[:MOST_LETTERS].strip("_"):
            return key
    return ""
