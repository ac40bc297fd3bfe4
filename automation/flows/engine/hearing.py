"""Taking answers out of a message: to the pending question, to later ones, to earlier ones as corrections."""

from __future__ import annotations

from dataclasses import dataclass

from automation.articles.values import ARTICLE
from automation.flows.context import Criterion, Parsed
from automation.flows.effects import Source
from automation.flows.engine.agreeing import hear_consent
from automation.flows.engine.articles import hear_article
from automation.flows.engine.helping import hear_worked
from automation.flows.engine.looking import hear_order
from automation.flows.engine.offering import hear_times
from automation.flows.engine.pricing import hear_offer
from automation.flows.engine.questions import PERSON, labels, value_of
from automation.flows.engine.rating import hear_rating
from automation.flows.engine.turn import Turn
from automation.flows.events import CustomerMessage, Entity
from automation.flows.phrases import contains, says, typed
from automation.flows.script import CONSENT, CONTACT, GOAL, MEETING, MORE, NOTE, QUOTE, REACH, Goal
from automation.flows.service import RATING, WORKED
from automation.flows.state import SILENT

SOCIAL = frozenset({"greeting", "thanks"})
NOT_A_TOPIC = SOCIAL | {"yes", "no", "other", "human", "not_interested", "opt_out"}
CONTACT_ENTITIES = ("name", "phone", "email")
ENTITY_OF_KIND = {
    "money": "budget",
    "duration": "timeline_days",
    "number": "quantity",
    "date": "date",
    "place": "place",
}
FREE_FORM = frozenset({"text", "place"})
SURE = 0.8
ENOUGH = 0.5
MIN_DETAIL_WORDS = 3
"""So many words may already say what a goal is about."""
SERVICE = (WORKED, RATING, CONSENT)


@dataclass
class Heard:
    """What a message gave besides answers."""

    goal: str | None = None
    person: bool = False
    tapped: bool = False
    declined: bool = False


def hear(turn: Turn, message: CustomerMessage) -> Heard:
    """Record every answer in the message. A button counts for what it carried, its label is not read as text."""
    heard = Heard()
    payload = message.payload or _typed_option(turn, message.text)
    if hear_article(turn, message, payload):
        heard.tapped = True
        return heard
    if hear_order(turn, message, payload):
        return heard
    if pending_is(turn, *SERVICE) and _hear_service(turn, message, payload):
        heard.tapped = bool(payload)
        return heard
    if hear_times(turn, message, payload):
        _read_contact(turn, message)
        heard.tapped = True
        return heard
    if hear_offer(turn, message, payload):
        heard.tapped = True
        return heard
    if payload and _tapped(turn, payload, heard):
        heard.tapped = True
        return heard
    pending = turn.state.pending
    _answer_pending(turn, message)
    read_entities(turn, message)
    asked = pending and pending != GOAL and not pending.startswith((MEETING, QUOTE, WORKED, RATING))
    if pending and asked and not turn.knows(pending) and _declines(turn, message):
        turn.decline(pending)
        heard.declined = True
    return heard


def pending_is(turn: Turn, *kinds: str) -> bool:
    return (turn.state.pending or "").startswith(kinds)


def _hear_service(turn: Turn, message: CustomerMessage, payload: str | None) -> bool:
    """Whether it helped, how it was, whether we may write: the words beside the answer still count."""
    if hear_worked(turn, message, payload) or hear_rating(turn, message, payload):
        read_entities(turn, message)
        return True
    return hear_consent(turn, message, payload)


def overhear(turn: Turn, message: CustomerMessage) -> None:
    """Record what is certain while a person speaks: the message need not be an answer to our question."""
    if (message.payload or "").startswith(RATING):
        hear_rating(turn, message, message.payload)
        return
    read_entities(turn, message)


def topics(message: CustomerMessage) -> tuple[str, ...]:
    """Return the intents that are about something, main first."""
    return tuple(intent for intent in message.reading.intents if intent not in NOT_A_TOPIC)


def corrects(turn: Turn, text: str) -> bool:
    """Whether the customer says that an earlier answer was wrong ("actually ...")."""
    return contains(text, turn.flow.correction_words)


