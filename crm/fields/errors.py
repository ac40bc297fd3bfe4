from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _

from core.errors import Refused
from crm.errors import InUse, StaleEdit


class BadValue(Refused):
    """The value does not suit the field."""


class BadValues(Refused):
    """Values that cannot be stored; `faults` has a sentence by key of the field."""

    def __init__(self, faults: Mapping[str, str]) -> None:
        super().__init__(" ".join(faults.values()))
        self.faults = dict(faults)


class UnknownField(Refused):
    """There is no field of that key for the subject."""

    def __init__(self, key: str) -> None:
        super().__init__(_("There is no field “%(key)s”.") % {"key": key})
        self.key = key


class BadField(Refused):
    """The definition cannot be saved so; `faults` has a sentence by its part."""

    def __init__(self, faults: Mapping[str, str]) -> None:
        super().__init__(" ".join(faults.values()))
        self.faults = dict(faults)


class FieldInUse(InUse):
    """Rules, views, stages, flows or values rely on the field or on the choice."""


class StaleField(StaleEdit):
    """Another admin saved the field after this form was opened."""


class StaleValue(StaleEdit):
    """Somebody else changed the value after it was seen."""
