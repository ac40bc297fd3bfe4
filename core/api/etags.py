"""ETags: whether a thing is still as the caller saw it.

A tag is "<version>" or "<version>-<content>": the version is the field that the shape names, or the whole content without
expansions; If-Match compares it alone, If-None-Match the whole tag.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from hashlib import blake2b
from typing import Any

from core.api.shapes import Shape


def etag(shape: type[Shape], shown: Mapping[str, Any], content: bytes, expand: Collection[str] = ()) -> str:
    whole = _digest(content)
    if shape.version:
        return f'"{shown[shape.version]}-{whole}"'
    if not expand:
        return f'"{whole}"'
    return f'"{_digest(encode(_folded(shown, expand)))}-{whole}"'


def encode(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def matches(header: str, tag: str) -> bool:
    """Whether If-Match allows the change."""
    return any(given == "*" or _version(given) == _version(tag) for given in _listed(header))


def is_known(header: str, tag: str) -> bool:
    """Whether If-None-Match says that the caller has it already."""
    return any(given in ("*", tag) for given in _listed(header))


def _listed(header: str) -> list[str]:
    return [part.strip().removeprefix("W/") for part in header.split(",") if part.strip()]


def _version(tag: str) -> str:
    return tag.strip('"').partition("-")[0]


def _digest(content: bytes) -> str:
    return blake2b(content, digest_size=9).hexdigest()


def _folded(shown: Mapping[str, Any], expand: Collection[str]) -> dict[str, Any]:
    """As it would be shown without expansions."""
    return {
        name: value["id"] if name in expand and value is not None else value for name, value in shown.items()
    }
