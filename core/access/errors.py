"""What the room refuses to do with people and teams; `str()` of each is a sentence for the admin (core.errors)."""

from core.errors import Refused


class EmailTaken(Refused):
    """Somebody, perhaps deactivated, signs in with this address already."""


class LastAdmin(Refused):
    """Nobody would be left who can change the settings."""


class NotYourself(Refused):
    """An admin cannot lock the own account."""


class NameTaken(Refused):
    """There is a team of that name."""


class BadHeir(Refused):
    """Whoever takes over the work of somebody who leaves has to stay."""
