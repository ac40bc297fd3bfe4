"""How a question is put and which buttons it has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from automation.articles.values import HELPED, PICK
from automation.flows.context import Criterion
from automation.flows.effects import QuickReply
from automation.flows.engine.turn import Turn
from automation.flows.script import (
    CONFIRM,
    CONSENT,
    GOAL,
    MORE,
    SEND,
    TIME,
    AskStep,
    HandOffStep,
    MenuStep,
    PriceRangeStep,
    QuoteStep,
)
from automation.flows.service import BEST_RATING, RATING, WORKED
from automation.flows.state import RunStatus
from automation.flows.wording import choose
from automation.meetings import choosing

PERSON = "person"
BOOK = "meeting:yes"
SEND_IT = "quote:send"
NOT_NOW = "quote:later"
AGREE, REFUSE = "consent:yes", "consent:no"
STAR = "★"
ENOUGH, NOT_ENOUGH = "lookup:yes", "lookup:no"
YES_HELPED, NOT_HELPED = "helped:yes", "helped:no"


def put(turn: Turn, step: AskStep | MenuStep, *, offer_person: bool = False) -> None:
    """Ask: with its useful fact the first time, the bare question when it is repeated."""
    target = step.target if isinstance(step, AskStep) else GOAL
    first = not turn.state.asked.get(target)
    text_id, text = wording(turn, step, first=first)
    put_question(turn, target, text_id, text, offer_person=offer_person)


def put_question(
    turn: Turn, target: str, text_id: str, text: str | None = None, *, offer_person: bool = False
) -> None:
    """Ask in these words, with the buttons of the target, and wait for the answer."""
    turn.say(text_id, text)
    replies = options(turn, target)
    if offer_person:
        replies = (*replies, QuickReply(turn.words("phrases.person"), PERSON))
    turn.quick_replies, turn.asks = replies, target
    fresh = turn.state.pending != target
    turn.update(
        pending=target,
        status=RunStatus.WAITING,
        asked={**turn.state.asked, target: turn.state.asked.get(target, 0) + 1},
        misses=0 if fresh else turn.state.misses,
        reminded=False if fresh else turn.state.reminded,
    )


def wording(turn: Turn, step: AskStep | MenuStep, *, first: bool) -> tuple[str, str]:
    """Return the id and the raw text of a question; the text is empty when nobody wrote one."""
    language, table = turn.state.language, turn.flow.table
    if isinstance(step, MenuStep):
        return step.text, choose(table[step.text], language)
    criterion = turn.context.criterion(step.target)
    question = choose(table[step.question], language) if step.question else ""
    hint = choose(table[step.hint], language) if step.hint else ""
    if criterion is not None:
        question = question or choose(criterion.question, language)
        hint = hint or choose(criterion.hint, language)
    text_id = step.question or f"criteria.{step.target}"
    return text_id, f"{hint} {question}".strip() if first and question else question


def options(turn: Turn, target: str) -> tuple[QuickReply, ...]:
    """Return the buttons of a question in the language of the run."""
    return tuple(
        QuickReply(choose(labels, turn.state.language), payload) for payload, labels in _choices(turn, target)
    )


def labels(turn: Turn, target: str) -> list[tuple[str, list[str]]]:
    """Return each payload of a question with its labels in every language."""
    return [(payload, list(texts.values())) for payload, texts in _choices(turn, target)]


def _choices(turn: Turn, target: str) -> list[tuple[str, Any]]:
    flow = turn.flow
    if target == GOAL:
        menu = next((step for step in flow.steps.values() if isinstance(step, MenuStep)), None)
        here = flow.steps.get(turn.state.step)
        menu = here if isinstance(here, MenuStep) else menu
        return [(f"goal:{key}", flow.table[f"goals.{key}"]) for key in (menu.goals if menu else ())]
    if target == TIME:
        table = turn.offer.table
        return choosing.options(table, timezone=turn.context.timezone, phrases=flow.table) if table else []
    if target == CONFIRM:
        return [
            (BOOK, flow.table["phrases.meeting_yes"]),
            (choosing.OTHERS, flow.table["phrases.meeting_other"]),
        ]
    if target == SEND:
        return [(SEND_IT, flow.table["phrases.price_yes"]), (NOT_NOW, flow.table["phrases.price_later"])]
    if target == MORE:
        return [(ENOUGH, flow.table["phrases.order_yes"]), (NOT_ENOUGH, flow.table["phrases.order_no"])]
    if target.startswith((WORKED, RATING, CONSENT)):
        return _of_service(turn, target)
    if target == HELPED:
        return [
            (YES_HELPED, flow.table["phrases.article_yes"]),
            (NOT_HELPED, flow.table["phrases.article_no"]),
        ]
    if target == PICK:
        return _articles(turn)
    criterion = turn.context.criterion(target)
    found = [(f"answer:{target}:{_plain(value)}", label) for value, label in choices_of(turn, criterion)]
    step = flow.ask_of(target)
    for_price = criterion is not None and isinstance(
        flow.steps.get(turn.state.step), PriceRangeStep | QuoteStep | HandOffStep
    )
    if for_price or (step is not None and step.skippable):
        found.append((f"skip:{target}", flow.table["phrases.skip"]))
    return found


def _of_service(turn: Turn, target: str) -> list[tuple[str, Any]]:
    """Stars speak every language, and stand in the order of their numbers."""
    table = turn.flow.table
    if target.startswith(RATING):
        return [(f"{RATING}{count}", {"en": STAR * count}) for count in range(1, BEST_RATING + 1)]
    if target.startswith(CONSENT):
        return [(AGREE, table["phrases.yes"]), (REFUSE, table["phrases.no"])]
    number = target.removeprefix(WORKED)
    return [
        (f"{WORKED}yes:{number}", table["phrases.help_yes"]),
        (f"{WORKED}no:{number}", table["phrases.help_no"]),
    ]


def _articles(turn: Turn) -> list[tuple[str, Any]]:
    """The articles that the customer may have meant, by their titles."""
    library = turn.context.library
    slugs = turn.read_out.offered if library is not None else ()
    found = [library.article(slug, language=turn.state.language) for slug in slugs] if library else []
    return [(f"article:{each.slug}", each.titles) for each in found if each is not None]


def choices_of(turn: Turn, criterion: Criterion | None) -> list[tuple[Any, Any]]:
    """Return the values that can be tapped, with their labels; a yes/no criterion always has two."""
    if criterion is None:
        return []
    if criterion.kind == "yes_no" and not criterion.choices:
        table = turn.flow.table
        return [(True, table["phrases.yes"]), (False, table["phrases.no"])]
    return [(choice.value, choice.label) for choice in criterion.choices]


def value_of(turn: Turn, criterion: Criterion, plain: str) -> tuple[bool, Any]:
    """Return whether a payload's text is one of the values on offer, and that value."""
    for value, _label in choices_of(turn, criterion):
        if _plain(value) == plain:
            return True, value
    return False, None


def _plain(value: Any) -> str:
    """Return what stands for a canonical value in a payload, short: providers allow 64 bytes."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return str(value.get("amount") or value.get("norm") or "")
    return str(value)
