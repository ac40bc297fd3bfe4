"""What to do with a message: who must take over, what was answered, what to reply."""

from __future__ import annotations

from dataclasses import replace

from automation.flows.effects import NotInterested, RecordAnswer, SetLanguage, Urgency
from automation.flows.engine.articles import (
    asks_whether_it_helped,
    only_asks,
    pick_again,
    read_up,
    suggest,
)
from automation.flows.engine.handing import HUMAN, by_rule, hand_off
from automation.flows.engine.hearing import (
    MIN_DETAIL_WORDS,
    SOCIAL,
    Heard,
    goal_by_intent,
    hear,
    overhear,
    topics,
    turned_to,
)
from automation.flows.engine.language import adopted
from automation.flows.engine.leading import lead_on
from automation.flows.engine.offering import give_up, wish_of
from automation.flows.engine.paying import is_patient
from automation.flows.engine.pricing import tell_again
from automation.flows.engine.turn import Turn
from automation.flows.engine.walking import walk
from automation.flows.events import CustomerMessage, OptedOut, Reading
from automation.flows.phrases import contains
from automation.flows.script import (
    BOOKING,
    HAND_OFF,
    NOTE,
    AskStep,
    Goal,
    HandOffRule,
    HandOffStep,
    OfferStep,
    PriceRangeStep,
    QuoteStep,
)
from automation.flows.service import WORKED
from automation.flows.state import SILENT, RunStatus

VOICE = frozenset({"voice", "audio"})
MAX_SIDE_ANSWERS = 2
NOISE_TRIES = 3
MENU_TRIES = 2
TROUBLE = frozenset({"fault", "damaged", "complaint", "login"})
COMPLAINT = "complaint"
REPEATED = "repeated"
"""A rule of `hand_offs` for the same trouble once more, beside those of intents."""
PRICE = "price"
UPSET = "tone.upset"
"""Kept among what was answered already: a person has been offered."""


def on_message(turn: Turn, message: CustomerMessage) -> None:
    """Handle what the customer wrote. At most one reply with at most one question comes of it."""
    turn.last_text = message.text.strip()[:500]
    if language := adopted(turn, message):
        turn.effects.append(SetLanguage(language))
        turn.update(language=language)
    turn.update(messages=turn.state.messages + 1)
    if message.attachments:
        turn.note("attachment", ", ".join(message.attachments))
    else:
        turn.update(media=None)
    if turn.state.status in SILENT:
        overhear(turn, message)
    else:
        if message.card:
            turn.say("phrases.card")
        if message.document:
            turn.say("phrases.document")
        if message.document and not message.text.strip() and not message.payload:
            walk(turn, offer_person=True)
        else:
            _converse(turn, message)


def on_opt_out(turn: Turn, event: OptedOut) -> None:
    """Go quiet for good; confirm also while a person speaks: the law wants it, and nobody else will."""
    if language := adopted(turn, event.message):
        turn.effects.append(SetLanguage(language))
        turn.update(language=language)
    if event.confirm:
        turn.say("phrases.opt_out")
    speaking = turn.state.status not in SILENT
    turn.update(opted_out=True, status=RunStatus.DONE if speaking else turn.state.status)


def _converse(turn: Turn, message: CustomerMessage) -> None:
    before, sure = turn.state, message.reading.intents
    if BOOKING in message.reading.intents:
        turn.wish = wish_of(turn, message)
    heard = hear(turn, message)
    if not (turn.fresh or heard.tapped or heard.declined):
        message = _guessed(turn, message)
    if heard.tapped:
        wants_person = HUMAN.intent in message.reading.intents and not message.payload
        message = replace(message, reading=Reading(intents=(HUMAN.intent,) if wants_person else ()))
    turn.message = None if heard.tapped else message
    if rule := _rule(turn, message, heard):
        by_rule(turn, rule)
    elif message.threat:
        hand_off(turn, "threat", urgency=Urgency.URGENT)
    elif turn.wants_more:
        hand_off(turn, "article_not_enough", urgency=Urgency.NORMAL)
    elif turn.state.messages > turn.flow.limits.messages:
        hand_off(turn, "too_long")
    elif message.reading.intents[:1] == ("not_interested",) and not turn.fresh:
        turn.say("phrases.not_interested")
        turn.finals.append(NotInterested())
        turn.update(status=RunStatus.DONE, pending=None)
    else:
        _find_way(turn, message, heard, sure)
        progress = bool(turn.fresh) or heard.tapped or heard.declined or turn.state.goal != before.goal
        progress = progress or turn.state.flows != before.flows
        progress = progress or _books_soon(turn, message)
        _reply(turn, message, heard, progress=progress)


