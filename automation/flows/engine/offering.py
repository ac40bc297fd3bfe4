"""Offering times, keeping the chosen one, asking what is missing, booking it (spec 9.2)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from automation.flows.context import Choice
from automation.flows.effects import Announce, NextStep, QuickReply
from automation.flows.engine.handing import summary
from automation.flows.engine.questions import BOOK, put_question
from automation.flows.engine.turn import STOP, Turn
from automation.flows.events import CustomerMessage
from automation.flows.offer import Offer
from automation.flows.phrases import says
from automation.flows.script import CONFIRM, MEETING, PURPOSE, REACH, TIME, OfferStep
from automation.flows.wording import choose
from automation.meetings import choosing
from automation.meetings.choosing import ABOUT_TIMES, Kind, Laid, Said, Table, Words
from automation.meetings.values import Booked, Desk, Gone, Held, Meeting, Wish
from automation.meetings.wording import short, zone_name

NAME = "contact.name"


def offer(turn: Turn, step: OfferStep, *, offer_person: bool = False) -> str | None:
    """Put the next question of the step, or return the step that follows."""
    known = turn.offer
    if known.booked:
        return step.next
    if known.step != step.id:
        known = Offer(step=step.id)
        _keep(turn, known)
    desk = turn.context.desk
    wanted = desk is not None and TIME not in turn.state.declined
    meeting = desk.find(step.service, goal=turn.state.goal) if desk and wanted else None
    if meeting is None:
        return _leave(turn, step)
    if known.booking is None and not (known.table and known.table.times):
        _lay(turn, meeting)
        if not turn.offer.table or not (turn.offer.table.times or turn.offer.booking):
            return _leave(turn, step)
    _put(turn, step, meeting, offer_person=offer_person)
    return STOP


def hear_times(turn: Turn, message: CustomerMessage, payload: str | None) -> bool:
    """Act on what a message says of the open offer; False when it says nothing of it."""
    step, known = turn.flow.steps.get(turn.state.step), turn.offer
    if not isinstance(step, OfferStep) or turn.context.desk is None:
        return False
    if known.table is None or known.booked or known.step != step.id:
        return False
    words = _words(turn, message, payload)
    if turn.state.pending == CONFIRM and known.booking and known.at and _agrees(turn, words, known.at):
        _book(turn, step, known, known.booking, known.at)
        return True
    asked = turn.state.pending or ""
    if asked.startswith(MEETING):
        said = choosing.listen(known.table, words, timezone=turn.context.timezone)
    else:
        said = choosing.tapped(known.table, payload) if payload else None
    if said is None:
        return False
    _act(turn, known, said)
    return True


def wish_of(turn: Turn, message: CustomerMessage) -> Wish | None:
    """When the customer would like to come, if the message says so."""
    if message.payload or not message.text.strip():
        return None
    parsed = turn.context.parser(message.text, kind="wish", choices=(), language=turn.state.language)
    return Wish.of(parsed.value) if parsed else None


def give_up(turn: Turn) -> None:
    """Go on without the answer that did not come."""
    pending = turn.state.pending or TIME
    if pending.startswith(MEETING):
        _let_go(turn)
    turn.decline(TIME if pending.startswith(MEETING) else pending)
    turn.say("phrases.moved_on")


def refresh(turn: Turn) -> None:
    """Times that lay on the table for a while are looked up anew before they are offered again."""
    known = turn.offer
    if turn.state.pending == TIME and known.table is not None:
        _keep(turn, replace(known, table=replace(known.table, times=())))


def _desk(turn: Turn) -> Desk:
    if turn.context.desk is None:
        raise LookupError("An offer is open, and nobody keeps a calendar.")
    return turn.context.desk


def _table(known: Offer) -> Table:
    if known.table is None:
        raise LookupError("An offer is open without times.")
    return known.table


def _keep(turn: Turn, known: Offer) -> None:
    turn.update(offer=known.plain())


def _words(turn: Turn, message: CustomerMessage, payload: str | None) -> Words:
    table = turn.flow.words
    text = message.text
    return Words(
        payload=payload,
        intents=message.reading.intents,
        wish=wish_of(turn, message),
        number=None if message.payload else _ordinal(turn, text),
        wants_others=says(text, table.get("others", ())),
        gives_up=says(text, turn.flow.skip_words),
    )


def _ordinal(turn: Turn, text: str) -> int | None:
    """The place of "the second one" in the list on the table."""
    table = turn.offer.table
    places = tuple(Choice(place, {}) for place in range(len(table.times) if table else 0))
    if turn.state.pending != TIME or not places:
        return None
    parsed = turn.context.parser(text, kind="choice", choices=places, language=turn.state.language)
    return parsed.value if parsed and isinstance(parsed.value, int) else None


def _agrees(turn: Turn, words: Words, at: datetime) -> bool:
    """Whether the question "shall I book it?" is answered with yes: plainly, or by naming the very time again."""
    if words.payload:
        return words.payload == BOOK
    if not words.intents or not set(words.intents) <= ABOUT_TIMES or words.wants_others:
        return False
    if words.wish is not None:
        return words.intents[0] != "no" and words.wish.fits(at.astimezone(turn.zone))
    return words.intents[0] in ("yes", "booking")


def _act(turn: Turn, known: Offer, said: Said) -> None:
    desk, table = _desk(turn), _table(known)
    if said.kind is Kind.CHOSEN and said.at is not None:
        if known.booking is None or said.at != known.at:
            _let_go(turn)
            _hold(turn, table, said.at)
        return
    _let_go(turn)
    if said.kind is Kind.WISHED and said.wish is not None:
        _set(turn, choosing.lay_for(desk, table, said.wish, timezone=turn.context.timezone))
    elif said.kind is Kind.OTHERS:
        _set(turn, choosing.lay_others(desk, table))
    else:
        turn.decline(TIME)
        turn.say("phrases.moved_on")


def _lay(turn: Turn, meeting: Meeting) -> None:
    """The first times, or those that are free now instead of the ones shown a while ago."""
    desk, table = _desk(turn), turn.offer.table
    timezone = turn.context.timezone
    if table is None:
        _set(turn, choosing.lay(desk, meeting.key, wish=turn.wish, timezone=timezone))
        return
    times = desk.times(meeting.key, wish=table.wish, seen=table.seen)
    times = times or desk.times(meeting.key, wish=None, seen=())
    _set(turn, Laid(replace(table, times=times)))


def _set(turn: Turn, laid: Laid) -> None:
    """Put the times on the table; the very one that was wished for is kept at once."""
    wish, timezone = laid.table.wish, turn.context.timezone
    _keep(turn, replace(turn.offer, table=laid.table, booking=None, at=None))
    if wish is not None and wish.day is not None and wish.names_one and laid.lead != "phrases.meeting_taken":
        at = choosing.exactly(laid.table, wish, timezone)
        if at is not None and at not in laid.table.seen:
            _hold(turn, laid.table, at)
            return
    if laid.lead and laid.table.times:
        turn.say(laid.lead)


def _hold(turn: Turn, table: Table, at: datetime) -> None:
    kept = _desk(turn).hold(table.service, at, language=turn.state.language)
    if isinstance(kept, Held):
        _keep(turn, replace(turn.offer, table=table, booking=kept.booking, at=at))
    else:
        _taken(turn, table, at)


def _taken(turn: Turn, table: Table, at: datetime) -> None:
    """Somebody was quicker: say so, with fresh times in the same reply (spec 9.3)."""
    turn.say("phrases.meeting_taken")
    _set(turn, choosing.lay_fresh(_desk(turn), table, at))


def _let_go(turn: Turn) -> None:
    known, desk = turn.offer, turn.context.desk
    if known.booking is None or known.booked:
        return
    if desk is not None:
        desk.release(known.booking)
    _keep(turn, replace(known, booking=None, at=None))


def _leave(turn: Turn, step: OfferStep) -> str | None:
    _let_go(turn)
    asked = turn.state.pending or ""
    turn.update(pending=None if asked.startswith(MEETING) else turn.state.pending, offer={})
    return step.otherwise


def _put(turn: Turn, step: OfferStep, meeting: Meeting, *, offer_person: bool) -> None:
    known, language, timezone = turn.offer, turn.state.language, turn.context.timezone
    turn.values |= {
        "service": choose(meeting.title, language),
        "where": choose(meeting.where, language),
        "zone": zone_name(timezone, language),
        "when": short(known.at, timezone, language) if known.at else "",
    }
    target, slot = _next_question(turn, step, known)
    put_question(turn, target, step.texts[slot], offer_person=offer_person)


def _next_question(turn: Turn, step: OfferStep, known: Offer) -> tuple[str, str]:
    if known.booking is None:
        return TIME, "again" if turn.state.asked.get(TIME) else "question"
    wanted = [(NAME, "name"), (REACH, "reach"), *([(PURPOSE, "about")] if step.purpose else [])]
    return next((each for each in wanted if not turn.settled(each[0])), (CONFIRM, "confirm"))


def _book(turn: Turn, step: OfferStep, known: Offer, booking: str, at: datetime) -> None:
    """Make it stand. A time that was not kept any longer is asked for once more before anything else is offered."""
    desk, table = _desk(turn), _table(known)
    language, purpose = turn.state.language, turn.state.notes.get("purpose", "")
    outcome = desk.confirm(booking, purpose=purpose, language=language)
    if isinstance(outcome, Gone):
        kept = desk.hold(table.service, at, language=language)
        if isinstance(kept, Held):
            outcome = desk.confirm(kept.booking, purpose=purpose, language=language)
    if not isinstance(outcome, Booked):
        _taken(turn, table, at)
        return
    _keep(turn, replace(known, booked=True))
    turn.say(step.texts["booked"])
    if outcome.text:
        turn.parts.append(("meeting.details", outcome.text))
    turn.quick_replies = tuple(QuickReply(label, payload) for label, payload in outcome.replies)
    _note(turn, step, at)
    turn.finals.append(Announce("booked", step.team, summary(turn, NextStep.MEET)))


def _note(turn: Turn, step: OfferStep, at: datetime) -> None:
    """For the card: what was agreed, in one line."""
    desk, language, timezone = turn.context.desk, turn.state.language, turn.context.timezone
    meeting = desk.find(step.service, goal=turn.state.goal) if desk else None
    title = choose(meeting.title, language) if meeting else ""
    line = f"{title}, {short(at, timezone, language)} ({zone_name(timezone, language)})".removeprefix(", ")
    turn.update(notes={**turn.state.notes, "meeting": line}, pending=None)
