"""What an admin should see before rules count: those that can never hold, say the same twice, or cannot matter."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from core.conditions import Sense
from crm.scoring.scoring import Rule, RuleBook


@dataclass(frozen=True)
class Doubt:
    """`key` is that of the rule or group, None where the whole is meant; `code` is stable, `words` in the active
    language.
    """

    code: str
    words: str
    key: UUID | None = None


def doubts(book: RuleBook) -> list[Doubt]:
    """In the order of the rules, then of the groups, then of the whole."""
    return [*_of_rules(book.rules), *_of_sections(book), *_of_thresholds(book)]


def _of_rules(rules: Iterable[Rule]) -> Iterator[Doubt]:
    seen: dict[str, Rule] = {}
    for rule in rules:
        if rule.condition is None:
            yield Doubt("unread", _("Its condition can no longer be read, so it holds for nobody."), rule.key)
            continue
        if rule.condition.sense is Sense.NEVER:
            yield Doubt("never", _("This can never hold: its parts contradict each other."), rule.key)
        elif rule.condition.sense is Sense.ALWAYS:
            yield Doubt("always", _("This holds for every lead, so it tells nobody apart."), rule.key)
        same = seen.setdefault(repr(rule.condition.to_json()), rule)
        if same is not rule:
            yield Doubt("twice", _("“%(name)s” asks for exactly the same.") % {"name": same.name}, rule.key)


def _of_sections(book: RuleBook) -> Iterator[Doubt]:
    for section in book.sections:
        inside = [rule.points for rule in book.rules if rule.section == section.key]
        words = {"name": section.name, "cap": section.cap, "most": _most(inside)}
        if not inside:
            yield Doubt("empty", _("No rule belongs to the group “%(name)s”.") % words, section.key)
        elif section.cap is not None and _most(inside) <= section.cap:
            sentence = _("The cap of “%(name)s” is never reached: its rules give at most %(most)s points.")
            yield Doubt("cap", sentence % words, section.key)


def _of_thresholds(book: RuleBook) -> Iterator[Doubt]:
    most, least = _range(book)
    limits = book.thresholds
    if book.rules and limits.qualified > most:
        sentence = _(
            "Nobody can become qualified: that takes %(need)s points, all rules together give %(most)s."
        )
        yield Doubt("unreachable", sentence % {"need": limits.qualified, "most": most})
    if book.rules and limits.grade_a > most >= limits.qualified:
        sentence = _(
            "Nobody can reach grade A: that takes %(need)s points, all rules together give %(most)s."
        )
        yield Doubt("grade", sentence % {"need": limits.grade_a, "most": most})
    if book.rules and limits.nurture <= least:
        yield Doubt("everybody", _("Nobody can fall below “nurture”: nobody is ever not a fit by points."))


def _range(book: RuleBook) -> tuple[int, int]:
    """The most and the fewest points that a lead could have; conditions that exclude each other are not seen."""
    able = [
        rule for rule in book.rules if rule.condition is not None and rule.condition.sense is not Sense.NEVER
    ]
    caps = {section.key: section.cap for section in book.sections if section.cap is not None}
    most = 0
    for key in {rule.section for rule in able}:
        given = _most([rule.points for rule in able if rule.section == key])
        most += min(given, caps[key]) if key in caps else given
    return most, sum(min(rule.points, 0) for rule in able)


def _most(points: Iterable[int]) -> int:
    return sum(max(each, 0) for each in points)