def _find_way(turn: Turn, message: CustomerMessage, heard: Heard, sure: tuple[str, ...]) -> None:
    """Go where the message leads: nowhere, where an article is all that is asked for; to another flow; to a goal."""
    asks = heard.goal is None and only_asks(turn, message)
    if heard.tapped or not (asks or lead_on(turn, sure)):
        _route(turn, message, heard)


def _guessed(turn: Turn, message: CustomerMessage) -> CustomerMessage:
    """Where nothing is sure, a guess may open a goal or find a side answer. It never changes the goal, closes the
    conversation or passes it on.
    """
    sure = message.reading.intents
    if any(intent not in SOCIAL | {"other"} for intent in sure):
        return message
    opens = turn.flow.goal_of if turn.state.goal is None else lambda _intent: None
    worth = tuple(each for each in message.reading.guesses if each in turn.flow.answers or opens(each))
    social = tuple(intent for intent in sure if intent in SOCIAL)
    return replace(message, reading=replace(message.reading, intents=(*worth, *social))) if worth else message


def _rule(turn: Turn, message: CustomerMessage, heard: Heard) -> HandOffRule | None:
    """Return the handoff rule that the message meets; a wish for a person is always met."""
    rules = {HUMAN.intent: HUMAN, **{rule.intent: rule for rule in turn.flow.hand_offs}}
    if heard.person:
        return rules[HUMAN.intent]
    told_us = any(each.startswith(WORKED) for each in turn.fresh) and not message.upset
    if told_us:
        rules.pop(COMPLAINT, None)  # "no, still the same" is the answer that was asked for
    elif REPEATED in rules and _same_trouble(turn, message):
        return rules[REPEATED]
    return next((rule for intent, rule in rules.items() if intent in message.reading.intents), None)


def _same_trouble(turn: Turn, message: CustomerMessage) -> bool:
    """Whether something is wrong once more ("the drawer is stuck again")."""
    wrong = TROUBLE.intersection(message.reading.intents)
    return bool(wrong) and contains(message.text, turn.flow.words.get("again", ()))


def _route(turn: Turn, message: CustomerMessage, heard: Heard) -> None:
    """Find the goal, or change it when the customer clearly turns to another one."""
    flow, state = turn.flow, turn.state
    chosen = flow.goals.get(heard.goal or "")
    if chosen is None and state.goal is None:
        chosen = goal_by_intent(turn, message) or _goal_of_facts(turn)
    if chosen is None and not any(key.startswith((NOTE, WORKED)) for key in turn.fresh):
        chosen = turned_to(turn, message)
    if chosen is None or chosen.key == state.goal:
        return
    turn.set_goal(chosen.key)
    named = next((each for each in topics(message) if each in chosen.intents), None)
    turn.update(step=chosen.go, pending=None, misses=0, intent=named)
    if chosen.keeps and heard.goal is None and len(message.text.split()) >= MIN_DETAIL_WORDS:
        turn.keep(chosen.keeps, message.text)


def _goal_of_facts(turn: Turn) -> Goal | None:
    goals = turn.flow.goals.values()
    return next((goal for goal in goals if turn.fresh & set(turn.flow.asked_for(goal))), None)


def _reply(turn: Turn, message: CustomerMessage, heard: Heard, *, progress: bool) -> None:
    about = _about(turn, message)
    read = read_up(turn, message, about=about, progress=progress)
    if not read and _asks_back(turn, message, about, progress=progress):
        return
    sides = read or _side_questions(turn, message, about, progress=progress)
    if not progress and not sides:
        _nothing_understood(turn, message)
        return
    if progress:
        turn.update(side=None, side_repeats=0, misses=0)
    again = not progress and _asked_again(turn, "+".join(sides))
    if turn.state.side_repeats > 1:
        hand_off(turn, "repeated_question")
        return
    _acknowledge(turn, heard)
    for side in () if read else sides:
        if side != PRICE or not tell_again(turn):
            turn.say(turn.flow.answers.get(side, "phrases.deferred"))
    turn.update(answered=tuple(dict.fromkeys((*turn.state.answered, *sides))))
    offer = again or _upset_for_the_first_time(turn, message)
    if offer:
        turn.say("phrases.offer_person")
    if not asks_whether_it_helped(turn, sides) and not pick_again(turn):
        walk(turn, offer_person=offer)


def _acknowledge(turn: Turn, heard: Heard) -> None:
    if heard.declined:
        turn.say("phrases.moved_on")
    elif any(isinstance(effect, RecordAnswer) and effect.replaces for effect in turn.effects):
        turn.say("phrases.corrected")


