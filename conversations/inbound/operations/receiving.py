from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from conversations import responder
from conversations.accounts.models import AccountPurpose, ChannelAccount
from conversations.channels.contracts import (
    OPTED_IN,
    OPTED_OUT,
    EventKind,
    InboundAttachment,
    InboundEvent,
)
from conversations.inbound import followups
from conversations.inbound.keys import dedupe_key
from conversations.inbound.operations import bursts, revising, statuses
from conversations.inbound.operations.albums import join
from conversations.inbound.operations.buttons import resolved
from conversations.inbound.operations.deciding import decided
from conversations.inbound.operations.heeding import heed
from conversations.inbound.operations.reading import read
from conversations.inbound.operations.sender import Sender, find_sender
from conversations.inbound.operations.storing import attach, insert_once, last_heard_at
from conversations.inbound.operations.tone import hurry_up, keep_unclear, toned
from conversations.inbound.operations.waiting import TooEarly
from conversations.inbound.timing import said_at
from conversations.outbox.models import OutboxItem, OutboxStatus
from conversations.outbox.operations.speaking import preview
from conversations.outbox.operations.waiting import hold_scheduled
from conversations.threads.models import (
    AuthorKind,
    Conversation,
    ConversationStatus,
    Direction,
    Handler,
    Message,
    MessageStatus,
)
from conversations.threads.saving import change, held
from conversations.threads.titles import first_title
from conversations.understanding.types import Understanding
from core.company.queries import company
from core.events.actor import CUSTOMER, SYSTEM
from core.events.operations import EventDraft, record_all
from core.text import clean, clean_json, clean_words, has_hidden_card
from crm.chances.operations import refresh_of
from crm.contacts.errors import BadContactPoint
from crm.contacts.models import Contact, ContactPointKind
from crm.contacts.operations import add_point, update_contact
from crm.pipeline.models import Lead, StageKind
from crm.pipeline.operations import create_lead
from crm.pipeline.queries import default_stage, locked_lead
from crm.pipeline.talk import FIELDS as TALK
from crm.pipeline.talk import Heard
from crm.scoring.operations import rescore
from crm.scoring.queries import rule_book

SPOKEN = frozenset({EventKind.MESSAGE, EventKind.POSTBACK, EventKind.COMMENT})
"""Kinds in which a customer says something that wants an answer."""


@dataclass(frozen=True, slots=True)
class Received:
    """What became of an event.

    `message` is None for a duplicate and for what only changes something stored.
    """

    message: Message | None = None
    conversation: Conversation | None = None
    new_contact: bool = False
    new_conversation: bool = False
    duplicate: bool = False


def receive(
    *,
    account: ChannelAccount,
    event: InboundEvent,
    arrived_at: datetime,
    respond: bool = True,
    more: bool = False,
) -> Received:
    """Take one event in, inside the caller's transaction; the same event again does nothing.

    `arrived_at` is when the delivery came and the moment at which everything counts. `respond=False` stores
    the message for people and lets nothing answer it. `more`: the sender's next message lies there already, so that they
    can be answered together. TooEarly for an event about a message that is still on
    its way to us.
    """
    event = _cleaned(event)
    followups.run(account, event, arrived_at)
    if event.kind == EventKind.STATUS:
        statuses.apply(account=account, event=event, now=arrived_at)
        return Received()
    if not event.customer_id:
        return Received()
    if event.kind == EventKind.OTHER and event.payload in (OPTED_OUT, OPTED_IN):
        return Received(conversation=decided(account=account, event=event, now=arrived_at))
    if event.kind in (EventKind.EDIT, EventKind.DELETE):
        revised = revising.revise(account=account, event=event, now=arrived_at)
        return Received(conversation=revised)
    if event.kind == EventKind.REACTION:
        return Received(conversation=revising.react(account=account, event=event, now=arrived_at))
    if event.direction == "out":
        return _echo(account, event, arrived_at)
    return _from_customer(account, resolved(account=account, event=event), arrived_at, respond, more)


def _cleaned(event: InboundEvent) -> InboundEvent:
    """The event as it can be stored: no NUL, no lone surrogates, no card numbers, ids of bounded length."""
    return replace(
        event,
        external_id=clean(event.external_id)[:300],
        thread_id=clean(event.thread_id)[:200],
        sender_id=clean(event.sender_id)[:200],
        sender_name=" ".join(clean_words(event.sender_name).split())[:200],
        recipient_id=clean(event.recipient_id)[:200],
        subject=clean_words(event.subject)[:200],
        text=clean_words(event.text),
        reply_to=clean(event.reply_to)[:300],
        group_id=clean(event.group_id)[:64],
        payload=clean(event.payload)[:200],
        attachments=tuple(_cleaned_file(each) for each in event.attachments),
        referral=clean_json(dict(event.referral)),
        raw=clean_json(dict(event.raw)),
    )


def _cleaned_file(file: InboundAttachment) -> InboundAttachment:
    return replace(file, name=clean_words(file.name), caption=clean_words(file.caption))


