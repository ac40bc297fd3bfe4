"""Errors that say something to a person. Faults that only a programmer can mend are plain Python errors."""


class Refused(Exception):
    """An operation declines for a reason that the person can act on; `str()` is that sentence, translated."""


class Conflict(Refused):
    """Somebody else was quicker: what the person saw is no longer so."""
