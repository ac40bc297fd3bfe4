"""Looking up an order: its number, then the phone or email of the purchase; both must match (spec 8.5)."""

from __future__ import annotations

from dataclasses import replace

from automation.flows.effects import Urgency
from automation.flows.engine.handing import hand_off
from automation.flows.engine.questions import put_question
from automation.flows.engine.turn import STOP, Turn
from automation.flows.events import CustomerMessage
from automation.flows.phrases import says
from automation.flows.script import MORE, NUMBER, PROOF, LookUpStep
from automation.orders.lookup import LookUp, number_in
from automation.orders.values import Orders, Outcome, Shown, TooMany

ASKS_FOR_ORDER = "order_status"
TROUBLE = frozenset({"fault", "damaged", "usage", "return", "warranty"})
"""Where something is wrong with what has come, where it is does not matter."""
YES, NO = "lookup:yes", "lookup:no"
TRIES = "order_tries"
ENOUGH = 0.5
SHORT = 4


def look_up(turn: Turn, step: LookUpStep, *, offer_person: bool = False) -> str | None:
    """Put the next question of the step, or return the step that follows."""
    known, orders = turn.lookup, turn.context.orders
    if known.over == TRIES:
        _to_person(turn)
        return STOP
    if orders is None or known.over or (step.when_asked and not known.asked):
        return step.next if known.over == "solved" else step.otherwise
    if known.number and not known.tried and not known.shown:
        _try_what_is_known(turn, orders, known)
        return look_up(turn, step, offer_person=offer_person)
    if known.shown:
        put_question(turn, MORE, step.texts["more"], offer_person=offer_person)
    elif known.number:
        put_question(turn, PROOF, step.texts["proof"], offer_person=offer_person)
    else:
        put_question(turn, NUMBER, step.texts["number"], offer_person=offer_person)
    return STOP


def hear_order(turn: Turn, message: CustomerMessage, payload: str | None) -> bool:
    """Take what a message says of an order. True where it was an answer to a question of the step and nothing else."""
    orders = turn.context.orders
    if not turn.flow.looks_up or orders is None:
        return False
    step = turn.flow.steps.get(turn.state.step)
    pending = turn.state.pending
    if not isinstance(step, LookUpStep) or pending not in (NUMBER, PROOF, MORE):
        _overhear(turn, message)
        return False
    if pending == MORE:
        return _hear_more(turn, message, payload)
    hear = _hear_number if pending == NUMBER else _hear_proof
    return hear(turn, step, message, orders)


def _overhear(turn: Turn, message: CustomerMessage) -> None:
    """Whether the customer asks for an order by the way, and its number."""
    known = turn.lookup
    intents = message.reading.intents
    asked = known.asked or (ASKS_FOR_ORDER in intents and TROUBLE.isdisjoint(intents))
    number = known.number or (_entity(message, "order_number") if not known.over else "")
    _keep(turn, replace(known, asked=asked, number=number))


def _hear_number(turn: Turn, step: LookUpStep, message: CustomerMessage, orders: Orders) -> bool:
    proof = _proof_in(turn, message)
    number = _entity(message, "order_number") or ("" if proof else number_in(message.text))
    if number:
        _keep(turn, replace(turn.lookup, number=number, tried=False))
        if proof:
            _prove(turn, step, proof, orders)
    elif says(message.text, turn.flow.skip_words):
        own = orders.own("", language=turn.state.language)
        if own is not None:
            _show(turn, own)
        else:
            _keep(turn, replace(turn.lookup, over="left"))
    else:
        return False
    turn.fresh.add(NUMBER)
    return True


def _hear_proof(turn: Turn, step: LookUpStep, message: CustomerMessage, orders: Orders) -> bool:
    proof = _proof_in(turn, message)
    if proof:
        _prove(turn, step, proof, orders)
    elif says(message.text, turn.flow.skip_words):
        _keep(turn, replace(turn.lookup, number="", over="left"))
    else:
        return False
    turn.fresh.add(PROOF)
    return True


def _prove(turn: Turn, step: LookUpStep, proof: str, orders: Orders) -> None:
    outcome = orders.find(turn.lookup.number, proof, language=turn.state.language)
    if isinstance(outcome, Shown):
        _show(turn, outcome)
        turn.set_contact("email" if "@" in proof else "phone", proof)
    elif isinstance(outcome, TooMany):
        _keep(turn, replace(turn.lookup, over=TRIES))
    else:
        _missed(turn, step)


def _missed(turn: Turn, step: LookUpStep) -> None:
    misses = turn.lookup.misses + 1
    turn.say(step.texts["none"])
    turn.note("order_number", turn.lookup.number)
    over = "left" if misses >= step.tries else ""
    _keep(turn, replace(turn.lookup, number="", tried=False, misses=misses, over=over))


def _hear_more(turn: Turn, message: CustomerMessage, payload: str | None) -> bool:
    """Whether the answer was enough; another number is another order."""
    main = next(iter(message.reading.intents), "")
    known, another = turn.lookup, _entity(message, "order_number") or _other_number(message)
    if payload == YES or (not payload and main in ("yes", "thanks")):
        _keep(turn, replace(known, over="solved"))
    elif payload == NO or (not payload and main == "no"):
        _keep(turn, replace(known, over="left"))
    elif another:
        _keep(turn, replace(known, number=another, shown="", tried=False))
    else:
        return False
    turn.fresh.add(MORE)
    return True


def _other_number(message: CustomerMessage) -> str:
    """A further number, where the message is about orders and little else: "and B-700?"."""
    found = number_in(message.text) if len(message.text.split()) <= SHORT else ""
    return found if sum(char.isalnum() for char in found) >= SHORT else ""


def _try_what_is_known(turn: Turn, orders: Orders, known: LookUp) -> None:
    """With the number comes what we know of the customer already: a phone or email that was written before is one try."""
    language = turn.state.language
    outcome: Outcome | None = orders.own(known.number, language=language)
    proofs = [turn.contact[name] for name in ("phone", "email") if turn.contact.get(name)]
    if outcome is None and proofs:
        outcome = orders.find(known.number, *proofs, language=language)
    _keep(turn, replace(turn.lookup, tried=True))
    if isinstance(outcome, Shown):
        _show(turn, outcome)
    elif isinstance(outcome, TooMany):
        _keep(turn, replace(known, over=TRIES))


def _to_person(turn: Turn) -> None:
    """Too many wrong pairs: a person looks the order up, once."""
    _keep(turn, replace(turn.lookup, over="left"))
    turn.update(pending=None)
    hand_off(turn, TRIES, urgency=Urgency.NORMAL, team="support")


def _show(turn: Turn, found: Shown) -> None:
    turn.parts.append(("order.details", found.text))
    turn.update(notes={**turn.state.notes, "order_number": found.number})
    _keep(turn, replace(turn.lookup, number="", shown=found.number, tried=False))


def _proof_in(turn: Turn, message: CustomerMessage) -> str:
    """The phone or email in a message."""
    for name in ("phone", "email"):
        if found := _entity(message, name):
            return found
    for name in ("email", "phone"):
        parsed = turn.context.parser(message.text, kind=name, choices=(), language=turn.state.language)
        if parsed is not None and parsed.confidence >= ENOUGH:
            return str(parsed.value)
    return ""


def _entity(message: CustomerMessage, name: str) -> str:
    return next(
        (
            str(each.value)
            for each in message.reading.entities
            if each.name == name and each.confidence >= ENOUGH
        ),
        "",
    )


def _keep(turn: Turn, known: LookUp) -> None:
    turn.update(order=known.plain())
