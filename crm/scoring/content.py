"""What one version of the rules holds, as values: what admins write, what is copied, compared and published."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from core.conditions.canonical import Json
from crm.scoring.scoring import Consequence, Thresholds

THRESHOLDS = "thresholds"


@dataclass(frozen=True)
class RuleDraft:
    """What an admin writes. `key` None is a new rule; `section` is the key of a group with a cap.

    `decays_from` is the condition field from which the half-life counts.
    """

    name: str
    group: str
    condition: Json
    points: int
    key: UUID | None = None
    section: UUID | None = None
    half_life_days: int | None = None
    decays_from: str = ""


@dataclass(frozen=True)
class SectionDraft:
    """A group of rules of fit or engagement that together give at most `cap` points."""

    name: str
    group: str
    cap: int | None = None
    key: UUID | None = None

    def to_json(self) -> dict[str, Any]:
        return {"key": str(self.key), "name": self.name, "group": self.group, "cap": self.cap}

    @classmethod
    def of_json(cls, stored: Mapping[str, Any]) -> SectionDraft:
        return cls(stored["name"], stored["group"], stored["cap"], UUID(stored["key"]))


@dataclass(frozen=True)
class ConsequenceDraft(Consequence):
    """One as it is stored."""

    def to_json(self) -> dict[str, Any]:
        return {
            "key": str(self.key),
            "when": self.when,
            "action": self.action,
            "settings": dict(self.settings),
        }

    @classmethod
    def of_json(cls, stored: Mapping[str, Any]) -> ConsequenceDraft:
        return cls(stored["when"], stored["action"], stored["settings"], UUID(stored["key"]))


@dataclass(frozen=True)
class Content:
    """All of a version. Rules are in their order."""

    rules: tuple[RuleDraft, ...] = ()
    thresholds: Thresholds = field(default_factory=Thresholds)
    sections: tuple[SectionDraft, ...] = ()
    consequences: tuple[ConsequenceDraft, ...] = ()


@dataclass(frozen=True)
class Difference:
    """`did` is added, changed, removed, or moved for another order of rules or sections; `what` is rule, section,
    consequence or thresholds.
    """

    did: str
    what: str
    name: str = ""


def differences(before: Content, after: Content) -> list[Difference]:
    """What an admin did from one to the other."""
    found = [
        *_compared("rule", before.rules, after.rules),
        *_compared("section", before.sections, after.sections),
        *_compared("consequence", before.consequences, after.consequences),
    ]
    if before.thresholds != after.thresholds:
        found.append(Difference("changed", THRESHOLDS))
    if _moved(before.rules, after.rules):
        found.append(Difference("moved", "rule"))
    if _moved(before.sections, after.sections):
        found.append(Difference("moved", "section"))
    return found


def _moved(before: Iterable[Any], after: Iterable[Any]) -> bool:
    """Whether those that stayed stand in another order."""
    old, new = [each.key for each in before], [each.key for each in after]
    return [key for key in old if key in new] != [key for key in new if key in old]


def _compared(what: str, before: Iterable[Any], after: Iterable[Any]) -> Iterable[Difference]:
    old, new = {each.key: each for each in before}, {each.key: each for each in after}
    for key, each in new.items():
        if key not in old:
            yield Difference("added", what, _name(each))
        elif old[key] != each:
            yield Difference("changed", what, _name(each))
    for key, each in old.items():
        if key not in new:
            yield Difference("removed", what, _name(each))


def _name(each: Any) -> str:
    return each.action if isinstance(each, ConsequenceDraft) else str(each.name)
