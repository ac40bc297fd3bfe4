"""What people may not do to a conversation, said so that they know what to do instead."""

from core.errors import Conflict, Refused


class EmptyMessage(Refused):
    """Neither text nor a file."""


class AnotherIsOpen(Conflict):
    """The customer has an open conversation on the same thread already."""
