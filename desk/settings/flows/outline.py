"""The script as an outline: under each goal its steps, one line each, with where they lead and what is wrong with them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.text import Truncator
from django.utils.translation import gettext as _

from automation.flows.editing import kind_of
from automation.flows.linter import Finding
from automation.flows.script import BY_GOAL, AskStep, BranchStep, FlowDocument, MenuStep, Step
from automation.flows.wording import choose
from core.conditions import ConditionError
from core.conditions import parse as condition
from core.conditions import registry as conditions
from crm.qualification.queries import all_criteria
from crm.scoring.queries import SUBJECT
from desk.settings.flows import wording
from desk.settings.flows.facts import in_words
from desk.settings.flows.kinds import Kind, kind_called

WORDS = 90
BEGINNING, REST = "", "-"


@dataclass(frozen=True)
class Way:
    """Where a step leads: `words` before the arrow, empty for the plain way."""

    words: str
    step_id: str

    @property
    def name(self) -> str:
        return in_words(self.step_id)


@dataclass(frozen=True)
class Line:
    """`following`: the step below it in the document, whatever group that is in."""

    id: str
    kind: Kind
    text: str
    ways: list[Way]
    findings: list[Finding] = field(default_factory=list)
    following: str = ""

    @property
    def name(self) -> str:
        return in_words(self.id)

    @property
    def has_error(self) -> bool:
        return any(each.level == "error" for each in self.findings)


@dataclass(frozen=True)
class Group:
    """`goal` is its key, empty for the beginning, "-" for what nothing leads to."""

    goal: str
    title: str
    lines: list[Line]

    @property
    def placed(self) -> list[tuple[Line, str, str]]:
        """Each line with the steps that it would stand above when moved up and when moved down; "-" where it cannot."""
        ids = [line.id for line in self.lines]
        return [
            (
                line,
                ids[place - 1] if place else REST,
                self.lines[place + 1].following if place + 1 < len(ids) else REST,
            )
            for place, line in enumerate(self.lines)
        ]


@dataclass(frozen=True)
class PartLine:
    key: str
    label: str
    text: str
    note: str = ""
    findings: list[Finding] = field(default_factory=list)


@dataclass(frozen=True)
class Section:
    key: str
    title: str
    lines: list[PartLine]
    may_add: bool

    @property
    def has_findings(self) -> bool:
        return any(line.findings for line in self.lines)


@dataclass(frozen=True)
class Outline:
    groups: list[Group]
    sections: list[Section]
    general: list[Finding]


def outline(
    plain: Mapping[str, Any], document: FlowDocument, found: Sequence[Finding], language: str
) -> Outline:
    """The whole left side. `plain` is what the document was read from, wording included."""
    by_place: dict[str, list[Finding]] = defaultdict(list)
    for finding in found:
        by_place[_place_of(document, finding)].append(finding)
    lines = {line.id: line for line in _lines(plain, document, by_place, language)}
    groups = [Group(*each, [lines[step_id] for step_id in ids]) for each, ids in _groups(document, language)]
    sections = list(_sections(plain, document, by_place, language))
    shown = {*lines, *(f"{section.key}.{line.key}" for section in sections for line in section.lines)}
    general = [each for place, several in by_place.items() if place not in shown for each in several]
    return Outline(groups, sections, general)


def _place_of(document: FlowDocument, finding: Finding) -> str:
    """The id of a step or "section.key" of another part."""
    first, _dot, rest = finding.place.partition(".")
    if first in wording.PARTS:
        return f"{first}.{rest.partition('.')[0]}"
    if first in document.steps:
        return first
    return f"goals.{first}" if first in document.goals else finding.place


def _groups(document: FlowDocument, language: str) -> Iterator[tuple[tuple[str, str], list[str]]]:
    """Each step under the first goal whose way comes to it, in the order of the document."""
    heads = {goal.go for goal in document.goals.values()}
    owner: dict[str, str] = {}
    waiting = [document.start]
    while waiting:
        step = document.steps.get(waiting.pop(0))
        if step is None or step.id in owner or (step.id in heads and step.id != document.start):
            continue
        owner[step.id] = BEGINNING
        if not isinstance(step, MenuStep):
            waiting += [way.step_id for way in ways_of(step, {})]
    for goal in _goals_in_order(document):
        for step in document.way(document.goals[goal].go):
            owner.setdefault(step.id, goal)
    titles = {BEGINNING: _("At the beginning"), REST: _("Nothing leads here")}
    for goal in (BEGINNING, *_goals_in_order(document), REST):
        ids = [step_id for step_id in document.steps if owner.get(step_id, REST) == goal]
        if ids:
            title = titles.get(goal) or choose(document.table[document.goals[goal].label], language)
            yield (goal, title or in_words(goal)), ids


def _goals_in_order(document: FlowDocument) -> list[str]:
    """As the menu offers them, the others after."""
    menus = [key for step in document.steps.values() if isinstance(step, MenuStep) for key in step.goals]
    return [key for key in dict.fromkeys([*menus, *document.goals]) if key in document.goals]


def _lines(
    plain: Mapping[str, Any],
    document: FlowDocument,
    found: Mapping[str, list[Finding]],
    language: str,
) -> Iterator[Line]:
    questions = {each.key: (each.name, each.question) for each in all_criteria()}
    stored = {step["id"]: step for step in plain["steps"]}
    ids = list(document.steps)
    for place, (step_id, step) in enumerate(document.steps.items()):
        below = ids[place + 1] if place + 1 < len(ids) else ""
        cases = _conditions(step)
        yield Line(
            step_id,
            kind_called(kind_of(stored[step_id])),
            Truncator(_text(step, document, questions, language) or _about(stored[step_id])).chars(WORDS),
            [way for way in ways_of(step, cases) if way.words or way.step_id != below],
            found.get(step_id, []),
            below,
        )


def ways_of(step: Step, cases: Mapping[int, str]) -> list[Way]:
    """The ways on from a step in words; `cases` are those of a branch."""
    if isinstance(step, BranchStep):
        found = [Way(cases.get(place, ""), case.go) for place, case in enumerate(step.cases)]
        return [*found, Way(_("otherwise"), step.otherwise)]
    plain, other = getattr(step, "next", None), getattr(step, "otherwise", None)
    special = getattr(step, "specialist", None)
    ways = [Way("", plain)] if plain else []
    if special and special != other:
        ways.append(Way(_("for a specialist"), special))
    if other and other != plain:
        ways.append(Way(_("otherwise"), other))
    return ways


def _conditions(step: Step) -> dict[int, str]:
    if not isinstance(step, BranchStep):
        return {}
    fields = conditions.fields(SUBJECT)
    words = {}
    for place, case in enumerate(step.cases):
        try:
            words[place] = condition(case.when, SUBJECT, fields=fields).describe()
        except ConditionError as error:
            words[place] = error.message
    return words


def _text(step: Step, document: FlowDocument, questions: Mapping[str, tuple[str, Any]], language: str) -> str:
    """The first words of a step: its own text, else the criterion's question, else what it is about."""
    own = [texts for text_id, texts in document.table.items() if text_id.startswith(f"{step.id}.")]
    if isinstance(step, AskStep):
        name, question = questions.get(step.target, ("", {}))
        asked = document.table.get(step.question or "") or question
        return choose(asked, language) or name or in_words(step.target)
    return choose(own[0], language) if own else ""


