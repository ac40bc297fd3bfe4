"""Reading a flow document (docs/flows.md): YAML for people, the same as JSON in the database.

`loads` takes YAML text, `parse` the plain value, `plain` gives the value to store. All raise DocumentError
with every fault found and, for YAML, its line.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path as FilePath
from typing import Any

from django.utils.translation import gettext as _

from automation.flows.checking import Checker
from automation.flows.effects import Urgency
from automation.flows.errors import DocumentError, Problem
from automation.flows.script import FlowDocument, Goal, HandOffRule, Limits, Step, exits
from automation.flows.source import Mark, Path, read
from automation.flows.steps import STEP_KINDS, read_step
from automation.flows.wording import LANGUAGES, Texts

DATA = FilePath(__file__).parent / "data"

TOP_KEYS = (
    *("flow", "title", "languages", "start", "limits", "reminder_after"),
    *("goals", "steps", "answers", "hand_offs", "phrases", "words"),
)
GOAL_KEYS = ("label", "intents", "keeps", "go")
RULE_KEYS = ("reason", "urgency", "team", "open", "closed")
PHRASES = (
    "retry",
    "moved_on",
    "corrected",
    "offer_person",
    "person_open",
    "person_closed",
    "leave_contact",
    "attachment",
    "card",
    "document",
    "voice",
    "deferred",
    "reminder",
    "resume",
    "opt_out",
    "not_interested",
    "skip",
    "person",
    "yes",
    "no",
    "payment_ask",
    "payment_again",
    "payment_wait",
    "meeting_offer",
    "meeting_which",
    "meeting_others",
    "meeting_no_more",
    "meeting_found",
    "meeting_nearest",
    "meeting_taken",
    "meeting_name",
    "meeting_reach",
    "meeting_about",
    "meeting_confirm",
    "meeting_booked",
    "meeting_thanks",
    "meeting_move",
    "meeting_is",
    "meeting_cancel",
    "meeting_kept",
    "meeting_cant",
    "meeting_late",
    "meeting_over",
    "meeting_none",
    "meeting_left",
    "meeting_other",
    "meeting_later",
    "meeting_yes",
    "meeting_coming",
    "meeting_cancel_yes",
    "meeting_keep",
    "price_range",
    "price_about",
    "price_exact",
    "price_fact",
    "price_send",
    "price_sent",
    "price_draft",
    "price_left",
    "price_yes",
    "price_later",
    "order_number",
    "order_proof",
    "order_none",
    "order_more",
    "order_yes",
    "order_no",
    "help_worked",
    "help_yes",
    "help_no",
    "rate_ask",
    "rate_thanks",
    "rate_sorry",
    "consent_ask",
    "article_helped",
    "article_yes",
    "article_no",
    "article_glad",
    "article_which",
    "article_meanwhile",
)
WORDS = ("skip", "correct", "others", "coming", "worked", "not_worked", "again")


def loads(text: str, *, version: int = 1) -> FlowDocument:
    """Read a flow from YAML."""
    value, lines = read(text)
    return _parse(value, lines, version)


def plain(text: str) -> dict[str, Any]:
    """Return the plain value of a YAML flow that has been checked: what FlowVersion.document stores."""
    value, lines = read(text)
    _parse(value, lines, 1)
    return dict(value)


def parse(data: Any, *, version: int = 1) -> FlowDocument:
    """Read a flow from its plain value; `version` is the number it was published under."""
    return _parse(data, {}, version)


def text_places(data: Any) -> dict[str, Path]:
    """Return where each text of a plain value stands in it, by the id of the text. Raises DocumentError."""
    draft = _Draft(Checker({}))
    _read(draft, data, 1)
    return draft.places


def traverse(check: Checker, value: Any) -> None:
    """Read a plain value with this checker, for what it makes of that. Raises DocumentError."""
    _read(_Draft(check), value, 1)


def faults_of(value: Any) -> tuple[Problem, ...]:
    """Everything that is wrong with a plain value."""
    try:
        parse(value)
    except DocumentError as error:
        return error.problems
    return ()


def shipped(name: str = "first_answer", *, version: int = 1) -> FlowDocument:
    """Read a flow that comes with Parley."""
    return loads(shipped_text(name), version=version)


def shipped_text(name: str = "first_answer") -> str:
    return (DATA / f"{name}.yaml").read_text(encoding="utf-8")


@dataclass
class _Draft:
    """The parts while they are read; `table` gathers texts under their ids, `places` where each stands."""

    check: Checker
    table: dict[str, Texts] = field(default_factory=dict)
    places: dict[str, Path] = field(default_factory=dict)

    def text(self, value: Any, path: Path, text_id: str) -> str:
        self.table[text_id] = self.check.texts(value, path)
        self.places[text_id] = path
        return text_id

    def optional_text(self, value: Any, path: Path, text_id: str) -> str | None:
        return None if value is None else self.text(value, path, text_id)


def _parse(value: Any, lines: Mapping[Path, Mark], version: int) -> FlowDocument:
    return _read(_Draft(Checker(lines)), value, version)


def _read(draft: _Draft, value: Any, version: int) -> FlowDocument:
    check = draft.check
    data = check.mapping(value, (), allowed=TOP_KEYS)
    steps = _steps(draft, data.get("steps"))
    goals = _goals(draft, data.get("goals"))
    answers = {
        check.name(intent, ("answers", intent)): draft.text(texts, ("answers", intent), f"answers.{intent}")
        for intent, texts in check.mapping(data.get("answers"), ("answers",)).items()
    }
    hand_offs = _rules(draft, data.get("hand_offs"))
    words = _words(check, data.get("words"))
    _phrases(draft, data.get("phrases"))
    key = check.name(data.get("flow"), ("flow",))
    document = FlowDocument(
        key=key,
        version=version,
        title=check.line_of_text(data.get("title"), ("title",), default=key),
        languages=_languages(check, data.get("languages")),
        start=check.name(data["start"], ("start",)) if "start" in data else next(iter(steps), ""),
        steps=steps,
        goals=goals,
        answers=answers,
        hand_offs=hand_offs,
        table=draft.table,
        skip_words=words["skip"],
        correction_words=words["correct"],
        words=words,
        limits=_limits(check, data.get("limits")),
        reminder_after=check.number(
            data.get("reminder_after"), ("reminder_after",), default=45, lowest=1, highest=10_080
        ),
    )
    _check_links(check, document)
    if check.problems:
        raise DocumentError(check.problems)
    return document


def _languages(check: Checker, value: Any) -> tuple[str, ...]:
    names = check.names(value, ("languages",)) or LANGUAGES
    for index, name in enumerate(names):
        check.one_of(name, ("languages", index), options=LANGUAGES, default="")
    return names


def _steps(draft: _Draft, value: Any) -> dict[str, Step]:
    """Read the steps; one without `next` goes on at the step below it."""
    check = draft.check
    items = check.sequence(value, ("steps",))
    if not items:
        check.fault(("steps",), _("a flow needs at least one step"))
    ids = [item.get("id") if isinstance(item, dict) else None for item in items]
    steps: dict[str, Step] = {}
    for index, item in enumerate(items):
        path: Path = ("steps", index)
        data = check.mapping(item, path)
        below = ids[index + 1] if index + 1 < len(ids) else None
        step_id = check.name(data.get("id"), (*path, "id"))
        if step_id in steps:
            check.fault((*path, "id"), _("this id is taken"))
        kinds = [kind for kind in STEP_KINDS if kind in data]
        if len(kinds) != 1:
            check.fault(path, _("a step does exactly one of: %(kinds)s") % {"kinds": ", ".join(STEP_KINDS)})
            continue
        steps[step_id] = read_step(draft, kinds[0], step_id, data, path, str(below) if below else None)
    return steps


def _goals(draft: _Draft, value: Any) -> dict[str, Goal]:
    check = draft.check
    goals: dict[str, Goal] = {}
    for key, item in check.mapping(value, ("goals",)).items():
        path: Path = ("goals", key)
        data = check.mapping(item, path, allowed=GOAL_KEYS)
        goals[check.name(key, path)] = Goal(
            key=key,
            label=draft.text(data.get("label"), (*path, "label"), f"goals.{key}"),
            go=check.name(data.get("go"), (*path, "go")),
            intents=check.names(data.get("intents"), (*path, "intents")),
            keeps=check.name(data["keeps"], (*path, "keeps")) if "keeps" in data else None,
        )
    return goals


def _rules(draft: _Draft, value: Any) -> tuple[HandOffRule, ...]:
    check = draft.check
    rules = []
    for intent, item in check.mapping(value, ("hand_offs",)).items():
        path: Path = ("hand_offs", intent)
        data = check.mapping(item, path, allowed=RULE_KEYS)
        urgency = check.one_of(
            data.get("urgency"), (*path, "urgency"), options=list(Urgency), default=Urgency.NORMAL
        )
        texts = {
            slot: draft.optional_text(data.get(slot), (*path, slot), f"hand_offs.{intent}.{slot}")
            for slot in ("open", "closed")
        }
        rules.append(
            HandOffRule(
                intent=check.name(intent, path),
                reason=check.name(data.get("reason", intent), (*path, "reason")),
                open=texts["open"] or "phrases.person_open",
                closed=texts["closed"] or "phrases.person_closed",
                urgency=Urgency(urgency),
                team=check.name(data["team"], (*path, "team")) if "team" in data else None,
            )
        )
    return tuple(rules)


def _limits(check: Checker, value: Any) -> Limits:
    standard = Limits()
    highest = {"steps_per_event": 200, "steps_per_run": 5000, "messages": 500, "misses": 20, "flows": 50}
    data = check.mapping(value, ("limits",), allowed=list(highest))
    return Limits(
        **{
            name: check.number(
                data.get(name), ("limits", name), default=getattr(standard, name), lowest=1, highest=top
            )
            for name, top in highest.items()
        }
    )


@cache
def _standard() -> Any:
    value, _lines = read((DATA / "phrases.yaml").read_text(encoding="utf-8"))
    return value


def standard_phrases() -> dict[str, Texts]:
    """The phrases of flows by the ids of their texts, as they ship."""
    return {f"phrases.{name}": texts for name, texts in _standard()["phrases"].items()}


def standard_words(name: str) -> tuple[str, ...]:
    """Words in all languages that are known for something: skip, correct, others, coming."""
    return tuple(word for group in _standard()["words"][name].values() for word in group)


def _phrases(draft: _Draft, value: Any) -> None:
    own = draft.check.mapping(value, ("phrases",), allowed=PHRASES)
    for name in PHRASES:
        standard: Texts = _standard()["phrases"][name]
        texts = draft.check.texts(own[name], ("phrases", name)) if name in own else {}
        draft.table[f"phrases.{name}"] = {**standard, **texts}


def _words(check: Checker, value: Any) -> dict[str, tuple[str, ...]]:
    """Return the words for "I do not know", for a correction and the like: ours and the document's, of all languages."""
    data = check.mapping(value, ("words",), allowed=WORDS)
    words: dict[str, tuple[str, ...]] = {}
    for name in WORDS:
        found = [word for group in _standard()["words"][name].values() for word in group]
        for lang, group in check.mapping(data.get(name), ("words", name), allowed=LANGUAGES).items():
            path: Path = ("words", name, lang)
            items = enumerate(check.sequence(group, path))
            found += [check.line_of_text(word, (*path, index)) for index, word in items]
        words[name] = tuple(word for word in found if word)
    return words


def _check_links(check: Checker, document: FlowDocument) -> None:
    """Every step and goal that something leads to must be there."""
    numbers = {step_id: index for index, step_id in enumerate(document.steps)}

    def must_exist(step_id: str, path: Path) -> None:
        if step_id not in document.steps:
            check.fault(path, _("there is no step %(id)s") % {"id": step_id})

    must_exist(document.start, ("start",))
    for goal in document.goals.values():
        must_exist(goal.go, ("goals", goal.key, "go"))
    for step in document.steps.values():
        path: Path = ("steps", numbers[step.id])
        for step_id in exits(step, document.goals):
            must_exist(step_id, path)
        for key in getattr(step, "goals", ()):
            if key not in document.goals:
                check.fault((*path, "goals"), _("there is no goal %(key)s") % {"key": key})
