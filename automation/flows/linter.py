"""What a flow that can be read may still get wrong, found before it is published (spec 5.2, 5.4)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext as _

from automation.articles.values import ArticleStep
from automation.flows.pricing import QUOTE_ASKS
from automation.flows.script import (
    CONSENT,
    CONTACT,
    GOAL,
    NOTE,
    AskStep,
    BranchStep,
    EndStep,
    FlowDocument,
    HandOffStep,
    LookUpStep,
    MenuStep,
    OfferStep,
    PriceRangeStep,
    QuoteStep,
    SayStep,
    ScoreStep,
    Step,
    exits,
)
from automation.flows.service import FlowStep, RateStep, TroubleshootStep
from automation.flows.wording import Texts, variables
from automation.payments.values import PaymentStep

MAX_TEXT = 600
MAX_BUTTONS = 4
MAX_LABEL = 20
KNOWN_VARIABLES = frozenset(
    {"name", "company", "person", "wait", "opens", "service", "when", "zone", "where", "sum"}
    | {"product", "others", "low", "high", "depends", "price", "fact"}
)
ASKING_PHRASES = frozenset(
    f"phrases.meeting_{name}"
    for name in ("offer", "which", "name", "reach", "about", "confirm", "move", "cancel", "cant")
) | {
    "phrases.price_fact",
    "phrases.price_send",
    "phrases.order_number",
    "phrases.order_proof",
    "phrases.order_more",
    "phrases.help_worked",
    "phrases.rate_ask",
    "phrases.consent_ask",
    "phrases.article_helped",
    "phrases.article_which",
}
BUTTONS = frozenset(
    {"phrases.skip", "phrases.person", "phrases.price_yes", "phrases.price_later"}
    | {"phrases.order_yes", "phrases.order_no", "phrases.help_yes", "phrases.help_no"}
    | {"phrases.article_yes", "phrases.article_no"}
    | {f"phrases.meeting_{name}" for name in ("other", "later", "yes", "coming", "cancel_yes", "keep")}
)
ASKING_SLOTS = ("question", "again", "name", "reach", "about", "confirm")
QUESTION_MARKS = "?？؟՞"


class Level(StrEnum):
    """An ERROR keeps a flow from being published; a WARNING is shown."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True)
class Finding:
    """`code` is stable; `place` is the id of a step or of a text, empty for the flow as a whole."""

    level: Level
    code: str
    place: str
    message: str


def lint(
    flow: FlowDocument,
    criteria: Mapping[str, Texts] | None = None,
    *,
    services: Collection[str] | None = None,
    products: Collection[str] | None = None,
) -> list[Finding]:
    """Return every finding, errors first. `criteria` are the known keys with their questions, `services` the keys of
    what can be booked, `products` the codes of what is sold; None: not checked.
    """
    found: list[Finding] = []
    for check in _CHECKS:
        found.extend(check(flow))
    if criteria is not None:
        found.extend(_questions_without_criterion(flow, criteria))
    if services is not None:
        found.extend(_offers_without_service(flow, services))
    if products is not None:
        found.extend(_prices_without_product(flow, products))
    return sorted(found, key=lambda each: each.level is not Level.ERROR)


def questions_in(text: str) -> int:
    """Return how many questions a text asks; the Armenian mark stands inside its word."""
    return sum(text.count(mark) for mark in QUESTION_MARKS)


def _unreachable(flow: FlowDocument) -> Iterator[Finding]:
    starts = [flow.start, *(goal.go for goal in flow.goals.values())]
    reached = {step.id for start in starts for step in flow.way(start)}
    for step_id in flow.steps:
        if step_id not in reached:
            yield Finding(Level.WARNING, "unreachable", step_id, _("Nothing leads to this step."))


TURNS = OfferStep | QuoteStep | PaymentStep | LookUpStep | TroubleshootStep | RateStep | ArticleStep
"""Steps that go on elsewhere where nothing comes of them."""


def _dead_ends(flow: FlowDocument) -> Iterator[Finding]:
    for step in flow.steps.values():
        ends = isinstance(step, SayStep | AskStep | ScoreStep | PriceRangeStep | TURNS) and step.next is None
        if ends or (isinstance(step, TURNS | FlowStep) and step.otherwise is None):
            yield Finding(Level.ERROR, "dead_end", step.id, _("The flow stops here. End it or hand it over."))


def _loops(flow: FlowDocument) -> Iterator[Finding]:
    """A circle with no question in it never waits for the customer."""
    kinds = SayStep | BranchStep | ScoreStep | PriceRangeStep | TURNS | FlowStep
    silent = {step.id for step in flow.steps.values() if isinstance(step, kinds)}
    for step_id in silent:
        seen: set[str] = set()
        waiting = list(exits(flow.steps[step_id], flow.goals))
        while waiting:
            following = waiting.pop()
            if following in silent and following not in seen:
                seen.add(following)
                waiting.extend(exits(flow.steps[following], flow.goals))
        if step_id in seen:
            yield Finding(Level.ERROR, "loop", step_id, _("The flow can go round here without a question."))


def _no_person(flow: FlowDocument) -> Iterator[Finding]:
    """Asking for a person always works; a flow should also come to one, or to an end, by itself from
    everywhere.
    """
    for step in flow.steps.values():
        way = flow.way(step.id)
        if not any(isinstance(each, HandOffStep | EndStep) for each in way):
            yield Finding(Level.ERROR, "no_exit", step.id, _("From here the flow never comes to an end."))
    if not any(isinstance(step, HandOffStep) for step in flow.steps.values()):
        yield Finding(Level.ERROR, "no_person", "", _("The flow never hands over to a person."))
    for goal in flow.goals.values():
        if not any(isinstance(each, HandOffStep) for each in flow.way(goal.go)):
            message = _("The goal %(goal)s never comes to a person.") % {"goal": goal.key}
            yield Finding(Level.WARNING, "goal_without_person", goal.go, message)


