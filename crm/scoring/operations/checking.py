"""What cannot count is refused before it is kept."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from django.utils.translation import gettext as _

from core.conditions import ConditionError, Field, parse, registry
from core.ids import uuid7
from core.text import clean
from crm.actions import registry as actions
from crm.actions.errors import BadAction
from crm.actions.registry import Offered
from crm.scoring.content import ConsequenceDraft, Content, RuleDraft, SectionDraft
from crm.scoring.errors import BadRule
from crm.scoring.models import RuleGroup
from crm.scoring.queries import SUBJECT, decay_fields
from crm.scoring.scoring import WHENS, Thresholds

MAX_POINTS = 1000
MAX_DECAYING = 100
MAX_HALF_LIFE = 3650
MAX_SECTIONS = 20
MAX_CONSEQUENCES = 20
LEARNED = "lead.win_chance"
JUDGED = frozenset({"lead.score", "lead.fit", "lead.engagement", "lead.grade", "lead.qualification", LEARNED})
"""What the rules decide, and what is learned beside them: a rule that asked for the one would turn in a circle, and
the other is never mixed into the score.
"""


def checked(content: Content) -> Content:
    """The same with names trimmed, conditions in canonical form and a key for everything. Raises BadRule."""
    check_thresholds(content.thresholds)
    sections = checked_sections(content.sections)
    return Content(
        tuple(checked_rules(content.rules, sections)),
        content.thresholds,
        sections,
        checked_consequences(content.consequences),
    )


def checked_rules(rules: Sequence[RuleDraft], sections: Sequence[SectionDraft] = ()) -> list[RuleDraft]:
    fields, instants = registry.fields(SUBJECT), decay_fields()
    places = {section.key: section.group for section in sections}
    checked = []
    for rule in rules:
        rule = replace(rule, name=_name(rule.name, _("Give the rule a name.")), key=rule.key or uuid7())
        if rule.group not in RuleGroup.values:
            raise BadRule(_("A rule counts for fit or for engagement."))
        if not 0 < abs(rule.points) <= MAX_POINTS:
            raise BadRule(_("Points are from 1 to %(limit)s, or as many below zero.") % {"limit": MAX_POINTS})
        if rule.section is not None and places.get(rule.section) != rule.group:
            rule = replace(rule, section=None)
        checked.append(_decay(_condition(rule, fields), instants))
    return checked


def _condition(rule: RuleDraft, fields: Mapping[str, Field]) -> RuleDraft:
    try:
        condition = parse(rule.condition, SUBJECT, fields=fields)
    except ConditionError as error:
        sentence = _("Rule “%(name)s”: %(fault)s") % {"name": rule.name, "fault": error.message}
        raise BadRule(sentence, error.path) from error
    used = condition.fields_used()
    if condition.python_only or any(fields[key].of_moment or fields[key].fleeting for key in used):
        raise BadRule(_("Rule “%(name)s” asks for something that is not stored.") % {"name": rule.name})
    if LEARNED in used:
        raise BadRule(
            _("Rule “%(name)s” asks for the win chance, which is kept apart from the score.")
            % {"name": rule.name}
        )
    if JUDGED & used:
        raise BadRule(_("Rule “%(name)s” asks for the score itself.") % {"name": rule.name})
    return replace(rule, condition=condition.to_json())


def _decay(rule: RuleDraft, instants: Collection[str]) -> RuleDraft:
    if not rule.half_life_days:
        return replace(rule, half_life_days=None, decays_from="")
    if rule.group != RuleGroup.ENGAGEMENT:
        raise BadRule(_("Only points for engagement fade with time; what fits today fits tomorrow."))
    if not 0 < rule.half_life_days <= MAX_HALF_LIFE:
        raise BadRule(_("A half-life is from 1 to %(limit)s days.") % {"limit": MAX_HALF_LIFE})
    if abs(rule.points) > MAX_DECAYING:
        raise BadRule(_("Points that fade are at most %(limit)s.") % {"limit": MAX_DECAYING})
    if rule.decays_from not in instants:
        raise BadRule(_("Say from when on the points fade."))
    return rule


def check_thresholds(given: Thresholds) -> None:
    """Raises BadRule."""
    if given.nurture > given.qualified:
        raise BadRule(_("“Qualified” needs at least as many points as “nurture”."))
    if not given.grade_c <= given.grade_b <= given.grade_a:
        raise BadRule(_("Grade A needs at least as many points as B, and B as C."))


def checked_sections(sections: Sequence[SectionDraft]) -> tuple[SectionDraft, ...]:
    """Raises BadRule."""
    if len(sections) > MAX_SECTIONS:
        raise BadRule(_("There may be at most %(limit)s groups.") % {"limit": MAX_SECTIONS})
    found = []
    for section in sections:
        if section.group not in RuleGroup.values:
            raise BadRule(_("A group counts for fit or for engagement."))
        if section.cap is not None and not 0 < section.cap <= MAX_POINTS:
            raise BadRule(_("A cap is from 1 to %(limit)s points.") % {"limit": MAX_POINTS})
        name = _name(section.name, _("Give the group a name."))
        found.append(replace(section, name=name, key=section.key or uuid7()))
    return tuple(found)


def checked_consequences(consequences: Sequence[ConsequenceDraft]) -> tuple[ConsequenceDraft, ...]:
    """Raises BadRule."""
    if len(consequences) > MAX_CONSEQUENCES:
        raise BadRule(_("There may be at most %(limit)s consequences.") % {"limit": MAX_CONSEQUENCES})
    offered = Offered()
    return tuple(_checked_consequence(each, offered) for each in consequences)


def _checked_consequence(given: ConsequenceDraft, offered: Offered) -> ConsequenceDraft:
    if given.when not in WHENS:
        raise BadRule(_("Choose when it happens, and what."))
    try:
        settings = actions.checked(given.action, given.settings, offered)
    except BadAction as error:
        raise BadRule(str(error)) from error
    return replace(given, settings=settings, key=given.key or uuid7())


def _name(text: str, fault: str) -> str:
    name = " ".join(clean(text).split())[:120]
    if not name:
        raise BadRule(fault)
    return name
