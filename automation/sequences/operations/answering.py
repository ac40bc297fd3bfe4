"""The customer answers a follow-up: it stops, a yes is routed at once, a time that is named moves it (spec 10.1, 10.2)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _

from automation.flows.phrases import typed
from automation.flows.wording import Texts, choose, fill
from automation.meetings.values import Wish
from automation.meetings.wording import short
from automation.sequences import wording
from automation.sequences.answers import Act, Asked, Decision, button, decide, payload
from automation.sequences.enums import EnrolmentState, OnYes, Stop
from automation.sequences.models import Enrolment
from automation.sequences.operations.ending import end
from automation.sequences.operations.enrolling import reschedule
from automation.sequences.planning import named_moment
from automation.sequences.queries.books import any_published, script_of
from automation.sequences.queries.sending import rules_of
from conversations.outbox.operations import send_message
from conversations.threads.models import (
    AuthorKind,
    Conversation,
    ConversationStatus,
    Handler,
    Message,
    Urgency,
)
from conversations.threads.operations import hand_off
from conversations.threads.saving import change
from core.company.queries import company
from core.events.actor import CUSTOMER, FLOW
from core.events.operations import record
from crm.defaults import NOT_INTERESTED
from crm.pipeline.models import Lead, StageKind
from crm.pipeline.operations import lose_lead
from crm.pipeline.operations.steps import plan_next_step

_LABELS = [
    (payload(Act.YES), tuple(wording.YES.values())),
    (payload(Act.LATER), tuple(wording.LATER.values())),
]
ANSWERS = timedelta(days=14)
"""Words that come so long after a message of a sequence answer it."""


@dataclass
class Said:
    """A message to a question of a sequence, in a conversation that is locked, as is its lead. `intents` and `wish` are
    what it was understood as; `asking`: a flow waits for an answer here.
    """

    conversation: Conversation
    message: Message
    lead: Lead | None
    intents: tuple[str, ...]
    now: datetime
    asking: bool = False

    @property
    def language(self) -> str:
        return self.conversation.language or self.conversation.contact.language or "en"


class Heard(StrEnum):
    """What is left to do: NOTHING of ours (the message goes on to whoever answers), DONE (it is answered), or a yes that
    goes to BOOKING, to the QUOTE, to PAYMENT, to the FLOW or to a PERSON.
    """

    NOTHING = "nothing"
    DONE = "done"
    BOOKING = OnYes.BOOKING.value
    QUOTE = OnYes.QUOTE.value
    PAYMENT = OnYes.PAYMENT.value
    FLOW = OnYes.FLOW.value
    PERSON = OnYes.PERSON.value


def hear(said: Said, wish: Callable[[], Wish | None]) -> Heard:
    """The customer wrote: whatever is under way ends, unless the words name a time for it. At most one statement where
    nothing was. `wish` reads when the customer means, and is asked only where a question of ours waits.
    """
    if not any_published():
        return Heard.NOTHING
    asked = Asked.of(said.conversation.talk)
    found = _concerned(said, asked)
    if asked is not None:
        change(said.conversation, talk={})
    mine = next((each for each in found if asked is not None and each.pk == asked.enrolment), None)
    decision = _decision(said, mine, wish)
    others = [each for each in found if each is not mine]
    if mine is not None and decision is not None and decision.act is Act.POSTPONE:
        end(others, Stop.REPLY, now=said.now, actor=CUSTOMER)
        if _postpone(said, mine, decision):
            return Heard.DONE
        decision = None
    end(found, Stop.REPLY, now=said.now, actor=CUSTOMER)
    _note_answer(found, said.now)
    return _act(said, mine, decision) if mine is not None and decision is not None else Heard.NOTHING


def _concerned(said: Said, asked: Asked | None) -> list[Enrolment]:
    """What is under way for the contact, what ended lately without an answer, and whatever asked last."""
    lately = Q(state=EnrolmentState.FINISHED, answered_at=None, last_sent_at__gt=said.now - ANSWERS)
    wanted = Q(state=EnrolmentState.ACTIVE) | lately
    if asked is not None:
        wanted |= Q(pk=asked.enrolment, last_sent_at__gt=said.now - ANSWERS)
    rows = Enrolment.objects.filter(wanted, contact=said.conversation.contact_id)
    rows = rows.select_related("sequence", "version").order_by("pk")
    return list(rows.select_for_update(of=("self",), no_key=True))


def _decision(said: Said, mine: Enrolment | None, wish: Callable[[], Wish | None]) -> Decision | None:
    """While a person speaks, a person answers; and while a flow asks, its own answers are its own."""
    if mine is None or said.conversation.handler == Handler.PERSON:
        return None
    carried = said.message.payload or typed(said.message.text, _LABELS)
    decision = decide(intents=said.intents, carried=carried, wish=wish())
    if decision is None or not said.asking or button(carried):
        return decision
    return decision if decision.act is Act.YES and decision.wish is None else None


def _postpone(said: Said, enrolment: Enrolment, decision: Decision) -> bool:
    """The next step at the time that was named; where none is left, the step of whoever has the lead."""
    wish, contact = decision.wish, said.conversation.contact
    rules = rules_of(contact)
    at = named_moment(wish.day, wish.at, now=said.now, rules=rules) if wish else None
    if at is None:
        return False
    enrolment.answered_at = enrolment.answered_at or said.now
    if enrolment.state == EnrolmentState.ACTIVE:
        enrolment.due_at, enrolment.silent_since = at, max(said.now, said.message.sent_at)
        reschedule([enrolment])
    elif said.lead is not None and said.lead.stage_kind == StageKind.OPEN and not said.lead.next_step:
        with translation.override(company().language):
            text = _("Write again: the customer asked for it")
        plan_next_step(lead=said.lead, text=text, due_at=at, actor=CUSTOMER)
    enrolment.save(update_fields=["due_at", "silent_since", "answered_at"])
    told = {"sequence": enrolment.sequence.key, "name": enrolment.sequence.name, "at": at.isoformat()}
    record(name="sequence.postponed", subject=enrolment, actor=CUSTOMER, payload=told)
    _say(said, wording.POSTPONED, when=short(at, rules.timezone, said.language))
    return True


def _note_answer(found: Sequence[Enrolment], now: datetime) -> None:
    fresh = [each for each in found if each.answered_at is None]
    for each in fresh:
        each.answered_at = now
    if fresh:
        Enrolment.objects.filter(pk__in=[each.pk for each in fresh]).update(answered_at=now)


def _act(said: Said, enrolment: Enrolment, decision: Decision) -> Heard:
    if decision.act is Act.YES:
        return Heard(script_of(enrolment.version).yes.value)
    lead = said.lead
    if decision.act is Act.NOT_INTERESTED and lead is not None and lead.stage_kind == StageKind.OPEN:
        lose_lead(lead=lead, reason_code=NOT_INTERESTED, actor=FLOW)
    _say(said, wording.NOT_NOW)
    return Heard.DONE


def to_person(said: Said) -> None:
    """A yes that nobody but a colleague can go on with."""
    _say(said, wording.TO_PERSON)
    card = {"language": said.language, "last_text": said.message.text[:500], "next_step": "answer_now"}
    hand_off(
        conversation=said.conversation, reason="follow_up", urgency=Urgency.HIGH, card=card, now=said.now
    )


def _say(said: Said, texts: Texts, **values: str) -> None:
    conversation = said.conversation
    send_message(
        conversation=conversation,
        text=fill(choose(texts, said.language), values),
        author_kind=AuthorKind.SYSTEM,
        now=said.now,
    )
    answered(said)


def answered(said: Said) -> None:
    """Nobody was waited for before these words, and they are answered."""
    conversation = said.conversation
    if conversation.waiting_since == said.message.sent_at:
        change(conversation, status=ConversationStatus.WAITING_CUSTOMER, waiting_since=None)
