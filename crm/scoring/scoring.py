"""How a lead is judged (spec 7.3): points of the rules that hold, thresholds, must-haves and disqualifying
answers.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from math import ceil, log2
from typing import Any, Protocol
from uuid import UUID

from core.conditions import Condition, Field, Moment
from crm.qualification.answers import Question, disqualified_by, missing

FIT = "fit"
ENGAGEMENT = "engagement"


class Scored(Protocol):
    """What the pure part asks of a lead; the conditions ask for their fields."""

    @property
    def answers(self) -> Mapping[str, Any]: ...

    @property
    def created_at(self) -> datetime: ...


@dataclass(frozen=True)
class Decay:
    """Points halve in `half_life_days`, counted from the instant in `since`; without a value from the lead's
    creation.

    Points are whole, so they fall in steps, each at its second of age: Python and SQL look up the same list.
    """

    half_life_days: int
    since: Field
    points: int

    @cached_property
    def steps(self) -> tuple[int, ...]:
        """The ages in seconds at which the rounded points come one nearer to zero."""
        most = abs(self.points)
        life = self.half_life_days * 86_400
        return tuple(ceil(log2(most / (left - 0.5)) * life) for left in range(most, 0, -1))

    def at(self, lead: Scored, at: Moment) -> tuple[int, datetime | None]:
        """The points that are left, and when they fall again."""
        begun = self.since.value(lead, at) or lead.created_at
        assert isinstance(begun, datetime)
        fallen = bisect_right(self.steps, (at.now - begun) // timedelta(seconds=1))
        left = max(abs(self.points) - fallen, 0)
        ahead = begun + timedelta(seconds=self.steps[fallen]) if fallen < len(self.steps) else None
        return (left if self.points > 0 else -left), ahead


@dataclass(frozen=True)
class Rule:
    """`condition` is None where the stored one can no longer be read: then it never holds. `section` is the key
    of the group whose cap counts for it.
    """

    key: UUID
    name: str
    group: str
    points: int
    condition: Condition | None
    section: UUID | None = None
    decay: Decay | None = None

    @property
    def timed(self) -> bool:
        """Whether passing time alone may change what it gives."""
        return self.decay is not None or (self.condition is not None and self.condition.timed)


@dataclass(frozen=True)
class Section:
    """A group of rules that together give at most `cap` points; None for as many as they give."""

    key: UUID
    name: str
    group: str
    cap: int | None = None


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
class Consequence:
    """What happens by itself when a lead crosses into `when`: an action of `crm.actions` with its
    settings.
    """

    when: str
    action: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    key: UUID | None = None


OUTCOMES = ("qualified", "nurture", "not_fit")
GRADES = {"grade_a": "A", "grade_b": "B", "grade_c": "C"}
WHENS = (*OUTCOMES, *GRADES)
"""What a lead may cross into: an outcome, or a grade from below."""


def crossed_into(*, was: str, now: str, grade_was: str, grade: str) -> frozenset[str]:
    """From one outcome and grade to another."""
    found = {now} if now != was and now in OUTCOMES else set()
    return frozenset(found | {when for when, least in GRADES.items() if grade <= least < grade_was})


@dataclass(frozen=True)
class RuleBook:
    """One version of the rules with the questions that count today. Without a published version `version` is
    None.
    """

    version: int | None
    rules: tuple[Rule, ...] = ()
    thresholds: Thresholds = field(default_factory=Thresholds)
    questions: tuple[Question, ...] = ()
    sections: tuple[Section, ...] = ()
    consequences: tuple[Consequence, ...] = ()

    def fields_used(self) -> frozenset[str]:
        asked = {key for rule in self.rules if rule.condition for key in rule.condition.fields_used()}
        return frozenset(asked | {rule.decay.since.key for rule in self.rules if rule.decay})

    @property
    def timed(self) -> bool:
        return any(rule.timed for rule in self.rules)


@dataclass(frozen=True)
class Line:
    """What one rule gives; its words are made at reading time by `rule.condition.describe(language)`.

    `until` is when time alone may change it, None for never.
    """

    rule: Rule
    held: bool
    points: int
    until: datetime | None = None


@dataclass(frozen=True)
class Cut:
    """What a group gives too much, as points below zero."""

    section: Section
    points: int


@dataclass(frozen=True)
class ScoreResult:
    """`reason` is the key of the criterion that decided the qualification, "" when the points did. `changes_at`
    is when time alone may change the score.
    """

    fit: int
    engagement: int
    grade: str
    qualification: str
    reason: str
    lines: tuple[Line, ...]
    cuts: tuple[Cut, ...] = ()
    changes_at: datetime | None = None

    @property
    def total(self) -> int:
        return self.fit + self.engagement


def score(lead: Scored, book: RuleBook, at: Moment) -> ScoreResult:
    """Judge a lead as of a moment."""
    lines = tuple(line_of(rule, lead, at) for rule in book.rules)
    cuts = tuple(_cuts(book.sections, lines))
    sums = {FIT: 0, ENGAGEMENT: 0}
    for line in lines:
        sums[line.rule.group] += line.points
    for cut in cuts:
        sums[cut.section.group] += cut.points
    total = sums[FIT] + sums[ENGAGEMENT]
    qualification, reason = judge(total, lead.answers, book)
    changes_at = min((line.until for line in lines if line.until), default=None)
    grade = book.thresholds.grade(total)
    return ScoreResult(sums[FIT], sums[ENGAGEMENT], grade, qualification, reason, lines, cuts, changes_at)


def line_of(rule: Rule, lead: Scored, at: Moment) -> Line:
    """What the rule gives a lead as of a moment."""
    condition = rule.condition
    if condition is None:
        return Line(rule, held=False, points=0)
    held = condition.matches(lead, at)
    until = condition.next_change(lead, at) if condition.timed else None
    if rule.decay is None or not held:
        return Line(rule, held, rule.points if held else 0, until)
    points, falls = rule.decay.at(lead, at)
    return Line(rule, held, points, min((each for each in (until, falls) if each), default=None))


def _cuts(sections: Iterable[Section], lines: Sequence[Line]) -> Iterable[Cut]:
    for section in sections:
        given = sum(
            line.points
            for line in lines
            if line.rule.section == section.key and line.rule.group == section.group
        )
        if section.cap is not None and given > section.cap:
            yield Cut(section, section.cap - given)


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
    """What the ledger holds so far for one rule in one group: by which version and since when."""

    rule_key: UUID
    group: str
    points: int
    name: str = ""
    version: int | None = None
    since: datetime | None = None


@dataclass(frozen=True)
class Delta:
    """A ledger row to write; `held` says whether the rule gives points now, `until` when time may change them."""

    rule_key: UUID
    group: str
    points: int
    name: str
    held: bool
    until: datetime | None = None


@dataclass(frozen=True)
class _Given:
    name: str
    points: int
    until: datetime | None = None


def deltas(result: ScoreResult, balances: Sequence[Balance]) -> list[Delta]:
    """The rows that take the ledger from its balances to the result; none where nothing changed."""
    before = {(each.rule_key, each.group): each for each in balances}
    now = {
        (line.rule.key, line.rule.group): _Given(line.rule.name, line.points, line.until)
        for line in result.lines
    }
    for cut in result.cuts:
        now[cut.section.key, cut.section.group] = _Given(cut.section.name, cut.points)
    changes = []
    for place in dict.fromkeys([*now, *before]):
        given, old = now.get(place), before.get(place)
        change = (given.points if given else 0) - (old.points if old else 0)
        if change:
            name = given.name if given else old.name if old else ""
            held = given is not None and given.points != 0
            until = given.until if given else None
            changes.append(Delta(*place, points=change, name=name, held=held, until=until))
    return changes
