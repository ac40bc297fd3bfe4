"""The versions of the rules, and the book that counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max, QuerySet

from core import clock
from core.calendars.queries import clock_for
from core.company.queries import company
from core.conditions import BusinessClock, ConditionError, Field, FieldType, Moment, parse, registry
from core.jobs.models import Job
from crm.memory import Remembered
from crm.qualification.models import Criterion
from crm.qualification.queries import all_criteria, questions
from crm.scoring.content import ConsequenceDraft, Content, RuleDraft, SectionDraft
from crm.scoring.facts import Facts
from crm.scoring.models import RuleSet, RuleSetStatus, ScoringRule
from crm.scoring.scoring import Decay, Rule, RuleBook, Section, Thresholds

SUBJECT = "lead"
RESCORE_ALL = "crm.rescore_all"
"""Kind of the job that scores all leads again."""
CRITERIA_HISTORY = Criterion.pgh_event_model  # type: ignore[attr-defined]


@Remembered
def _place() -> tuple[str, BusinessClock]:
    return company().timezone, clock_for()


def moment(now: datetime | None = None) -> Moment:
    """The company's "as of": its zone and its business hours, at most 3 seconds old; now when no instant is
    given.
    """
    zone, hours = _place()
    return Moment(now or clock.now(), zone, hours)


def published() -> RuleSet | None:
    return RuleSet.objects.filter(status=RuleSetStatus.PUBLISHED).first()


def draft() -> RuleSet | None:
    """The version that admins are working on."""
    return RuleSet.objects.filter(status=RuleSetStatus.DRAFT).select_related("changed_by").first()


@dataclass(frozen=True)
class Standing:
    """The version that counts and the draft of the next. `mark` names exactly this state: a form carries it, so
    that a second editor is noticed.
    """

    published: RuleSet | None
    draft: RuleSet | None

    @property
    def shown(self) -> RuleSet | None:
        """What an editor sees: the draft, else what counts."""
        return self.draft or self.published

    @property
    def published_after_draft(self) -> bool:
        """A version was brought back while the draft was being written."""
        return bool(self.published and self.draft and self.published.version > self.draft.version)

    @property
    def mark(self) -> str:
        base = self.published.version if self.published else 0
        return f"{base}.{self.draft.version}.{self.draft.revision}" if self.draft else f"{base}.0.0"


def standing() -> Standing:
    """One statement."""
    live = (RuleSetStatus.PUBLISHED, RuleSetStatus.DRAFT)
    rows = RuleSet.objects.filter(status__in=live).select_related("changed_by", "created_by")
    by_status = {row.status: row for row in rows}
    return Standing(by_status.get(RuleSetStatus.PUBLISHED), by_status.get(RuleSetStatus.DRAFT))


def rule_sets() -> QuerySet[RuleSet]:
    """All versions, newest first."""
    return RuleSet.objects.select_related("created_by").order_by("-version")


def thresholds_of(rule_set: RuleSet) -> Thresholds:
    return Thresholds(
        qualified=rule_set.qualified_from,
        nurture=rule_set.nurture_from,
        grade_a=rule_set.grade_a_from,
        grade_b=rule_set.grade_b_from,
        grade_c=rule_set.grade_c_from,
    )


def content_of(rule_set: RuleSet | None) -> Content:
    """The version as values, as stored; empty for None."""
    if rule_set is None:
        return Content()
    return Content(
        tuple(_draft_of(row) for row in sorted(rule_set.rules.all(), key=lambda row: (row.position, row.pk))),
        thresholds_of(rule_set),
        tuple(SectionDraft.of_json(each) for each in rule_set.sections),
        tuple(ConsequenceDraft.of_json(each) for each in rule_set.consequences),
    )


def _draft_of(row: ScoringRule) -> RuleDraft:
    return RuleDraft(
        row.name,
        row.group,
        row.condition,
        row.points,
        row.key,
        row.section,
        row.half_life_days,
        row.decays_from,
    )


def decay_fields() -> dict[str, Field]:
    """The instants from which points may decay, by key."""
    known = registry.fields(SUBJECT)
    return {
        key: each for key, each in known.items() if each.type is FieldType.DATETIME and each.orm is not None
    }


def rules_of(rule_set: RuleSet) -> tuple[Rule, ...]:
    """The rules in order, read; a condition that can no longer be read becomes None."""
    return read_rules(content_of(rule_set))


def read_rules(content: Content) -> tuple[Rule, ...]:
    fields = registry.fields(SUBJECT)

    def read(row: RuleDraft) -> Rule:
        try:
            condition = parse(row.condition, SUBJECT, fields=fields)
        except ConditionError:
            condition = None
        since = fields.get(row.decays_from)
        decay = Decay(row.half_life_days, since, row.points) if row.half_life_days and since else None
        assert row.key is not None
        return Rule(row.key, row.name, row.group, row.points, condition, row.section, decay)

    return tuple(read(row) for row in content.rules)


def book_of(rule_set: RuleSet | None) -> RuleBook:
    """A version as it would judge today."""
    if rule_set is None:
        return RuleBook(None, questions=questions())
    content = content_of(rule_set)
    sections = tuple(
        Section(each.key, each.name, each.group, each.cap) for each in content.sections if each.key
    )
    return RuleBook(
        rule_set.version,
        read_rules(content),
        content.thresholds,
        questions(),
        sections,
        content.consequences,
    )


@dataclass(frozen=True)
class _Shelf:
    """A rule book with the marks of what it was made of."""

    rule_set_id: int | None
    criteria_mark: int
    book: RuleBook


@Remembered
def _shelf() -> _Shelf:
    # The mark is taken first: at worst it is older than what is read after it, and the book is made again.
    mark = CRITERIA_HISTORY.objects.aggregate(mark=Max("pgh_id"))["mark"] or 0
    all_criteria.drop()
    rule_set = published()
    return _Shelf(rule_set.pk if rule_set else None, mark, book_of(rule_set))


def rule_book(facts: Facts | None = None) -> RuleBook:
    """The rules that count: at most 3 seconds old, or with `facts` exactly those that were published then."""
    shelf = _shelf()
    if facts and (shelf.rule_set_id, shelf.criteria_mark) != (facts.rule_set_id, facts.criteria_mark):
        _shelf.drop()
        shelf = _shelf()
    return shelf.book


def fresh_rule_book() -> RuleBook:
    """The rules as they are published at this moment, for work over all leads."""
    _shelf.drop()
    return _shelf().book


def forget_rules() -> None:
    _shelf.forget()


def last_recalculation() -> Job | None:
    """The job that scores all leads again, running or finished; None when there was never a need."""
    return Job.objects.filter(kind=RESCORE_ALL).order_by("-pk").first()
