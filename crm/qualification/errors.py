from collections.abc import Mapping

from django.utils.translation import gettext as _

from core.errors import Refused
from crm.errors import InUse, StaleEdit


class BadAnswer(Refused):
    """The value does not answer the question."""


class UnknownCriterion(Refused):
    """There is no criterion of that key."""

    def __init__(self, key: str) -> None:
        super().__init__(_("There is no criterion “%(key)s”.") % {"key": key})
        self.key = key


class BadCriterion(Refused):
    """The criterion cannot be saved so; `faults` has a sentence per field."""

    def __init__(self, faults: Mapping[str, str]) -> None:
        super().__init__(" ".join(faults.values()))
        self.faults = dict(faults)


class CriterionInUse(InUse):
    """Rules, flows or answers mention the criterion or the choice."""


class StaleCriterion(StaleEdit):
    """Another admin saved the criterion after this form was opened."""


class StaleAnswer(StaleEdit):
    """Somebody, or the customer, has given another answer since."""
