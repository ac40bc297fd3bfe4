from __future__ import annotations


class TooEarly(Exception):
    """The event speaks of a message that we have not stored yet; it is tried again a little later."""