def _typed_option(turn: Turn, text: str) -> str | None:
    """Return the payload whose label, or number in the list, was typed."""
    pending = turn.state.pending
    if not pending:
        return None
    criterion = turn.pending_criterion()
    counted = (
        pending in (GOAL, MORE)
        or pending.startswith((MEETING, QUOTE, ARTICLE, *SERVICE))
        or turn.context.numbered_options
    )
    counted = counted or (criterion is not None and criterion.kind == "choice")
    return typed(text, labels(turn, pending), counted=counted)


def _tapped(turn: Turn, payload: str, heard: Heard) -> bool:
    """Take a button. False when it is none of ours: then the text counts."""
    kind, _colon, rest = payload.partition(":")
    if payload == PERSON:
        heard.person = True
        return True
    if kind == "goal" and rest in turn.flow.goals:
        heard.goal = rest
        return True
    if kind == "skip" and (turn.flow.ask_of(rest) is not None or rest == turn.state.pending):
        turn.decline(rest)
        heard.declined = True
        return True
    key, _colon, plain = rest.partition(":")
    criterion = turn.context.criterion(key)
    if kind != "answer" or criterion is None:
        return False
    offered, value = value_of(turn, criterion, plain)
    if offered:
        turn.record(criterion, value, confidence=1.0, source=Source.FLOW)
    return offered


def _answer_pending(turn: Turn, message: CustomerMessage) -> None:
    pending, text = turn.state.pending, message.text.strip()
    criterion = turn.pending_criterion()
    if not pending or not text:
        return
    if criterion is not None:
        parsed = None if turned_to(turn, message) else _parse_criterion(turn, message, criterion)
        if parsed is not None:
            turn.record(criterion, parsed.value, confidence=parsed.confidence, source=Source.FLOW)
    elif pending.startswith(CONTACT):
        _answer_contact(turn, message, pending)
    elif pending.startswith(NOTE) and _is_note(turn, message):
        turn.keep(pending.removeprefix(NOTE), text)


def _answer_contact(turn: Turn, message: CustomerMessage, pending: str) -> None:
    names = ("phone", "email") if pending == REACH else (pending.removeprefix(CONTACT),)
    if any(entity.name in names for entity in message.reading.entities):
        return
    if names == ("name",) and _about_something_else(message):
        return
    for name in names:
        parsed = turn.context.parser(message.text, kind=name, choices=(), language=turn.state.language)
        if parsed is not None and parsed.confidence >= ENOUGH:
            turn.set_contact(name, str(parsed.value))
            return


def _parse_criterion(turn: Turn, message: CustomerMessage, criterion: Criterion) -> Parsed | None:
    intents = message.reading.intents
    if criterion.kind in FREE_FORM and (_about_something_else(message) or _says_another_fact(turn, message)):
        return None
    if _explained(message, criterion):
        return None
    parsed = turn.context.parser(
        message.text, kind=criterion.kind, choices=criterion.choices, language=turn.state.language
    )
    if parsed is not None and parsed.confidence >= (SURE if topics(message) else ENOUGH):
        return parsed
    if criterion.kind == "yes_no" and intents and intents[0] in ("yes", "no"):
        return Parsed(intents[0] == "yes", ENOUGH)
    return None


def _about_something_else(message: CustomerMessage) -> bool:
    """Whether a text that could be any words is rather a question, a greeting or a refusal than the answer."""
    return any(intent != "other" for intent in message.reading.intents)


def _says_another_fact(turn: Turn, message: CustomerMessage) -> bool:
    """Whether the words correct an earlier answer: "actually 1.5 million" is no city."""
    return corrects(turn, message.text) and any(each.name != "place" for each in message.reading.entities)


def _explained(message: CustomerMessage, criterion: Criterion) -> bool:
    """Whether the figures in the text are known to be something else: "in 3 weeks" is no budget."""
    wanted = ENTITY_OF_KIND.get(criterion.kind)
    found = {entity.name for entity in message.reading.entities}
    figures = {*ENTITY_OF_KIND.values(), "phone", "order_number"} - {"place"}
    return criterion.kind in ("money", "number", "duration") and wanted not in found and bool(found & figures)


def _is_note(turn: Turn, message: CustomerMessage) -> bool:
    letters = sum(char.isalpha() for char in message.text)
    only_social = bool(message.reading.intents) and set(message.reading.intents) <= NOT_A_TOPIC - {"other"}
    return letters >= 2 and not only_social and not _declines(turn, message)


def _declines(turn: Turn, message: CustomerMessage) -> bool:
    """Whether the customer does not know or will not say."""
    if says(message.text, turn.flow.skip_words):
        return True
    intents = message.reading.intents
    return bool(intents) and intents[0] == "no" and not topics(message) and not turn.fresh


