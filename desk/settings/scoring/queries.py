from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest
from typing import Any
from uuid import UUID

from django.db.models import Prefetch
from django.utils.translation import gettext as _

from crm.actions.registry import ACTIONS, Offered
from crm.scoring.content import ConsequenceDraft, Content, Difference, RuleDraft, SectionDraft, differences
from crm.scoring.models import RuleGroup, RuleSetStatus, ScoringRule
from crm.scoring.queries import (
    Standing,
    book_of,
    consequence_words,
    content_of,
    decay_words,
    deed_words,
    holding_counts,
    moment,
    rule_sets,
    standing,
)
from crm.scoring.scoring import Rule, RuleBook, Thresholds
from crm.scoring.sense import Doubt, doubts

VERSIONS = 12


@dataclass(frozen=True)
class RuleLine:
    """A rule as a sentence. `state` says how it differs from the version that counts: "", added or changed."""

    rule: Rule
    sentence: str
    state: str = ""
    doubts: tuple[Doubt, ...] = ()


@dataclass(frozen=True)
class SectionBlock:
    """Rules of one group with a cap; `section` is None for those that belong to none."""

    section: SectionDraft | None
    lines: list[RuleLine]
    doubts: tuple[Doubt, ...] = ()


@dataclass(frozen=True)
class ConsequenceLine:
    """`deed` is the sentence without its threshold."""

    key: UUID | None
    when: str
    words: str
    deed: str
    fault: str


@dataclass(frozen=True)
class RulePage:
    """What an editor works on: the draft, else the version that counts."""

    standing: Standing
    content: Content
    groups: list[tuple[str, str, list[SectionBlock]]]
    doubts: tuple[Doubt, ...]
    consequences: list[ConsequenceLine]
    changes: list[str]

    @property
    def mark(self) -> str:
        return self.standing.mark

    @property
    def thresholds(self) -> Thresholds:
        return self.content.thresholds

    @property
    def sections(self) -> list[SectionDraft]:
        return list(self.content.sections)

    @property
    def last_version(self) -> int:
        """What one click rolls back to: the version before the one that counts."""
        return self.standing.published.version - 1 if self.standing.published else 0

    def line(self, key: UUID) -> RuleLine | None:
        return next((line for line in self._lines() if line.rule.key == key), None)

    def _lines(self) -> Iterable[RuleLine]:
        for _key, _label, blocks in self.groups:
            for block in blocks:
                yield from block.lines


def rule_page(offered: Offered | None = None) -> RulePage:
    """Three statements, one for the criteria, and those for what consequences name."""
    offered = offered or Offered()
    state = standing()
    content = content_of(state.shown)
    counts = content_of(state.published) if state.draft else content
    book = book_of(state.shown)
    found = doubts(book)
    lines = [_line(rule, counts, content, found) for rule in book.rules]
    groups = [
        (value, str(label), _blocks(value, content.sections, lines, found))
        for value, label in RuleGroup.choices
    ]
    changes = [change_words(each) for each in differences(counts, content)] if state.draft else []
    consequences = [_consequence(each, offered) for each in content.consequences]
    whole = tuple(each for each in found if each.key is None)
    return RulePage(state, content, groups, whole, consequences, changes)


def _consequence(given: ConsequenceDraft, offered: Offered) -> ConsequenceLine:
    words, fault = consequence_words(given, offered)
    return ConsequenceLine(given.key, given.when, words, deed_words(given, offered)[0], fault)


def _line(rule: Rule, counts: Content, content: Content, found: Iterable[Doubt]) -> RuleLine:
    now = _named(content.rules, rule.key)
    before = _named(counts.rules, rule.key)
    state = "added" if before is None else "changed" if before != now else ""
    return RuleLine(rule, sentence(rule), state, tuple(each for each in found if each.key == rule.key))


def _named(rules: Iterable[RuleDraft], key: UUID) -> RuleDraft | None:
    return next((each for each in rules if each.key == key), None)


def _blocks(
    group: str, sections: Iterable[SectionDraft], lines: list[RuleLine], found: Iterable[Doubt]
) -> list[SectionBlock]:
    own = [line for line in lines if line.rule.group == group]
    blocks = [
        SectionBlock(
            section,
            [line for line in own if line.rule.section == section.key],
            tuple(each for each in found if each.key == section.key),
        )
        for section in sections
        if section.group == group
    ]
    placed = {section.key for section in sections}
    rest = [line for line in own if line.rule.section not in placed]
    return [*blocks, SectionBlock(None, rest)]


def drafted_rule(key: UUID) -> RuleDraft | None:
    """The rule as the draft has it, else as it counts."""
    return _named(content_of(standing().shown).rules, key)


