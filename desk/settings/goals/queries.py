"""The map of goals as the screen shows it: what is missing, in words."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import groupby

from django.utils.translation import gettext as _

from automation.flows.queries import document_of, published_versions
from conversations.goals.enums import Category
from conversations.goals.models import Goal
from conversations.goals.queries import FEW_PHRASES, GoalLine, goal_map, line_of, name_of
from core.languages import Language


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the map with its gaps as sentences and what answers it."""

    line: GoalLine
    gaps: tuple[str, ...]
    flows: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Section:
    label: str
    rows: list[Row]


def answered_by_flows() -> tuple[dict[str, frozenset[str]], dict[str, list[str]]]:
    """By goal the languages in which a published flow answers it or leads on, and the titles of those flows."""
    languages: defaultdict[str, set[str]] = defaultdict(set)
    titles: defaultdict[str, list[str]] = defaultdict(list)
    for version in published_versions():
        document = document_of(version)
        led = {intent for goal in document.goals.values() for intent in goal.intents}
        rules = {rule.intent for rule in document.hand_offs}
        for key in led | rules:
            languages[key] |= set(document.languages)
        for key, text in document.answers.items():
            languages[key] |= {code for code, words in document.table.get(text, {}).items() if words}
        for key in led | rules | set(document.answers):
            titles[key].append(document.title)
    return {key: frozenset(found) for key, found in languages.items()}, dict(titles)


def sections() -> list[Section]:
    """The map by category; three statements."""
    answered, titles = answered_by_flows()
    lines = sorted(goal_map(answered), key=lambda line: list(Category.values).index(line.goal.category))
    return [
        Section(str(Category(category).label), [_row(line, titles) for line in found])
        for category, found in groupby(lines, key=lambda line: line.goal.category)
    ]


def row_of(goal: Goal) -> Row:
    answered, titles = answered_by_flows()
    return _row(line_of(goal, answered), titles)


def goals_to_choose(but: str = "") -> list[tuple[str, str]]:
    """Key and name of every goal that counts."""
    return [(line.key, line.name) for line in goal_map() if line.counts and line.key != but]


def _row(line: GoalLine, titles: dict[str, list[str]]) -> Row:
    return Row(line, tuple(_told(line.gaps)), tuple(titles.get(line.key, ())))


def _told(gaps: tuple[str, ...]) -> list[str]:
    """Languages of one gap in one sentence."""
    missing: dict[str, list[str]] = {}
    for gap in gaps:
        name, _dot, language = gap.partition(".")
        missing.setdefault(name, []).append(str(Language(language).label) if language else "")
    told = []
    for name, languages in missing.items():
        where = ", ".join(filter(None, languages))
        if name == "phrases":
            sentence = _("Fewer than %(count)s phrases: %(languages)s")
            told.append(sentence % {"count": FEW_PHRASES, "languages": where})
        elif name == "answer" and where:
            told.append(_("No answer in %(languages)s") % {"languages": where})
        elif name == "answer":
            told.append(_("Neither flow nor answer"))
        else:
            told.append(_("No time to answer within"))
    return told


__all__ = ["Row", "Section", "goals_to_choose", "name_of", "row_of", "sections"]
