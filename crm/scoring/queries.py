from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Max, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import JSONObject
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from core.calendars.queries import clock_for
from core.company.queries import company
from core.conditions import BusinessClock, ConditionError, Explanation, Moment, parse, registry
from core.jobs.models import Job
from crm.contacts.models import ContactPoint
from crm.contacts.queries import points_of_contact
from crm.errors import Use
from crm.memory import Remembered
from crm.pipeline.models import Lead, StageKind
from crm.qualification.models import Criterion
from crm.qualification.queries import all_criteria, questions
from crm.scoring.facts import Facts, KnownLead
from crm.scoring.models import RuleSet, RuleSetStatus, ScoreEntry, ScoringRule
from crm.scoring.scoring import Balance, Rule, RuleBook, Thresholds, judge

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
    return Moment(now or timezone.now(), zone, hours)


def published() -> RuleSet | None:
    return RuleSet.objects.filter(status=RuleSetStatus.PUBLISHED).first()


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


def rules_of(rule_set: RuleSet) -> tuple[Rule, ...]:
    """The rules in order, read; a condition that can no longer be read becomes None."""
    fields = registry.fields(SUBJECT)

    def read(row: ScoringRule) -> Rule:
        try:
            condition = parse(row.condition, SUBJECT, fields=fields)
        except ConditionError:
            condition = None
        return Rule(row.key, row.name, row.group, row.points, condition)

    return tuple(read(row) for row in rule_set.rules.order_by("position", "id"))


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
    if rule_set is None:
        return _Shelf(None, mark, RuleBook(None, questions=questions()))
    book = RuleBook(rule_set.version, rules_of(rule_set), thresholds_of(rule_set), questions())
    return _Shelf(rule_set.pk, mark, book)


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


def facts_of(lead: Lead) -> Facts:
    """What judging the lead needs, in one query."""
    points = ContactPoint.objects.filter(contact=OuterRef("contact")).order_by("-id")
    sums = (
        ScoreEntry.objects.filter(lead=OuterRef("pk"))
        .order_by()
        .values("rule_key", "group")
        .annotate(row=JSONObject(key="rule_key", group="group", points=Sum("points"), name=Max("rule_name")))
    )
    found = (
        Lead.objects.filter(pk=lead.pk)
        .order_by()
        .values_list(
            Subquery(RuleSet.objects.filter(status=RuleSetStatus.PUBLISHED).values("pk")[:1]),
            Subquery(CRITERIA_HISTORY.objects.order_by("-pgh_id").values("pgh_id")[:1]),
            ArraySubquery(points.values(pair=JSONObject(kind="kind", value="value"))),
            ArraySubquery(sums.values("row")),
        )
        .get()
    )
    rule_set_id, mark, pairs, rows = found
    balances = (Balance(UUID(row["key"]), row["group"], row["points"], row["name"]) for row in rows)
    first = {pair["kind"]: pair["value"] for pair in pairs}
    return Facts(rule_set_id, mark or 0, first, tuple(each for each in balances if each.points))


def points_of(lead: Any) -> Mapping[str, str]:
    """The first phone and the first email of the lead's contact, by kind."""
    if isinstance(lead, KnownLead):
        return lead.points
    if Lead.contact.is_cached(lead) and lead.contact.known_points is not None:
        return points_of_contact(lead.contact)
    rows = ContactPoint.objects.filter(contact=lead.contact_id).order_by("-id")
    return dict(rows.values_list("kind", "value"))


def holding_counts(rules: Iterable[Rule], at: Moment) -> dict[UUID, int]:
    """For how many open leads each rule holds as of the moment; one query for all rules."""
    parts = {
        f"rule_{place}": (rule.key, Count("pk", filter=rule.condition.to_q(at)))
        for place, rule in enumerate(rules)
        if rule.condition is not None
    }
    if not parts:
        return {}
    counted = {name: count for name, (_key, count) in parts.items()}
    found = Lead.objects.filter(stage_kind=StageKind.OPEN).aggregate(**counted)
    return {key: found[name] for name, (key, _count) in parts.items()}