def counts() -> Mapping[UUID, int]:
    """For how many open leads each rule holds now."""
    return holding_counts(book_of(standing().shown).rules, moment())


def drafted_book() -> RuleBook:
    return book_of(standing().shown)


@dataclass(frozen=True)
class VersionLine:
    version: int
    is_current: bool
    who: str
    at: datetime | None
    rules: int
    changes: list[str]


def versions() -> list[VersionLine]:
    """The newest published versions with what each changed; two queries."""
    past = rule_sets().exclude(status=RuleSetStatus.DRAFT)
    rows = list(
        past.prefetch_related(Prefetch("rules", ScoringRule.objects.order_by("position", "id")))[
            : VERSIONS + 1
        ]
    )
    contents = [content_of(row) for row in rows]
    return [
        VersionLine(
            row.version,
            row.status == RuleSetStatus.PUBLISHED,
            str(row.created_by or ""),
            row.published_at,
            len(content.rules),
            [] if before is None else [change_words(each) for each in differences(before, content)],
        )
        for row, content, before in list(zip_longest(rows, contents, contents[1:]))[:VERSIONS]
        if row is not None
    ]


def change_words(change: Difference) -> str:
    """What was done, as a line."""
    if change.what == "thresholds":
        return _("thresholds")
    if change.did == "moved":
        return _("groups in another order") if change.what == "section" else _("another order")
    words = {
        "added": _("added: %(name)s"),
        "changed": _("changed: %(name)s"),
        "removed": _("removed: %(name)s"),
    }
    known = ACTIONS.get(change.name) if change.what == "consequence" else None
    return words[change.did] % {"name": known.label if known else change.name}


@dataclass(frozen=True)
class Compared:
    """A rule, group or consequence on both sides; an empty text where it is not there."""

    name: str
    before: str
    after: str


def comparison() -> list[Compared]:
    """The draft beside the version that counts, only what differs."""
    state = standing()
    offered = Offered()
    before, after = (
        {**_told(book_of(each)), **_told_beside(content_of(each), offered)}
        for each in (state.published, state.draft)
    )
    found = [
        Compared(
            after.get(key, before.get(key, ("", "")))[0],
            *(side.get(key, ("", ""))[1] for side in (before, after)),
        )
        for key in dict.fromkeys([*before, *after])
        if before.get(key) != after.get(key)
    ]
    old, new = content_of(state.published), content_of(state.draft)
    if old.thresholds != new.thresholds:
        found.append(Compared(_("Thresholds"), _limits(old.thresholds), _limits(new.thresholds)))
    moved = [each for each in differences(old, new) if each.did == "moved"]
    return found + [Compared(change_words(each), "", "") for each in moved]


def _told_beside(content: Content, offered: Offered) -> dict[UUID | None, tuple[str, str]]:
    """Groups and consequences, by their key, with a name and a sentence."""
    told: dict[UUID | None, tuple[str, str]] = {}
    for section in content.sections:
        limit = _("at most %(cap)s") % {"cap": section.cap} if section.cap else _("no cap")
        told[section.key] = (section.name, f"{RuleGroup(section.group).label}: {limit}")
    for each in content.consequences:
        told[each.key] = (_("What happens by itself"), consequence_words(each, offered)[0])
    return told


def _told(book: RuleBook) -> dict[UUID | None, tuple[str, str]]:
    names = {section.key: section.name for section in book.sections}
    found: dict[UUID | None, tuple[str, str]] = {}
    for rule in book.rules:
        inside = f" · {names[rule.section]}" if rule.section in names else ""
        found[rule.key] = (
            rule.name,
            f"{rule.points:+d} {RuleGroup(rule.group).label}{inside}: {sentence(rule)}",
        )
    return found


def _limits(given: Thresholds) -> str:
    return _("qualified %(qualified)s, nurture %(nurture)s, A %(a)s, B %(b)s, C %(c)s") % {
        "qualified": given.qualified,
        "nurture": given.nurture,
        "a": given.grade_a,
        "b": given.grade_b,
        "c": given.grade_c,
    }


def sentence(rule: Rule) -> str:
    if rule.condition is None:
        return _("This condition can no longer be read: change or delete the rule.")
    words = rule.condition.describe()
    words = f"{words}; {decay_words(rule)}" if rule.decay else words
    return words[:1].upper() + words[1:]


def initial_of(rule: RuleDraft) -> dict[str, Any]:
    return {
        "name": rule.name,
        "group": rule.group,
        "points": rule.points,
        "section": str(rule.section or ""),
        "half_life_days": rule.half_life_days,
        "decays_from": rule.decays_from or "lead.last_message_at",
    }