def _about(stored: Mapping[str, Any]) -> str:
    """The product, service or flow that a step without texts of its own names."""
    named = stored.get(kind_of(stored))
    return in_words(named) if isinstance(named, str) and named != BY_GOAL else ""


def _sections(
    plain: Mapping[str, Any], document: FlowDocument, found: Mapping[str, list[Finding]], language: str
) -> Iterator[Section]:
    table = document.table
    goals = [
        PartLine(
            key,
            in_words(key),
            choose(table[goal.label], language),
            in_words(goal.go),
            found.get(f"goals.{key}", []),
        )
        for key, goal in document.goals.items()
    ]
    answers = [
        PartLine(key, in_words(key), choose(table[text_id], language), "", found.get(f"answers.{key}", []))
        for key, text_id in document.answers.items()
    ]
    rules = [
        PartLine(
            rule.intent,
            in_words(rule.intent),
            choose(table[rule.open], language),
            in_words(rule.team or ""),
            found.get(f"hand_offs.{rule.intent}", []),
        )
        for rule in document.hand_offs
    ]
    own = plain.get("phrases") or {}
    phrases = [
        PartLine(
            text_id.removeprefix("phrases."),
            wording.label(text_id),
            choose(texts, language),
            _("edited") if text_id.removeprefix("phrases.") in own else "",
            found.get(text_id, []),
        )
        for text_id, texts in table.items()
        if text_id.startswith("phrases.")
    ]
    yield Section("goals", str(wording.PARTS["goals"]), goals, may_add=True)
    yield Section("answers", str(wording.PARTS["answers"]), answers, may_add=True)
    yield Section("hand_offs", str(wording.PARTS["hand_offs"]), rules, may_add=True)
    yield Section("phrases", str(wording.PARTS["phrases"]), phrases, may_add=False)
