"""Rules that count: a version is published whole, and all leads are scored again in the background."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass
from typing import Any

from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from core.access.models import User
from core.events.actor import Actor
from core.events.operations import record
from core.ids import uuid7
from core.jobs.models import Job
from crm.actions.registry import ACTIONS
from crm.scoring.content import (
    THRESHOLDS,
    ConsequenceDraft,
    Content,
    Difference,
    RuleDraft,
    SectionDraft,
    differences,
)
from crm.scoring.errors import StaleRules
from crm.scoring.models import RuleSet, RuleSetStatus, ScoringRule
from crm.scoring.operations.checking import checked
from crm.scoring.operations.rescoring import start_rescoring
from crm.scoring.queries import content_of, forget_rules, published
from crm.scoring.scoring import Thresholds


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
    sections: Sequence[SectionDraft] = (),
    consequences: Sequence[ConsequenceDraft] = (),
) -> Published:
    """Make these the rules that count, as a new version, and score all leads again in the background.

    The version before is archived; a draft stays as it is. `expected_version` is the one that the editor saw:
    StaleRules when another was published since. Raises BadRule.
    """
    lock_editors()
    refuse_stale(published(), expected_version)
    content = Content(tuple(rules), thresholds, tuple(sections), tuple(consequences))
    rule_set = RuleSet(version=next_version(), created_by=user)
    return put_in_use(rule_set, checked(content), user)


@transaction.atomic
def roll_back(*, version: int, user: User | None, expected_version: int | None = None) -> Published:
    """Publish an earlier version again, as a new one. Raises BadRule when a rule asks for what no longer
    exists.
    """
    lock_editors()
    refuse_stale(published(), expected_version)
    past = RuleSet.objects.exclude(status=RuleSetStatus.DRAFT).get(version=version)
    rule_set = RuleSet(version=next_version(), created_by=user)
    return put_in_use(rule_set, checked(content_of(past)), user)


def put_in_use(rule_set: RuleSet, content: Content, user: User | None, *, act: bool = False) -> Published:
    """Save the set with this content as the published one; editors are locked out by the caller.

    With `act` leads that cross a threshold by the recalculation set off what stands there.
    """
    before = published()
    known = content_of(before)
    RuleSet.objects.filter(status=RuleSetStatus.PUBLISHED).update(status=RuleSetStatus.ARCHIVED)
    rule_set.status = RuleSetStatus.PUBLISHED
    rule_set.published_at = timezone.now()
    fill(rule_set, content)
    changes = [change_words(each) for each in differences(known, content)]
    payload = {"version": rule_set.version, "changes": changes}
    record(name="scoring.published", subject=rule_set, actor=Actor.of(user), payload=payload)
    forget_rules()
    return Published(rule_set, start_rescoring(user=user, act=act))


def fill(rule_set: RuleSet, content: Content) -> None:
    """Save the set, and its rules in place of those that it had."""
    for name, value in _columns(content).items():
        setattr(rule_set, name, value)
    rule_set.save()
    rule_set.rules.all().delete()
    ScoringRule.objects.bulk_create(_rows(rule_set, content.rules))


def lock_editors() -> None:
    """Editors and publishers come one after the other, until the end of the transaction.

    A row lock would not do: who waited for it would find the row archived, and no rules at all.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('crm.scoring.rules', 0))")


def next_version() -> int:
    return (RuleSet.objects.aggregate(last=Max("version"))["last"] or 0) + 1


def refuse_stale(current: RuleSet | None, expected: int | None) -> None:
    """Raises StaleRules when another version than the expected one counts (0 for none)."""
    if expected is None or expected == (current.version if current else 0):
        return
    who = str(current.created_by or "") if current else ""
    seen = RuleSet.objects.filter(version=expected).first()
    changes = [change_words(each) for each in differences(content_of(seen), content_of(current))]
    sentence = _("%(who)s has published version %(version)s in the meantime. Look at it before you save.") % {
        "who": who or _("Somebody else"),
        "version": current.version if current else 0,
    }
    raise StaleRules(sentence, who=who, when=current.published_at if current else None, changes=changes)


def change_words(change: Difference) -> str:
    """The difference by its name."""
    if change.what == THRESHOLDS:
        return _("Thresholds")
    if change.did == "moved":
        return _("Order of the groups") if change.what == "section" else _("Order of the rules")
    known = ACTIONS.get(change.name) if change.what == "consequence" else None
    return str(known.label) if known else change.name


def _columns(content: Content) -> dict[str, Any]:
    names = ("qualified_from", "nurture_from", "grade_a_from", "grade_b_from", "grade_c_from")
    return {
        **dict(zip(names, astuple(content.thresholds), strict=True)),
        "sections": [each.to_json() for each in content.sections],
        "consequences": [each.to_json() for each in content.consequences],
    }


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
            section=rule.section,
            half_life_days=rule.half_life_days,
            decays_from=rule.decays_from,
        )
        for position, rule in enumerate(rules)
    )