def _upset_for_the_first_time(turn: Turn, message: CustomerMessage) -> bool:
    """A person is offered early, once (spec 4.5)."""
    if not message.upset or UPSET in turn.state.answered:
        return False
    turn.update(answered=(*turn.state.answered, UPSET))
    return True


def _about(turn: Turn, message: CustomerMessage) -> tuple[str, ...]:
    """Return what the message asks besides what it answers."""
    about = () if any(key.startswith(NOTE) for key in turn.fresh) else topics(message)
    if _books_soon(turn, message):
        about = tuple(intent for intent in about if intent != BOOKING)
    return about


def _asks_back(turn: Turn, message: CustomerMessage, about: tuple[str, ...], *, progress: bool) -> bool:
    """Ask which article was meant, where neither the flow nor one of them has the answer."""
    answered = progress or any(intent in turn.flow.answers for intent in about)
    return not answered and not is_patient(turn, message) and suggest(turn, message)


def _side_questions(
    turn: Turn, message: CustomerMessage, about: tuple[str, ...], *, progress: bool
) -> list[str]:
    """Return the intents to answer by the way: those with a text; one without is put off honestly and noted."""
    answers = turn.flow.answers
    sides = [intent for intent in about if intent in answers][:MAX_SIDE_ANSWERS]
    if progress:
        return [intent for intent in sides if intent not in turn.state.answered]
    if sides:
        return sides
    if about:
        turn.note("question", message.text)
        return [about[0]]
    if turn.parts:
        return []
    return [intent for intent in message.reading.intents if intent in SOCIAL and intent in answers][:1]


def _books_soon(turn: Turn, message: CustomerMessage) -> bool:
    """A wish for a meeting where the flow comes to offer times is no side question: going on is the answer."""
    if BOOKING not in message.reading.intents or BOOKING in turn.flow.answers:
        return False
    return any(isinstance(step, OfferStep) for step in turn.flow.way(turn.state.step))


def _asked_again(turn: Turn, side: str) -> bool:
    repeats = turn.state.side_repeats + 1 if side == turn.state.side else 0
    turn.update(side=side, side_repeats=repeats)
    return repeats > 0


def _nothing_understood(turn: Turn, message: CustomerMessage) -> None:
    if message.attachments:
        _only_files(turn, message)
    elif is_patient(turn, message):
        turn.say("phrases.payment_wait")
    elif turn.state.pending is None or message.card:
        walk(turn)
    else:
        _missed(turn, message)


def _only_files(turn: Turn, message: CustomerMessage) -> None:
    """Thank for the first photo and stay quiet on the rest of the album; a second voice note goes to a
    person.
    """
    media = "voice" if VOICE & set(message.attachments) else "file"
    again = turn.state.media == media
    turn.update(media=media)
    if not again:
        turn.say("phrases.voice" if media == "voice" else "phrases.attachment")
        walk(turn)
    elif media == "voice":
        hand_off(turn, "voice_note")


def _missed(turn: Turn, message: CustomerMessage) -> None:
    """Ask again gently, then move on or pass to a person (spec 6.5: not understood twice)."""
    noise = not any(char.isalnum() for char in message.text)
    step = turn.flow.steps.get(turn.state.step)
    asking = AskStep | OfferStep | PriceRangeStep | QuoteStep
    tries = step.tries if isinstance(step, asking) else MENU_TRIES
    turn.update(misses=turn.state.misses + 1, all_misses=turn.state.all_misses + 1)
    if not noise:
        turn.note("not_understood", message.text)
    if turn.state.all_misses >= turn.flow.limits.misses:
        hand_off(turn, "not_understood")
    elif turn.state.misses < (NOISE_TRIES if noise else tries):
        if not noise:
            turn.say("phrases.retry")
        offer = _upset_for_the_first_time(turn, message) or turn.state.misses > 1
        if offer:
            turn.say("phrases.offer_person")
        walk(turn, offer_person=offer)
    elif isinstance(step, AskStep) and step.on_miss != HAND_OFF:
        turn.decline(step.target)
        turn.say("phrases.moved_on")
        walk(turn)
    elif isinstance(step, OfferStep) and step.on_miss != HAND_OFF:
        give_up(turn)
        walk(turn)
    elif isinstance(step, HandOffStep) or (
        isinstance(step, PriceRangeStep | QuoteStep) and step.on_miss != HAND_OFF
    ):
        turn.decline(turn.state.pending or "")
        turn.say("phrases.moved_on")
        walk(turn)
    else:
        hand_off(turn, "not_understood")
