from __future__ import annotations

from typing import TYPE_CHECKING

from core.errors import Refused
from crm.errors import StaleEdit

if TYPE_CHECKING:
    from crm.pipeline.models import Stage
    from crm.pipeline.wants import Want


class NoPipeline(Refused):
    """There is no stage that a lead could begin in."""


class StaleLead(StaleEdit):
    """Somebody changed the lead after the page was made; `stage` is the name of the one it stands in now."""

    def __init__(self, sentence: str, *, stage: str, **rest: object) -> None:
        super().__init__(sentence, **rest)  # type: ignore[arg-type]
        self.stage = stage


class LostReasonNeeded(Refused):
    """A lead is lost with a reason (spec 7.1)."""


class LeadIsClosed(Refused):
    """What is won or lost has no next step."""


class StageHasLeads(Refused):
    """A stage with leads goes only when another one takes them; `count` says how many there are."""

    def __init__(self, sentence: str, count: int) -> None:
        super().__init__(sentence)
        self.count = count


class BadStage(Refused):
    """The pipeline would have two stages of one name, or none that is open; or the stage would do or ask for what it
    cannot. `place` is the field of the draft.
    """

    def __init__(self, sentence: str, place: str = "name") -> None:
        super().__init__(sentence)
        self.place = place


class BadReason(Refused):
    """A reason has a name of its own."""


class BadCursor(Refused):
    """The link to the next page is damaged."""


class StageWants(Refused):
    """The lead has not what the stage asks for; `missing` names it, `fields` by key."""

    def __init__(self, sentence: str, *, stage: Stage, missing: tuple[Want, ...]) -> None:
        super().__init__(sentence)
        self.stage = stage
        self.missing = missing

    @property
    def fields(self) -> tuple[str, ...]:
        return tuple(want.key for want in self.missing)


class StageIsFull(Refused):
    """As many leads stand in the stage as may; `count` of `limit`."""

    def __init__(self, sentence: str, *, stage: Stage, count: int) -> None:
        super().__init__(sentence)
        self.stage = stage
        self.count = count


class StageIsLeaving(Refused):
    """The stage is being removed: nothing enters it any more."""


class BadGiven(Refused):
    """A value that was given with a move cannot be stored; `key` is that of the want."""

    def __init__(self, sentence: str, key: str) -> None:
        super().__init__(sentence)
        self.key = key