def _from_customer(
    account: ChannelAccount, event: InboundEvent, now: datetime, respond: bool, more: bool
) -> Received:
    understanding = read(event.text, now=now)
    key = dedupe_key(event)
    sender = find_sender(
        account=account, event=event, key=key, language=_language(event, understanding), now=now
    )
    if sender is None:
        return Received(duplicate=True)
    conversation = sender.conversation
    if joined := join(conversation, event):
        bursts.answer_rest(conversation, more=more, now=now)
        return Received(joined, conversation, duplicate=True)
    message = _message(account, conversation, event, key, said_at(event.sent_at, now), understanding.language)
    _place(message, timed=event.sent_at is not None)
    if not insert_once(message):
        return Received(conversation=conversation, duplicate=True)
    attach(message, event)
    spam = conversation.status == ConversationStatus.SPAM
    said = _said(account, conversation, message)
    understanding = toned(understanding, conversation, message)
    before = bursts.Before.of(conversation, now)
    with held(conversation):
        _ensure_lead(account, sender, event, message, said)
        _heard(conversation, message, _in_a_line(message, event), spam=spam)
        record_all([*sender.events, *_received(conversation, message, event)])
        if not message.late:
            _touch(sender, message, said)
        _learn(sender.contact, event)
        hold_scheduled(conversation)
        hurry_up(conversation, understanding, spam=spam)
        heeded = event.kind in SPOKEN and heed(
            conversation=conversation,
            message=message,
            understanding=understanding,
            now=now,
            respond=respond,
        )
        if respond and event.kind in SPOKEN and not (heeded or message.late or spam):
            bursts.respond(message, understanding, before=before, more=more, now=now)
        elif not respond and conversation.handler == Handler.FLOW:
            change(conversation, handler=Handler.QUEUE)
        if event.kind in SPOKEN and not (heeded or spam or event.payload):
            keep_unclear(conversation, message, understanding)
        _score(conversation)
    return Received(message, conversation, sender.new_contact, sender.new_conversation)


def _language(event: InboundEvent, understanding: Understanding) -> str:
    return next((value for kind, value in event.identities if kind == "language"), understanding.language)


def _message(
    account: ChannelAccount,
    conversation: Conversation,
    event: InboundEvent,
    key: str,
    at: datetime,
    language: str,
) -> Message:
    out = event.direction == "out"
    return Message(
        conversation=conversation,
        account=account,
        sequence=conversation.last_sequence + 1,
        direction=Direction.OUT if out else Direction.IN,
        author_kind=AuthorKind.USER if out else AuthorKind.CUSTOMER,
        text=event.text,
        language="" if out else language,
        payload=event.payload if event.kind != EventKind.OTHER else "",
        group_id=event.group_id,
        external_id=event.external_id,
        dedupe_key=key,
        reply_to_external_id=event.reply_to,
        status=MessageStatus.SENT if out else MessageStatus.RECEIVED,
        sent_at=at,
        raw_kind=(event.payload or str(event.raw.get("type", "other")))[:40]
        if event.kind == EventKind.OTHER
        else "",
    )


def _place(message: Message, *, timed: bool) -> None:
    """Late is what was said before something that the customer has said already, by the provider's clock.

    Where the provider tells no time, the order of arrival is the order. What we said in between does not
    count: clocks differ, and many providers tell whole seconds only.
    """
    conversation = message.conversation
    if conversation.last_message_at is None or message.sent_at >= conversation.last_message_at:
        return
    heard = last_heard_at(conversation)
    if heard is None or message.sent_at >= heard:
        return
    if timed:
        message.late = True
    else:
        message.sent_at = heard


def _in_a_line(message: Message, event: InboundEvent) -> str:
    """The words shown in a list; for a message of files alone what they are called."""
    if message.text or not event.attachments:
        return preview(message.text)
    first = event.attachments[0]
    return preview(f"📎 {first.name or first.caption or first.type}")


def _heard(conversation: Conversation, message: Message, shown: str, *, spam: bool) -> None:
    change(conversation, last_sequence=message.sequence)
    if (
        conversation.last_message_at is None
        or message.sent_at >= conversation.last_message_at
        or not message.late
    ):
        change(
            conversation,
            last_message_at=max(message.sent_at, conversation.last_message_at or message.sent_at),
            last_text=shown,
            last_direction=Direction.IN,
        )
    if not spam:
        change(
            conversation,
            unread=conversation.unread + 1,
            status=ConversationStatus.WAITING_US,
            waiting_since=conversation.waiting_since or message.sent_at,
        )
    if not conversation.language:
        change(conversation, language=conversation.contact.language or message.language)


def _received(conversation: Conversation, message: Message, event: InboundEvent) -> list[EventDraft]:
    told = {"message": str(message.public_id), "sequence": message.sequence}
    payload = {**told, "late": message.late, "kind": str(event.kind)}
    drafts = [EventDraft(name="message.received", subject=conversation, actor=CUSTOMER, payload=payload)]
    if has_hidden_card(message.text):
        drafts.append(
            EventDraft(name="message.card_removed", subject=conversation, actor=SYSTEM, payload=told)
        )
    return drafts


