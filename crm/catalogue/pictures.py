"""Pictures of products: what may be stored, told by their first bytes. Pure."""

from __future__ import annotations

from django.utils.translation import gettext as _

LARGEST = 5 * 1024 * 1024
_MARKS = ((b"\x89PNG\r\n\x1a\n", "png"), (b"\xff\xd8\xff", "jpg"))


class BadPicture(ValueError):
    """`str()` says what to do."""


def kind_of(content: bytes) -> str:
    """The ending of its file: png, jpg or webp. Raises BadPicture."""
    if len(content) > LARGEST:
        raise BadPicture(_("A picture has at most 5 MB."))
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "webp"
    for mark, ending in _MARKS:
        if content.startswith(mark):
            return ending
    raise BadPicture(_("Choose a PNG, JPEG or WebP picture."))
