"""Why a lead has its score, in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.conditions import Explanation, Moment
from crm.pipeline.models import Lead
from crm.scoring.facts import KnownLead
from crm.scoring.queries.books import moment, rule_book
from crm.scoring.queries.leads import facts_of
from crm.scoring.scoring import Balance, Rule, RuleBook, Section, judge, line_of


@dataclass(frozen=True)
class ScoreLine:
    """A line of "Why 7?". `points` come from the ledger, so that the lines add up to the lead's score.

    `kind`: rule; cap, for what a group gives too much; retired, for points of a rule that is gone while leads
    are being recalculated; reason, without points, which says what else decided. `possible` is what the rule
    gives when it holds. `parts` names each condition, its value and whether it held. `version` of the rules and
    `since` tell when the points last changed, `until` when time alone may change them.
    """

    kind: str
    name: str
    group: str
    points: int
    possible: int
    description: str
    parts: tuple[Explanation, ...] = ()
    rule_key: UUID | None = None
    version: int | None = None
    since: datetime | None = None
    until: datetime | None = None

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
        lines += [
            _cap_line(section, balance)
            for section in book.sections
            if (balance := balances.pop((section.key, section.group), None))
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
        description=_words(rule),
        parts=condition.explain(lead, at).leaves() if condition else (),
        rule_key=rule.key,
        version=balance.version if balance else None,
        since=balance.since if balance else None,
        until=line_of(rule, lead, at).until,
    )


def _words(rule: Rule) -> str:
    if rule.condition is None:
        return _("This condition can no longer be read.")
    words = rule.condition.describe()
    return f"{words} ({decay_words(rule)})" if rule.decay else words


def decay_words(rule: Rule) -> str:
    """How the points of a rule fade, as a part of its sentence; "" for one whose points stay."""
    if rule.decay is None:
        return ""
    days = rule.decay.half_life_days
    return ngettext(
        "halves every %(count)d day from “%(field)s” on",
        "halves every %(count)d days from “%(field)s” on",
        days,
    ) % {"count": days, "field": rule.decay.since.label}


def _cap_line(section: Section, balance: Balance) -> ScoreLine:
    description = _("“%(name)s” gives at most %(cap)s points.") % {"name": section.name, "cap": section.cap}
    return ScoreLine(
        "cap",
        section.name,
        section.group,
        balance.points,
        0,
        description,
        rule_key=section.key,
        version=balance.version,
        since=balance.since,
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
