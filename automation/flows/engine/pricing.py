"""Telling prices, asking what they need, and taking the wish for a quote (spec 8.1, 8.2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from automation.flows.effects import Announce, MakeQuote, NextStep
from automation.flows.engine.handing import summary
from automation.flows.engine.questions import NOT_NOW, SEND_IT, put, put_question
from automation.flows.engine.turn import STOP, Turn
from automation.flows.events import CustomerMessage
from automation.flows.phrases import says
from automation.flows.pricing import PRICE_TEXTS, PriceTold
from automation.flows.script import SEND, AskStep, PriceRangeStep, PriceStep, QuoteStep
from automation.flows.wording import choose
from automation.quotes.values import Estimate

FIELD = "custom."
SIDE_ANSWER = "answers.price"
AGREES = frozenset({"yes", "price", "other", "thanks", "greeting"})


def price_range(turn: Turn, step: PriceRangeStep, *, offer_person: bool = False) -> str | None:
    """Say from ... to ..., after the facts without which nothing can be said; the step that follows, or STOP."""
    estimate = _estimate(turn, step.product)
    if estimate is None:
        return step.next
    if not estimate.has_range and (fact := _to_ask(turn, estimate.missing_for_range)):
        _ask(turn, step, fact, offer_person=offer_person)
        return STOP
    _tell(turn, estimate, step.texts)
    return step.next


def quote(turn: Turn, step: QuoteStep, *, offer_person: bool = False) -> str | None:
    """Ask what the exact price needs, say it, and ask whether the quote is wanted; the step that follows, or STOP."""
    if turn.price.quoted:
        return step.next
    estimate = None if SEND in turn.state.declined else _estimate(turn, step.product)
    if estimate is None:
        return _leave(turn, step.otherwise)
    if not estimate.complex and (fact := _to_ask(turn, estimate.missing_for_exact)):
        _ask(turn, step, fact, offer_person=offer_person)
        return STOP
    if estimate.complex or not estimate.exact:
        gave_up = any(fact in turn.state.declined for fact in estimate.missing_for_exact)
        return _leave(turn, step.otherwise if gave_up and not estimate.complex else step.specialist)
    _tell(turn, estimate, step.texts)
    put_question(turn, SEND, step.texts["send"], offer_person=offer_person)
    return STOP


def hear_offer(turn: Turn, message: CustomerMessage, payload: str | None) -> bool:
    """Take the answer to "shall I send you the offer?"; False when the message is about something else."""
    step = turn.flow.steps.get(turn.state.step)
    if not isinstance(step, QuoteStep) or turn.price.quoted:
        return False
    if payload in (SEND_IT, NOT_NOW):
        wanted: bool | None = payload == SEND_IT
    elif turn.state.pending == SEND:
        wanted = _wants(turn, message)
    else:
        return False
    if wanted is None:
        return False
    if not wanted:
        turn.decline(SEND)
        turn.say("phrases.price_left")
        return True
    estimate = _estimate(turn, step.product)
    if estimate is None or estimate.total != turn.price.exact:
        return True  # the price is another one by now: it is told, and asked again
    _want(turn, step)
    return True


def tell_again(turn: Turn) -> bool:
    """Answer "how much is it?" asked by the way with what is known by now; False where the flow tells no prices."""
    steps = [step for step in turn.flow.steps.values() if isinstance(step, PriceRangeStep | QuoteStep)]
    if not steps:
        return False
    estimate = _estimate(turn, steps[0].product)
    if estimate is None or not estimate.has_range:
        return False
    standard = {slot: f"phrases.{phrase}" for slot, phrase in PRICE_TEXTS.items()}
    own = next((step.texts for step in steps if isinstance(step, PriceRangeStep)), {})
    _tell(turn, estimate, {**standard, **own})
    return True


def _wants(turn: Turn, message: CustomerMessage) -> bool | None:
    intents = message.reading.intents
    main = next(iter(intents), "")
    if says(message.text, turn.flow.skip_words) or main == "no":
        return False
    return True if main == "yes" and set(intents) <= AGREES else None


def _want(turn: Turn, step: QuoteStep) -> None:
    told = turn.price
    _keep(turn, replace(told, quoted=True, missing=()))
    turn.update(pending=None)
    turn.say(step.texts["draft_sent" if step.draft else "sent"])
    turn.finals.append(MakeQuote(step.product, told.exact, told.asked_at, step.draft))
    turn.finals.append(Announce("quoted", step.team, summary(turn, NextStep.FOLLOW_QUOTE)))


def _estimate(turn: Turn, product: str | None) -> Estimate | None:
    shop = turn.context.shop
    if shop is None:
        return None
    estimate = shop.estimate(product, dict(turn.facts), goal=turn.state.goal, language=turn.state.language)
    if estimate is not None:
        asked_at = turn.price.asked_at or turn.context.now.isoformat()
        missing = tuple(estimate.missing_for_exact)
        _keep(turn, replace(turn.price, asked_at=asked_at, missing=missing))
    return estimate


def _keep(turn: Turn, told: PriceTold) -> None:
    turn.update(price=told.plain())


def _to_ask(turn: Turn, facts: Iterable[str]) -> str | None:
    """The first fact that can be asked for and was not given up."""
    open_facts = (each for each in facts if turn.context.criterion(each) and not turn.settled(each))
    return next(open_facts, None)


def _ask(turn: Turn, step: PriceStep, fact: str, *, offer_person: bool) -> None:
    """In the words of its criterion; a field of the company's own has a name only, and stands in a phrase."""
    criterion = turn.context.criterion(fact)
    if criterion is not None and fact.startswith(FIELD):
        turn.values["fact"] = choose(criterion.question, turn.state.language)
        put_question(turn, fact, step.texts["fact"], offer_person=offer_person)
        return
    put(turn, AskStep(step.id, fact, step.next), offer_person=offer_person)


def _tell(turn: Turn, estimate: Estimate, texts: Mapping[str, str]) -> None:
    """One paragraph with the amount, and for an exact one how it came about. It takes the place of the general answer."""
    turn.parts[:] = [part for part in turn.parts if part[0] != SIDE_ANSWER]
    turn.values |= {
        "product": estimate.title,
        "others": estimate.others,
        "depends": estimate.depends,
        "low": estimate.low,
        "high": estimate.high,
        "price": estimate.exact,
    }
    told = turn.price
    if estimate.exact and not estimate.complex:
        turn.say(texts["exact"])
        if estimate.explained and told.exact != estimate.total:
            turn.parts.append(("price.details", "\n".join(estimate.explained)))
        _note(turn, f"{estimate.title}: {estimate.exact}")
        _keep(turn, replace(told, exact=estimate.total))
    elif estimate.low:
        one_end = estimate.complex or estimate.low == estimate.high
        turn.say(texts["about" if one_end else "range"])
        _note(turn, f"{estimate.title}: {estimate.low} – {estimate.high}")
        _keep(turn, replace(told, range=f"{estimate.low} – {estimate.high}"))


def _note(turn: Turn, text: str) -> None:
    """For the card: what the customer was told."""
    turn.update(notes={**turn.state.notes, "price": text})


def _leave(turn: Turn, following: str | None) -> str | None:
    if turn.state.pending == SEND:
        turn.update(pending=None)
    return following
