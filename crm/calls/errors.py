from core.errors import Refused


class NotYourCall(Refused):
    """Only who logged a call, or a manager, takes it back."""


class BadCall(Refused):
    """A call that lies in the future, or belongs to another contact's lead."""
