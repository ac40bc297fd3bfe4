"""The next step of a sequence: everything is looked at again under the locks of the transaction that sends (spec 10.1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from automation.flows.wording import choose
from automation.sequences import answers, wording
from automation.sequences.answers import Act, Asked
from automation.sequences.choosing import best_way
from automation.sequences.enums import EnrolmentState, Stop, Went
from automation.sequences.models import Enrolment, FollowUp
from automation.sequences.operations.ending import end
from automation.sequences.operations.enrolling import reschedule
from automation.sequences.planning import free_moment, moment_of
from automation.sequences.queries.books import script_of
from automation.sequences.queries.sending import facts_of, rules_of, sent_unasked, ways_of
from automation.sequences.script import Script, Step
from automation.sequences.stopping import stop_of
from conversations.accounts.queries import account_by_id
from conversations.outbox.operations import send_message
from conversations.outbox.operations.judging import refusal_of
from conversations.sending.drafts import QuickReply
from conversations.threads.models import LIVE_STATUSES, AuthorKind, Conversation, ConversationStatus, Message
from conversations.threads.queries import locked_conversation
from conversations.threads.saving import change, held
from core.company.queries import company
from core.events.actor import SYSTEM, Actor
from core.events.operations import record
from core.notifications.operations import notify
from crm.consent.models import Purpose
from crm.contacts.models import Contact
from crm.pipeline.links import lead_url
from crm.pipeline.models import Lead
from crm.pipeline.operations.steps import plan_next_step
from crm.pipeline.queries import locked_lead


@dataclass
class Turn:
    """One step under its locks, taken in the order of the house: conversation, lead, contact, then the enrolment."""

    enrolment: Enrolment
    lead: Lead
    contact: Contact
    conversation: Conversation | None
    script: Script
    now: datetime
    actor: Actor = SYSTEM

    @property
    def step(self) -> Step:
        return self.script.steps[self.enrolment.step]

    @property
    def language(self) -> str:
        spoken = self.conversation.language if self.conversation else ""
        return spoken or self.contact.language or company().language

    @property
    def values(self) -> Mapping[str, str]:
        return {"name": self.contact.name, "company": company().name}


@transaction.atomic
def advance(*, enrolment_id: int, step: int, now: datetime) -> Went | None:
    """Take the step that is due; None where it was taken, stopped or put off. Each step is taken once."""
    turn = opened(enrolment_id, now)
    if turn is None or turn.enrolment.step != step:
        return None
    due_at = turn.enrolment.due_at
    if due_at is not None and due_at > now:
        reschedule([turn.enrolment])
        return None
    if stopped(turn):
        return None
    free_at = free_moment(now, sent=sent_unasked(turn.contact, now), rules=rules_of(turn.contact))
    if free_at > now:
        put_off(turn, free_at)
        return None
    return take(turn)


def opened(enrolment_id: int, now: datetime, *, actor: Actor = SYSTEM) -> Turn | None:
    """The enrolment with everything that its next step needs, locked; None where it is not under way any more."""
    seen = Enrolment.objects.select_related("version", "lead").filter(pk=enrolment_id).first()
    if seen is None or seen.state != EnrolmentState.ACTIVE:
        return None
    script = script_of(seen.version)
    if seen.step >= len(script.steps):
        return None
    way = best_way(ways_of(seen.lead.contact), channel=script.steps[seen.step].channel, now=now)
    conversation = locked_conversation(way.conversation) if way else None
    lead = locked_lead(seen.lead_id)
    contact = Contact.objects.select_for_update(no_key=True).get(pk=lead.contact_id)
    rows = Enrolment.objects.select_for_update(of=("self",), no_key=True).select_related(
        "sequence", "version"
    )
    enrolment = rows.get(pk=enrolment_id)
    if enrolment.state != EnrolmentState.ACTIVE:
        return None
    if conversation is not None and conversation.contact_id != contact.pk:
        conversation = None
    return Turn(enrolment, lead, contact, conversation, script, now, actor)


def stopped(turn: Turn) -> Stop | None:
    """End it where a rule says so."""
    facts = facts_of(turn.enrolment, turn.lead, turn.contact, turn.script, turn.now)
    reason = stop_of(facts)
    if reason is not None:
        end([turn.enrolment], reason, now=turn.now)
    return reason


def put_off(turn: Turn, due_at: datetime) -> None:
    turn.enrolment.due_at = due_at
    turn.enrolment.save(update_fields=["due_at"])
    reschedule([turn.enrolment])


def take(turn: Turn) -> Went:
    """Send the message, or make a task of it where nobody can be reached now."""
    message = _send(turn)
    if message is None:
        _task(turn)
        return Went.TASK
    _note(turn, Went.MESSAGE, message)
    _go_on(turn)
    return Went.MESSAGE


def _send(turn: Turn) -> Message | None:
    conversation = turn.conversation
    if conversation is None or _may_not(conversation):
        return None
    status = ConversationStatus(conversation.status)
    with held(conversation):
        message = send_message(
            conversation=conversation,
            text=turn.step.text(turn.language, turn.values),
            author_kind=AuthorKind.SYSTEM,
            quick_replies=[
                QuickReply(choose(wording.YES, turn.language), answers.payload(Act.YES)),
                QuickReply(choose(wording.LATER, turn.language), answers.payload(Act.LATER)),
            ],
            purpose=Purpose.FOLLOW_UP,
            now=turn.now,
        )
        change(conversation, talk=Asked(turn.enrolment.pk).plain())
        if status not in LIVE_STATUSES:
            change(conversation, status=status)
    return message


def _may_not(conversation: Conversation) -> bool:
    """What the sending policy says now that everything is locked."""
    account = account_by_id(conversation.account_id)
    refusal = refusal_of(conversation, account, purpose=Purpose.FOLLOW_UP, has_text=True, has_files=False)
    return refusal is not None


def _task(turn: Turn) -> None:
    """Nobody can be reached by a message: whoever has the lead goes on by hand, and the sequence ends."""
    lead, question = turn.lead, turn.step.text(company().language, turn.values)
    with translation.override(company().language):
        text = _("Follow up by hand: %(question)s") % {"question": question}
    if not lead.next_step:
        plan_next_step(lead=lead, text=text, due_at=turn.now, actor=SYSTEM)
    if lead.owner is not None:
        params = {"contact": str(turn.contact), "lead": lead.title}
        key = f"{turn.enrolment.pk}:{turn.enrolment.step}"
        notify(users=[lead.owner], kind="sequence.task", key=key, params=params, url=lead_url(lead))
    _note(turn, Went.TASK, None)
    end([turn.enrolment], Stop.TASK, now=turn.now)


def _note(turn: Turn, went: Went, message: Message | None) -> None:
    enrolment = turn.enrolment
    channel = account_by_id(turn.conversation.account_id).kind if message and turn.conversation else ""
    FollowUp.objects.create(
        enrolment=enrolment, step=enrolment.step, went=went, message=message, channel=channel, at=turn.now
    )
    record(
        name="sequence.step_taken",
        subject=enrolment,
        actor=turn.actor,
        payload={
            "sequence": enrolment.sequence.key,
            "name": enrolment.sequence.name,
            "step": enrolment.step + 1,
            "went": went.value,
            "channel": channel,
        },
        conversation_id=turn.conversation.pk if message and turn.conversation else None,
    )


def _go_on(turn: Turn) -> None:
    """The step after this one, or the end."""
    enrolment, now = turn.enrolment, turn.now
    enrolment.step, enrolment.sent, enrolment.last_sent_at = enrolment.step + 1, enrolment.sent + 1, now
    names = ["step", "sent", "last_sent_at", "due_at"]
    if enrolment.step < len(turn.script.steps):
        sent = sent_unasked(turn.contact, now)
        rules = rules_of(turn.contact)
        enrolment.due_at = moment_of(turn.step.wait, since=now, now=now, sent=sent, rules=rules)
        enrolment.save(update_fields=names)
        reschedule([enrolment])
        return
    enrolment.state, enrolment.due_at, enrolment.ended_at = EnrolmentState.FINISHED, None, now
    enrolment.save(update_fields=[*names, "state", "ended_at"])
    record(
        name="sequence.finished",
        subject=enrolment,
        payload={"sequence": enrolment.sequence.key, "name": enrolment.sequence.name, "sent": enrolment.sent},
    )
