from core.errors import Refused


class BadAction(Refused):
    """What should happen by itself is not known, or not all of it is said."""
