"""What the room refuses to do; `str()` of each is a sentence for the person who asked (core.errors)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from core.errors import Conflict, Refused


class StaleEdit(Conflict):
    """Somebody else changed the thing in between: nothing is overwritten silently.

    `who` is empty when it was not a person, `when` None when it is not known; `changes` names what differs
    now.
    """

    def __init__(
        self, sentence: str, *, who: str, when: datetime | None, changes: Sequence[str] = ()
    ) -> None:
        super().__init__(sentence)
        self.who = who
        self.when = when
        self.changes = tuple(changes)


@dataclass(frozen=True)
class Use:
    """A place that relies on the thing to be deleted: `kind` in the reader's words, and its name."""

    kind: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.name}"


class InUse(Refused):
    """It cannot go while others rely on it; `uses` lists them."""

    def __init__(self, sentence: str, uses: Sequence[Use]) -> None:
        super().__init__(sentence)
        self.uses = tuple(uses)
