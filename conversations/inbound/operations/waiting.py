from __future__ import annotations


class TooEarly(Exception):  # noqa: N818 - nothing is wrong, something else has to come first
    """The event speaks of a message that we have not stored yet; it is tried again a little later."""