def last_recalculation() -> Job | None:
    """The job that scores all leads again, running or finished; None when there was never a need."""
    return Job.objects.filter(kind=RESCORE_ALL).order_by("-pk").first()


@dataclass(frozen=True)
class ScoreLine:
    """A line of "Why 7?". `points` come from the ledger, so that the lines add up to the lead's score.

    `kind`: rule; retired, for points of a rule that is gone while leads are being recalculated; reason,
    without points, which says what else decided. `possible` is what the rule gives when it holds. `parts`
    names each condition, its value and whether it held.
    """

    kind: str
    name: str
    group: str
    points: int
    possible: int
    description: str
    parts: tuple[Explanation, ...] = ()
    rule_key: UUID | None = None

    @property
    def held(self) -> bool:
        return self.points != 0


def explain_score(lead: Lead, language: str | None = None, at: Moment | None = None) -> list[ScoreLine]:
    """Why the lead has its score, grade and qualification, in words (spec 7.3)."""
    facts = facts_of(lead)
    book = rule_book(facts)
    known, at = KnownLead(lead, facts.points), at or moment()
    with translation.override(language or translation.get_language()):
        balances = {(each.rule_key, each.group): each for each in facts.balances}
        lines = [
            _rule_line(rule, balances.pop((rule.key, rule.group), None), known, at) for rule in book.rules
        ]
        lines += [_retired_line(balance) for balance in balances.values()]
        return lines + _reason_lines(lead, book)


def _rule_line(rule: Rule, balance: Balance | None, lead: KnownLead, at: Moment) -> ScoreLine:
    condition = rule.condition
    return ScoreLine(
        kind="rule",
        name=rule.name,
        group=rule.group,
        points=balance.points if balance else 0,
        possible=rule.points,
        description=condition.describe() if condition else _("This condition can no longer be read."),
        parts=condition.explain(lead, at).leaves() if condition else (),
        rule_key=rule.key,
    )


def _retired_line(balance: Balance) -> ScoreLine:
    description = _("An earlier version of the rules; the score is being recalculated.")
    return ScoreLine(
        "retired", balance.name, balance.group, balance.points, 0, description, (), balance.rule_key
    )


def _reason_lines(lead: Lead, book: RuleBook) -> list[ScoreLine]:
    qualification, key = judge(lead.score, lead.answers, book)
    name = next((each.name for each in book.questions if each.key == key), "")
    if qualification == "not_fit" and key:
        words = _("Not a fit because of the answer to “%(name)s”, whatever the points.") % {"name": name}
    elif qualification == "unknown" and key:
        words = _("Not judged yet: “%(name)s” is not known.") % {"name": name}
    else:
        return []
    return [ScoreLine("reason", name, "", 0, 0, words)]


def rules_using(key: str, choice: str | None = None) -> Iterator[Use]:
    """Rules of the published and of draft versions that ask for an answer, or for that choice of it."""
    live = (RuleSetStatus.PUBLISHED, RuleSetStatus.DRAFT)
    for row in ScoringRule.objects.filter(rule_set__status__in=live).select_related("rule_set"):
        if any(_mentions(leaf, key, choice) for leaf in _leaves(row.condition)):
            yield Use(_("Scoring rule"), row.name)


def _leaves(json: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(json, Mapping):
        if "field" in json:
            yield json
        parts: Iterable[Any] = json.values()
    else:
        parts = json if isinstance(json, list) else ()
    for part in parts:
        if isinstance(part, dict | list):
            yield from _leaves(part)


def _mentions(leaf: Mapping[str, Any], key: str, choice: str | None) -> bool:
    value = leaf.get("value")
    named = choice is None or choice == value or (isinstance(value, list) and choice in value)
    return leaf["field"] == f"answer.{key}" and named
