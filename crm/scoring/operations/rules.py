"""Editing the rules: every save publishes a new version and has all leads scored again in the background."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass, replace
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from core.access.models import User
from core.conditions import ConditionError, parse, registry
from core.conditions.canonical import Json
from core.events.actor import Actor
from core.events.operations import record
from core.ids import uuid7
from core.jobs.models import Job
from crm.scoring.errors import BadRule, StaleRules
from crm.scoring.models import RuleGroup, RuleSet, RuleSetStatus, ScoringRule
from crm.scoring.operations.rescoring import start_rescoring
from crm.scoring.queries import SUBJECT, forget_rules, published, thresholds_of
from crm.scoring.scoring import Thresholds

MAX_POINTS = 1000
JUDGED = frozenset({"lead.score", "lead.fit", "lead.engagement", "lead.grade", "lead.qualification"})
"""What the rules decide; a rule that asked for it would turn in a circle."""


@dataclass(frozen=True)
class RuleDraft:
    """What an admin writes. `key` None is a new rule."""

    name: str
    group: str
    condition: Json
    points: int
    key: UUID | None = None


@dataclass(frozen=True)
class Published:
    rule_set: RuleSet
    job: Job


@transaction.atomic
def publish_rules(
    *,
    rules: Sequence[RuleDraft],
    thresholds: Thresholds,
    user: User | None,
    expected_version: int | None = None,
) -> Published:
    """Make these the rules that count, as a new version, and score all leads again in the background.

    The version before is archived. `expected_version` is the one that the editor saw: StaleRules when another
    was published since. Raises BadRule.
    """
    current = _locked()
    if expected_version is not None and expected_version != (current.version if current else 0):
        raise _stale(current, expected_version)
    checked = _checked(rules)
    _check_thresholds(thresholds)
    before = _drafts_of(current)
    now = timezone.now()
    RuleSet.objects.filter(status=RuleSetStatus.PUBLISHED).update(status=RuleSetStatus.ARCHIVED)
    rule_set = RuleSet.objects.create(
        version=(RuleSet.objects.aggregate(last=Max("version"))["last"] or 0) + 1,
        status=RuleSetStatus.PUBLISHED,
        qualified_from=thresholds.qualified,
        nurture_from=thresholds.nurture,
        grade_a_from=thresholds.grade_a,
        grade_b_from=thresholds.grade_b,
        grade_c_from=thresholds.grade_c,
        created_by=user,
        published_at=now,
    )
    ScoringRule.objects.bulk_create(_rows(rule_set, checked))
    changes = _differences(before, checked) + _threshold_changes(current, thresholds)
    payload = {"version": rule_set.version, "changes": changes}
    record(name="scoring.published", subject=rule_set, actor=Actor.of(user), payload=payload)
    forget_rules()
    return Published(rule_set, start_rescoring(user=user))


@transaction.atomic
def save_rule(*, draft: RuleDraft, user: User | None, expected_version: int | None = None) -> Published:
    """Change the rule of that key, or add one at the end of the list, and publish."""
    current = _locked()
    rules = _drafts_of(current)
    if draft.key is None:
        rules = [*rules, draft]
    elif any(each.key == draft.key for each in rules):
        rules = [draft if each.key == draft.key else each for each in rules]
    else:
        raise _stale(current, expected_version or 0)
    return _republish(current, rules, user, expected_version)


@transaction.atomic
def delete_rule(*, key: UUID, user: User | None, expected_version: int | None = None) -> Published:
    """Publish without that rule; the ledger takes its points back with rows of its own."""
    current = _locked()
    rules = [each for each in _drafts_of(current) if each.key != key]
    return _republish(current, rules, user, expected_version)


@transaction.atomic
def save_thresholds(
    *, thresholds: Thresholds, user: User | None, expected_version: int | None = None
) -> Published:
    """Publish the same rules with other thresholds."""
    rules = _drafts_of(_locked())
    return publish_rules(rules=rules, thresholds=thresholds, user=user, expected_version=expected_version)


@transaction.atomic
def roll_back(*, version: int, user: User | None, expected_version: int | None = None) -> Published:
    """Publish an earlier version again, as a new one. Raises BadRule when a rule asks for what no longer
    exists.
    """
    _locked()
    past = RuleSet.objects.get(version=version)
    return publish_rules(
        rules=_drafts_of(past), thresholds=thresholds_of(past), user=user, expected_version=expected_version
    )


def _republish(
    current: RuleSet | None, rules: Sequence[RuleDraft], user: User | None, expected_version: int | None
) -> Published:
    thresholds = thresholds_of(current) if current else Thresholds()
    return publish_rules(rules=rules, thresholds=thresholds, user=user, expected_version=expected_version)


def _locked() -> RuleSet | None:
    """The published version, with editors kept in a queue until the end of the transaction.

    A row lock would not do: who waited for it would find the row archived, and no rules at all.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('crm.scoring.rules', 0))")
    return published()


