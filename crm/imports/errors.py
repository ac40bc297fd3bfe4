"""What an import declines; `str()` of each is a sentence for the person who asked."""

from __future__ import annotations

from core.errors import Refused


class BadFile(Refused):
    """No table can be made of the file."""


class BadMapping(Refused):
    """Something that is needed has no column."""


class NotReady(Refused):
    """The import is in another state than this asks for."""
