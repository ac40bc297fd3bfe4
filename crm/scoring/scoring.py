"""How a lead is judged (spec 7.3): points of the rules that hold, thresholds, must-haves and disqualifying
answers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID

from core.conditions import Condition, Moment
from crm.qualification.answers import Question, disqualified_by, missing

FIT = "fit"
ENGAGEMENT = "engagement"


class Scored(Protocol):
    """What the pure part asks of a lead; the conditions ask for their fields."""

    @property
    def answers(self) -> Mapping[str, Any]: ...


@dataclass(frozen=True)
class Rule:
    """`condition` is None where the stored one can no longer be read: then it never holds."""

    key: UUID
    name: str
    group: str
    points: int
    condition: Condition | None


@dataclass(frozen=True)
class Thresholds:
    """Least points for each outcome; below `nurture` a lead is not a fit, below `grade_c` its grade is D."""

    qualified: int = 6
    nurture: int = 2
    grade_a: int = 8
    grade_b: int = 5
    grade_c: int = 2

    def grade(self, total: int) -> str:
        steps = (("A", self.grade_a), ("B", self.grade_b), ("C", self.grade_c))
        return next((grade for grade, least in steps if total >= least), "D")

    def judge(self, total: int) -> str:
        if total >= self.qualified:
            return "qualified"
        return "nurture" if total >= self.nurture else "not_fit"


@dataclass(frozen=True)
class RuleBook:
    """One version of the rules with the questions that count today. Without a published version `version` is
    None.
    """

    version: int | None
    rules: tuple[Rule, ...] = ()
    thresholds: Thresholds = field(default_factory=Thresholds)
    questions: tuple[Question, ...] = ()

    def fields_used(self) -> frozenset[str]:
        return frozenset(key for rule in self.rules if rule.condition for key in rule.condition.fields_used())


@dataclass(frozen=True)
class Line:
    """What one rule gives; its words are made at reading time by `rule.condition.describe(language)`."""

    rule: Rule
    held: bool

    @property
    def points(self) -> int:
        return self.rule.points if self.held else 0


@dataclass(frozen=True)
class ScoreResult:
    """`reason` is the key of the criterion that decided the qualification, "" when the points did."""

    fit: int
    engagement: int
    grade: str
    qualification: str
    reason: str
    lines: tuple[Line, ...]

    @property
    def total(self) -> int:
        return self.fit + self.engagement


def score(lead: Scored, book: RuleBook, at: Moment) -> ScoreResult:
    """Judge a lead as of a moment."""
    lines = tuple(
        Line(rule, rule.condition is not None and rule.condition.matches(lead, at)) for rule in book.rules
    )
    fit = sum(line.points for line in lines if line.rule.group == FIT)
    engagement = sum(line.points for line in lines if line.rule.group == ENGAGEMENT)
    qualification, reason = judge(fit + engagement, lead.answers, book)
    return ScoreResult(fit, engagement, book.thresholds.grade(fit + engagement), qualification, reason, lines)


def judge(total: int, answers: Mapping[str, Any], book: RuleBook) -> tuple[str, str]:
    """Qualification, and the criterion that decided it.

    A disqualifying answer makes a lead not a fit whatever its points. Else a lead is "unknown" until
    something and every must-have is answered: points alone never qualify or dismiss somebody who has not been
    asked. Else the thresholds decide. `crm.scoring.recalculation` says the same in SQL.
    """
    if against := disqualified_by(book.questions, answers):
        return "not_fit", against.key
    if book.version is None or not answers:
        return "unknown", ""
    if open_questions := missing(book.questions, answers):
        return "unknown", open_questions[0].key
    return book.thresholds.judge(total), ""


@dataclass(frozen=True)
class Balance:
    """What the ledger holds so far for one rule in one group."""

    rule_key: UUID
    group: str
    points: int
    name: str = ""


@dataclass(frozen=True)
class Delta:
    """A ledger row to write; `held` says whether the rule gives its points now."""

    rule_key: UUID
    group: str
    points: int
    name: str
    held: bool


def deltas(result: ScoreResult, balances: Sequence[Balance]) -> list[Delta]:
    """The rows that take the ledger from its balances to the result; none where nothing changed."""
    before = {(each.rule_key, each.group): each for each in balances}
    now = {(line.rule.key, line.rule.group): line for line in result.lines}
    changes = []
    for place in dict.fromkeys([*now, *before]):
        line, old = now.get(place), before.get(place)
        change = (line.points if line else 0) - (old.points if old else 0)
        if change:
            name = line.rule.name if line else old.name if old else ""
            changes.append(Delta(*place, points=change, name=name, held=bool(line and line.held)))
    return changes
