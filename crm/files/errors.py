from core.errors import Refused


class BadFile(Refused):
    """A file that is empty, too large, of a type that we do not keep, or one too many."""
