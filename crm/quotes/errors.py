"""What an operation on quotes declines; `str()` of each is a sentence for the person who asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.errors import Conflict, Refused

if TYPE_CHECKING:
    from crm.quotes.models import QuoteVersion


class BadLine(Refused):
    """A line that cannot be: `position` counts from 0, `field` names the input."""

    def __init__(self, sentence: str, *, position: int, field: str) -> None:
        super().__init__(sentence)
        self.position = position
        self.field = field


class BadQuote(Refused):
    """A value of the quote as a whole that cannot be; `field` names the input."""

    def __init__(self, sentence: str, *, field: str) -> None:
        super().__init__(sentence)
        self.field = field


class NothingToQuote(Refused):
    """A quote without a line is not sent."""


class NotADraft(Refused):
    """What was sent never changes."""


class NeedsApproval(Refused):
    """The discount is more than its author may give."""


class NotAllowedToApprove(Refused):
    """The person's own limit is lower than the discount."""


class Expired(Refused):
    """The customer is too late; the last day counts as a whole."""


class StaleDraft(Conflict):
    """Somebody else saved the draft in between: `current` is what stands now, `changes` names what differs."""

    def __init__(self, sentence: str, *, current: QuoteVersion, changes: tuple[str, ...]) -> None:
        super().__init__(sentence)
        self.current = current
        self.changes = changes


class AlreadyDecided(Conflict):
    """It was accepted, declined or withdrawn before; `version` is as it stands."""

    def __init__(self, sentence: str, *, version: QuoteVersion) -> None:
        super().__init__(sentence)
        self.version = version


class Superseded(AlreadyDecided):
    """A newer version took its place: `version`."""


class StaleTemplate(Conflict):
    """Somebody else saved the template in between; `revision` is that of what stands now."""

    def __init__(self, sentence: str, *, revision: int) -> None:
        super().__init__(sentence)
        self.revision = revision
