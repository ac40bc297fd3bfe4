from core.errors import Refused


class BadContactPoint(Refused):
    """Not a phone number or an email address that anybody could be reached at."""
