from core.errors import Refused
from crm.errors import StaleEdit


class BadRule(Refused):
    """The rule cannot count; `path` leads to the fault in its condition, "" for the rule itself."""

    def __init__(self, sentence: str, path: str = "") -> None:
        super().__init__(sentence)
        self.path = path


class StaleRules(StaleEdit):
    """Another version was published after this page was opened."""


class StaleDraft(StaleEdit):
    """Somebody else has changed, published or thrown away the draft after this page was opened."""