def _drafts_of(rule_set: RuleSet | None) -> list[RuleDraft]:
    rows = rule_set.rules.order_by("position", "id") if rule_set else ()
    return [RuleDraft(row.name, row.group, row.condition, row.points, row.key) for row in rows]


def _rows(rule_set: RuleSet, rules: Iterable[RuleDraft]) -> Iterable[ScoringRule]:
    return (
        ScoringRule(
            rule_set=rule_set,
            key=rule.key or uuid7(),
            name=rule.name,
            group=rule.group,
            condition=rule.condition,
            points=rule.points,
            position=position,
        )
        for position, rule in enumerate(rules)
    )


def _checked(rules: Sequence[RuleDraft]) -> list[RuleDraft]:
    fields = registry.fields(SUBJECT)
    checked = []
    for rule in rules:
        try:
            condition = parse(rule.condition, SUBJECT, fields=fields)
        except ConditionError as error:
            sentence = _("Rule “%(name)s”: %(fault)s") % {"name": rule.name, "fault": error.message}
            raise BadRule(sentence, error.path) from error
        if not rule.name.strip():
            raise BadRule(_("Give the rule a name."))
        if rule.group not in RuleGroup.values:
            raise BadRule(_("A rule counts for fit or for engagement."))
        if not 0 < abs(rule.points) <= MAX_POINTS:
            raise BadRule(_("Points are from 1 to %(limit)s, or as many below zero.") % {"limit": MAX_POINTS})
        if condition.python_only:
            raise BadRule(_("Rule “%(name)s” asks for something that is not stored.") % {"name": rule.name})
        if JUDGED & condition.fields_used():
            raise BadRule(_("Rule “%(name)s” asks for the score itself.") % {"name": rule.name})
        checked.append(replace(rule, condition=condition.to_json(), name=rule.name.strip()[:120]))
    return checked


def _check_thresholds(given: Thresholds) -> None:
    if given.nurture > given.qualified:
        raise BadRule(_("“Qualified” needs at least as many points as “nurture”."))
    if not given.grade_c <= given.grade_b <= given.grade_a:
        raise BadRule(_("Grade A needs at least as many points as B, and B as C."))


def _differences(before: Sequence[RuleDraft], after: Sequence[RuleDraft]) -> list[str]:
    """Names of rules that were added, changed or removed."""
    old = {rule.key: rule for rule in before if rule.key}
    new = {rule.key: rule for rule in after if rule.key}
    changed = [rule.name for rule in after if rule.key is None or old.get(rule.key) != rule]
    return changed + [rule.name for key, rule in old.items() if key not in new]


def _threshold_changes(current: RuleSet | None, thresholds: Thresholds) -> list[str]:
    if current is None or astuple(thresholds_of(current)) == astuple(thresholds):
        return []
    return [_("Thresholds")]


def _stale(current: RuleSet | None, expected: int) -> StaleRules:
    who = str(current.created_by or "") if current else ""
    seen = RuleSet.objects.filter(version=expected).first()
    changes = _differences(_drafts_of(seen), _drafts_of(current))
    sentence = _("%(who)s has published version %(version)s in the meantime. Look at it before you save.") % {
        "who": who or _("Somebody else"),
        "version": current.version if current else 0,
    }
    return StaleRules(sentence, who=who, when=current.published_at if current else None, changes=changes)