def read_entities(turn: Turn, message: CustomerMessage) -> None:
    """Record the typed values of a text, and choices it clearly names, where they belong."""
    correcting = corrects(turn, message.text)
    for entity in message.reading.entities:
        if entity.confidence < ENOUGH:
            continue
        if entity.name in CONTACT_ENTITIES:
            _take_contact(turn, entity, correcting=correcting)
        elif entity.name == "order_number":
            turn.note("order_number", str(entity.value))
        else:
            _take_value(turn, message, entity, correcting=correcting)
    _take_choices(turn, message, correcting=correcting)


def _read_contact(turn: Turn, message: CustomerMessage) -> None:
    """Days and hours in a message about the meeting are no answers to other questions; a phone still is."""
    for entity in message.reading.entities:
        if entity.name in CONTACT_ENTITIES and entity.confidence >= ENOUGH and not message.payload:
            _take_contact(turn, entity, correcting=False)


def _take_contact(turn: Turn, entity: Entity, *, correcting: bool) -> None:
    known = turn.contact.get(entity.name)
    asked = turn.state.pending == CONTACT + entity.name
    if entity.name != "name" or not known or correcting or asked:
        turn.set_contact(entity.name, str(entity.value))


def _take_value(turn: Turn, message: CustomerMessage, entity: Entity, *, correcting: bool) -> None:
    fitting = [
        each
        for each in turn.context.criteria
        if ENTITY_OF_KIND.get(each.kind) == entity.name and _belongs(turn, message, each.key)
    ]
    pending = turn.pending_criterion()
    if pending in fitting:
        fitting = [pending] if pending else []
    if len(fitting) != 1 or fitting[0].key in turn.fresh:
        return
    known = fitting[0].key in turn.facts
    if known and not correcting and (topics(message) or entity.name == "quantity"):
        return
    source = Source.FLOW if fitting[0] is pending else Source.FREE_TEXT
    turn.record(fitting[0], entity.value, confidence=entity.confidence, source=source)


def _take_choices(turn: Turn, message: CustomerMessage, *, correcting: bool) -> None:
    if sum(char.isalpha() for char in message.text) < 3:
        return
    for criterion in turn.context.criteria:
        key = criterion.key
        if criterion.kind != "choice" or key in turn.fresh:
            continue
        if key == turn.state.pending and turn.state.status not in SILENT:
            continue
        if (key in turn.facts and not correcting) or not _belongs(turn, message, key):
            continue
        parsed = turn.context.parser(
            message.text, kind="choice", choices=criterion.choices, language=turn.state.language
        )
        if parsed is not None and parsed.confidence >= SURE:
            turn.record(criterion, parsed.value, confidence=parsed.confidence, source=Source.FREE_TEXT)


def _belongs(turn: Turn, message: CustomerMessage, key: str) -> bool:
    """Whether a fact is a matter of the goal: "my sofa broke" says nothing about what to sell."""
    goal = turned_to(turn, message)
    if key == turn.state.pending and goal is None:
        return True
    goal = goal or turn.flow.goals.get(turn.state.goal or "") or goal_by_intent(turn, message)
    if goal is None:
        return not _is_trouble(turn, message)
    wanted = turn.flow.asked_for(goal)
    sells = any(turn.context.criterion(target) for target in wanted)
    return key in wanted or (sells and turn.flow.ask_of(key) is None)


def _is_trouble(turn: Turn, message: CustomerMessage) -> bool:
    """Whether a person has to step in, and not because the customer asked for one."""
    return any(
        rule.intent in message.reading.intents and rule.intent != "human" for rule in turn.flow.hand_offs
    )


def turned_to(turn: Turn, message: CustomerMessage) -> Goal | None:
    """Return the other goal that the message is mainly about, if no side answer settles it."""
    main = next(iter(topics(message)), "")
    goal = turn.flow.goal_of(main)
    if goal is None or turn.state.goal in (None, goal.key) or main in turn.flow.answers:
        return None
    return goal


def goal_by_intent(turn: Turn, message: CustomerMessage) -> Goal | None:
    """Return the goal that the first fitting intent of the message leads to, or None."""
    found = (turn.flow.goal_of(intent) for intent in message.reading.intents)
    return next((goal for goal in found if goal is not None), None)