def _said(account: ChannelAccount, conversation: Conversation, message: Message) -> Heard:
    """What counts of the message for the lead, before the conversation has taken it in."""
    asked = conversation.last_message_at if conversation.last_direction == Direction.OUT else None
    waited = None if asked is None else max(0, (message.sent_at - asked) // timedelta(seconds=1))
    return Heard(message.sent_at, account.kind, len(message.text.split()), waited)


def _score(conversation: Conversation) -> None:
    """The lead again, where a rule asks for how its customer talks."""
    if conversation.lead_id and not rule_book().fields_used().isdisjoint(TALK):
        rescore(lead=locked_lead(conversation.lead_id), actor=CUSTOMER)


def _ensure_lead(
    account: ChannelAccount, sender: Sender, event: InboundEvent, message: Message, said: Heard
) -> None:
    """On a sales account a customer who writes is a lead: the open one of the contact, else a new one."""
    conversation = sender.conversation
    if (
        account.purpose != AccountPurpose.SALES
        or conversation.lead_id
        or conversation.status == ConversationStatus.SPAM
    ):
        return
    lead = None
    if not sender.new_contact:
        open_leads = Lead.objects.filter(contact_id=conversation.contact_id, stage_kind=StageKind.OPEN)
        lead = open_leads.order_by("-id").first()
    if lead is None:
        lead = conversation.lead_just_made = _new_lead(account, sender, event, said)
    if lead is not None:
        change(conversation, lead=lead)


def _new_lead(account: ChannelAccount, sender: Sender, event: InboundEvent, said: Heard) -> Lead | None:
    """None while there is no pipeline: what the customer says is kept all the same."""
    stage = default_stage()
    if stage is None:
        return None
    return create_lead(
        contact=sender.contact,
        stage=stage,
        title=first_title(sender.conversation, language=company().language),
        source=account.kind,
        campaign=str(event.referral.get("campaign", ""))[:120],
        team=account.team,
        last_message_at=said.at,
        heard=said,
        actor=SYSTEM,
    )


_POINTS = frozenset(ContactPointKind)


def _learn(contact: Contact, event: InboundEvent) -> None:
    """What the provider or the form tells about the sender.

    A number that nobody could call is left to the eye of people.
    """
    if event.sender_name and not contact.name:
        update_contact(contact=contact, actor=CUSTOMER, name=event.sender_name)
    for kind, value in event.identities:
        if kind in _POINTS and value:
            _learn_point(contact, kind, value)


def _learn_point(contact: Contact, kind: str, value: str) -> None:
    try:
        add_point(contact=contact, kind=kind, value=value, actor=CUSTOMER)
    except BadContactPoint:
        return


def _touch(sender: Sender, message: Message, said: Heard) -> None:
    """The boards sort by it; not a change that a person made, hence neither event nor history. What this message has
    made bears its time already. The lead first, as everywhere: its row is then ours before any of the contact's.
    """
    conversation = sender.conversation
    if conversation.lead_id and conversation.lead_just_made is None:
        Lead.objects.filter(pk=conversation.lead_id).update(last_message_at=message.sent_at, **said.updates())
        refresh_of(conversation.lead_id, changed=TALK)
    if not sender.new_contact:
        Contact.objects.filter(pk=conversation.contact_id).update(last_message_at=message.sent_at)


def _echo(account: ChannelAccount, event: InboundEvent, now: datetime) -> Received:
    """The company wrote from elsewhere, or our own message comes back."""
    ours = Message.objects.filter(account=account, external_id=event.external_id)
    if event.external_id and ours.exists():
        return Received(duplicate=True)
    key = dedupe_key(event)
    sender = find_sender(account=account, event=event, key=key, language="", now=now)
    if sender is None:
        return Received(duplicate=True)
    conversation = sender.conversation
    if _has_one_in_flight(conversation, event):
        raise TooEarly("One of our own messages may be the one that comes back.")
    message = _message(account, conversation, event, key, said_at(event.sent_at, now), "")
    if not insert_once(message):
        return Received(conversation=conversation, duplicate=True)
    attach(message, event)
    with held(conversation):
        change(
            conversation,
            last_sequence=message.sequence,
            last_message_at=max(message.sent_at, conversation.last_message_at or message.sent_at),
            last_text=preview(message.text),
            last_direction=Direction.OUT,
            status=ConversationStatus.WAITING_CUSTOMER,
            waiting_since=None,
            first_response_at=conversation.first_response_at or message.sent_at,
        )
        payload = {"message": str(message.public_id), "sequence": message.sequence}
        record_all([*sender.events, EventDraft(name="message.echoed", subject=conversation, payload=payload)])
        if conversation.handler == Handler.FLOW:
            change(conversation, handler=Handler.PERSON)
            responder.current().taken_over(conversation=conversation, user=None)
    return Received(message, conversation, sender.new_contact, sender.new_conversation)


def _has_one_in_flight(conversation: Conversation, event: InboundEvent) -> bool:
    return OutboxItem.objects.filter(
        conversation_id=conversation.pk, status=OutboxStatus.PENDING, attempts__gt=0, message__text=event.text
    ).exists()
