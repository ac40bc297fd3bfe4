"""Asking once how it was, from 1 to 5. Never repeated and never reminded of: whatever else is said, the run goes on."""

from __future__ import annotations

import re

from automation.flows.effects import Rate
from automation.flows.engine.questions import STAR, put_question
from automation.flows.engine.turn import MAX_NOTE, STOP, Turn
from automation.flows.events import CustomerMessage
from automation.flows.phrases import bare
from automation.flows.script import EndStep
from automation.flows.service import BEST_RATING, LOW_RATING, RATING, RateStep

WAIT_MINUTES = 24 * 60
"""So long a rating is waited for; then the run is over."""
_FIGURE = re.compile(r"(?<![\w.,+-])([1-5])(?:\s*(?:/|из|of|out of|-ից)\s*5)?(?![\w]|[.,]\d)")
_OTHER_FIGURE = re.compile(r"\d")


def rate(turn: Turn, step: RateStep, *, offer_person: bool = False) -> str | None:
    """Ask, or go on where the answer leads."""
    target, value = RATING + step.what, turn.state.ratings.get(step.what)
    if value is not None:
        low = value <= LOW_RATING
        if target in turn.fresh:
            turn.say(step.texts["sorry" if low else "thanks"])
        turn.update(pending=None)
        return step.otherwise if low else step.next
    if target in turn.state.declined:
        return step.next
    put_question(turn, target, step.texts["question"], offer_person=offer_person)
    return STOP


def hear_rating(turn: Turn, message: CustomerMessage, payload: str | None) -> bool:
    """Take the rating; any other words give the question up, and are heard as what they are."""
    step, pending = turn.flow.steps.get(turn.state.step), turn.state.pending or ""
    if not isinstance(step, RateStep) or pending != RATING + step.what:
        return False
    value = _tapped(payload) if payload else _in_words(message.text)
    if value is None:
        turn.decline(pending)
        turn.update(pending=None)
        return False
    words = "" if payload or not any(map(str.isalpha, message.text)) else message.text.strip()[:MAX_NOTE]
    turn.effects.append(Rate(step.what, value, words))
    turn.fresh.add(pending)
    turn.update(ratings={**turn.state.ratings, step.what: value})
    return True


def unanswered(turn: Turn) -> str:
    """Nobody rated: the reason with which the run ends, without a word."""
    step = turn.flow.steps.get(turn.state.step)
    turn.decline(turn.state.pending or "")
    following = turn.flow.steps.get(step.next or "") if isinstance(step, RateStep) else None
    return following.reason if isinstance(following, EndStep) else "unrated"


def _tapped(payload: str) -> int | None:
    figure = payload.removeprefix(RATING)
    return int(figure) if payload.startswith(RATING) and figure in {*"12345"} else None


def _in_words(text: str) -> int | None:
    """ "4", "5/5", "4 из 5", stars; no figure among others."""
    stars = text.count(STAR) + text.count("⭐")
    if stars:
        return stars if stars <= BEST_RATING else None
    found = _FIGURE.search(text)
    if found is None or _OTHER_FIGURE.search(text.replace(found.group(), "", 1)):
        return None
    return int(found[1]) if len(bare(text).split()) <= 40 else None
