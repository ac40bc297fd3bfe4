from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest
from uuid import UUID

from django.db.models import Prefetch
from django.utils.translation import gettext as _

from crm.scoring.models import RuleGroup, RuleSet, ScoringRule
from crm.scoring.queries import holding_counts, moment, published, rule_sets, rules_of, thresholds_of
from crm.scoring.scoring import Rule, Thresholds

VERSIONS = 12


@dataclass(frozen=True)
class RuleLine:
    """A rule as a sentence."""

    rule: Rule
    sentence: str


@dataclass(frozen=True)
class RulePage:
    """The rules that count. `version` is 0 before anything was published."""

    version: int
    groups: list[tuple[str, str, list[RuleLine]]]
    thresholds: Thresholds

    def line(self, key: UUID) -> RuleLine:
        return next(line for _key, _label, lines in self.groups for line in lines if line.rule.key == key)

    def size(self, group: str) -> int:
        return next(len(lines) for key, _label, lines in self.groups if key == group)


def rule_page() -> RulePage:
    """Two queries, and one for the criteria."""
    rule_set = published()
    rules = rules_of(rule_set) if rule_set else ()
    lines = [RuleLine(rule, _sentence(rule)) for rule in rules]
    groups = [
        (value, str(label), [line for line in lines if line.rule.group == value])
        for value, label in RuleGroup.choices
    ]
    thresholds = thresholds_of(rule_set) if rule_set else Thresholds()
    return RulePage(rule_set.version if rule_set else 0, groups, thresholds)


def stored_rule(key: UUID) -> ScoringRule | None:
    """The rule of the published version."""
    rule_set = published()
    return rule_set.rules.filter(key=key).first() if rule_set else None


def counts() -> Mapping[UUID, int]:
    """For how many open leads each rule holds now."""
    rule_set = published()
    return holding_counts(rules_of(rule_set), moment()) if rule_set else {}


@dataclass(frozen=True)
class VersionLine:
    version: int
    is_current: bool
    who: str
    at: datetime | None
    rules: int
    changes: list[str]


def versions() -> list[VersionLine]:
    """The newest versions with what each changed; two queries."""
    rows = list(
        rule_sets().prefetch_related(Prefetch("rules", ScoringRule.objects.order_by("position", "id")))[
            : VERSIONS + 1
        ]
    )
    return [
        VersionLine(
            row.version,
            row.status == "published",
            str(row.created_by or ""),
            row.published_at,
            len(row.rules.all()),
            _changes(before, row),
        )
        for row, before in list(zip_longest(rows, rows[1:]))[:VERSIONS]
    ]


def _sentence(rule: Rule) -> str:
    if rule.condition is None:
        return _("This condition can no longer be read: change or delete the rule.")
    sentence = rule.condition.describe()
    return sentence[:1].upper() + sentence[1:]


def _changes(before: RuleSet | None, now: RuleSet) -> list[str]:
    if before is None:
        return []
    old, new = _by_key(before.rules.all()), _by_key(now.rules.all())
    found = [_("added: %(name)s") % {"name": rule.name} for key, rule in new.items() if key not in old]
    found += [_("removed: %(name)s") % {"name": rule.name} for key, rule in old.items() if key not in new]
    found += [
        _("changed: %(name)s") % {"name": rule.name}
        for key, rule in new.items()
        if key in old and _told(old[key]) != _told(rule)
    ]
    if thresholds_of(before) != thresholds_of(now):
        found.append(_("thresholds"))
    return found


def _by_key(rules: Iterable[ScoringRule]) -> dict[UUID, ScoringRule]:
    return {rule.key: rule for rule in rules}


def _told(rule: ScoringRule) -> tuple[object, ...]:
    return rule.name, rule.group, rule.points, rule.condition