def _texts(flow: FlowDocument) -> Iterator[Finding]:
    for entry in flow.texts():
        missing = [lang for lang in flow.languages if not entry.texts.get(lang, "").strip()]
        if missing:
            message = _("Missing in: %(languages)s.") % {"languages": ", ".join(missing)}
            yield Finding(Level.ERROR, "missing_language", entry.id, message)
        for lang, text in entry.texts.items():
            yield from _one_text(entry.id, lang, text)


def _one_text(text_id: str, lang: str, text: str) -> Iterator[Finding]:
    at = {"language": lang}
    if questions_in(text) > 1:
        yield Finding(
            Level.ERROR, "several_questions", text_id, _("Several questions at once (%(language)s).") % at
        )
    if len(text) > MAX_TEXT:
        yield Finding(Level.WARNING, "long_text", text_id, _("A wall of text (%(language)s).") % at)
    for name in sorted(variables(text) - KNOWN_VARIABLES):
        message = _("Unknown variable {%(name)s} (%(language)s).") % {**at, "name": name}
        yield Finding(Level.WARNING, "unknown_variable", text_id, message)


def _questions_of(step: Step) -> Iterable[str]:
    """Ids of the texts of a step that ask."""
    match step:
        case AskStep():
            return (step.question or "",)
        case MenuStep():
            return (step.text,)
        case OfferStep():
            return [step.texts[slot] for slot in ASKING_SLOTS]
        case PriceRangeStep() | QuoteStep():
            return [step.texts[slot] for slot in QUOTE_ASKS if slot in step.texts]
        case LookUpStep():
            return [step.texts[slot] for slot in ("number", "proof", "more")]
        case TroubleshootStep():
            return (step.question,)
        case RateStep():
            return (step.texts["question"],)
    return ()


def _second_questions(flow: FlowDocument) -> Iterator[Finding]:
    """What is said before a question, or besides it, must not be one (spec 5.2)."""
    asked = (text_id for step in flow.steps.values() for text_id in _questions_of(step))
    questions = {*ASKING_PHRASES, *asked}
    last_words = {step.text for step in flow.steps.values() if isinstance(step, EndStep)}
    for entry in flow.texts():
        asks = any(questions_in(text) for text in entry.texts.values())
        if asks and entry.id not in questions and entry.id not in last_words:
            message = _("A question here would come beside the one being asked.")
            yield Finding(Level.ERROR, "second_question", entry.id, message)


def _menus(flow: FlowDocument) -> Iterator[Finding]:
    for step in flow.steps.values():
        if isinstance(step, MenuStep) and len(step.goals) > MAX_BUTTONS:
            yield Finding(Level.WARNING, "long_menu", step.id, _("A choice between so many is no choice."))
    for entry in flow.texts():
        if entry.id.startswith("goals.") or entry.id in BUTTONS:
            for lang, text in entry.texts.items():
                if len(text) > MAX_LABEL:
                    message = _("Too long for a button (%(language)s).") % {"language": lang}
                    yield Finding(Level.WARNING, "long_label", entry.id, message)


def _asked_twice(flow: FlowDocument) -> Iterator[Finding]:
    """Two menus on one way: the second is always passed over."""
    for step in flow.steps.values():
        if isinstance(step, MenuStep):
            later = [each for goal in step.goals for each in flow.way(flow.goals[goal].go)]
            if any(isinstance(each, MenuStep) for each in later):
                yield Finding(Level.WARNING, "second_menu", step.id, _("A later menu is never shown."))


def _goals(flow: FlowDocument) -> Iterator[Finding]:
    offered = {key for step in flow.steps.values() if isinstance(step, MenuStep) for key in step.goals}
    for goal in flow.goals.values():
        if goal.key not in offered and not goal.intents:
            yield Finding(Level.WARNING, "unused_goal", goal.key, _("Nothing leads to this goal."))


def _questions_without_criterion(flow: FlowDocument, criteria: Mapping[str, Texts]) -> Iterator[Finding]:
    for step in flow.asks():
        if step.target.startswith((CONTACT, NOTE, CONSENT)) or step.target == GOAL:
            continue
        if step.target not in criteria:
            message = _("There is no criterion %(key)s; the question is left out.") % {"key": step.target}
            yield Finding(Level.WARNING, "no_criterion", step.id, message)
        elif step.question is None:
            missing = [lang for lang in flow.languages if not criteria[step.target].get(lang)]
            if missing:
                message = _("The criterion has no question in: %(languages)s.")
                yield Finding(
                    Level.ERROR, "missing_language", step.id, message % {"languages": ", ".join(missing)}
                )


def _offers_without_service(flow: FlowDocument, services: Collection[str]) -> Iterator[Finding]:
    for step in flow.steps.values():
        if isinstance(step, OfferStep) and step.service and step.service not in services:
            message = _("There is nothing of that kind to book; no times are offered.")
            yield Finding(Level.WARNING, "no_service", step.id, message)


def _prices_without_product(flow: FlowDocument, products: Collection[str]) -> Iterator[Finding]:
    for step in flow.steps.values():
        if isinstance(step, PriceRangeStep | QuoteStep) and step.product and step.product not in products:
            message = _("There is no product with this code on sale; no price is told.")
            yield Finding(Level.WARNING, "no_product", step.id, message)


_CHECKS: tuple[Callable[[FlowDocument], Iterable[Finding]], ...] = (
    _unreachable,
    _dead_ends,
    _loops,
    _no_person,
    _texts,
    _second_questions,
    _menus,
    _asked_twice,
    _goals,
)
