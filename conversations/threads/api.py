"""Conversations and their messages by the API."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q
from django.db.models.functions import JSONObject

from conversations.accounts.models import Channel, ChannelAccount
from conversations.sending.drafts import QuickReply
from conversations.threads.models import (
    Attachment,
    AuthorKind,
    Conversation,
    ConversationStatus,
    Direction,
    Handler,
    Message,
    MessageStatus,
    Urgency,
)
from conversations.threads.operations import add_note, assign, mark_spam, reopen, reply, resolve, say
from conversations.threads.queries import ConversationQuerySet, conversations
from core.access.api import PersonShape, TeamShape, person_named
from core.access.models import User
from core.api.drafts import Draft, List, OneOf, Reference, When, Words
from core.api.endpoint import Call, Endpoint, operation
from core.api.filters import IDS, TEXT, TIME, WHOLE, Filter
from core.api.pages import CREATED, Listing, Sort
from core.api.shapes import (
    Choice,
    Flag,
    Free,
    Identifier,
    Instant,
    Made,
    Optional,
    Ref,
    Shape,
    Text,
    Texts,
    Whole,
)
from core.keys.queries import KnownKey
from core.keys.scopes import Scope
from core.languages import Language
from crm.consent.models import Purpose
from crm.contacts.api import ContactShape
from crm.pipeline.api.shapes import LeadShape

TAG = "Conversations"
URGENCIES = {0: "normal", 1: "high", 2: "urgent"}
FILES = {
    "type": "array",
    "items": {
        "type": "object",
        "properties": {
            "id": {"type": "string", "format": "uuid"},
            "kind": {"type": "string"},
            "name": {"type": "string"},
            "mime": {"type": "string"},
            "size": {"type": "integer"},
        },
        "required": ["id", "kind", "name", "mime", "size"],
    },
}


class AccountShape(Shape):
    scope = Scope.CONVERSATIONS_READ
    small = ChannelAccount

    id = Identifier()
    channel = Choice("kind", choices=Channel.choices)
    name = Text()
    active = Flag()


class ConversationShape(Shape):
    scope = Scope.CONVERSATIONS_READ

    id = Identifier()
    number = Whole("pk", help_text="As people see it: #1234.")
    account = Ref(AccountShape)
    channel = Choice("account__kind", choices=Channel.choices)
    contact = Ref(ContactShape)
    lead = Ref(LeadShape, allow_null=True)
    subject = Optional()
    status = Choice(choices=ConversationStatus.choices)
    handler = Choice(choices=Handler.choices, help_text="Who answers now.")
    assignee = Ref(PersonShape, allow_null=True)
    team = Ref(TeamShape, allow_null=True)
    language = Choice(choices=Language.choices, allow_null=True)
    goal = Optional()
    urgency = Made(
        of=["urgency"],
        write=URGENCIES.__getitem__,
        schema={"type": "string", "enum": list(URGENCIES.values())},
    )
    tags = Texts()
    unread = Whole()
    last_message_at = Instant(allow_null=True)
    waiting_since = Instant(allow_null=True, help_text="The customer's first words that nobody has answered.")
    first_response_at = Instant(allow_null=True)
    solved_at = Instant(allow_null=True)
    created_at = Instant()


def _files(prefix: str) -> Any:
    line = JSONObject(id="public_id", kind="kind", name="name", mime="mime", size="size")
    rows = Attachment.objects.filter(message=OuterRef(f"{prefix}pk")).order_by("id")
    return ArraySubquery(rows.values(line=line))


class MessageShape(Shape):
    id = Identifier()
    sequence = Whole(help_text="Its number in the conversation, without gaps.")
    direction = Choice(choices=[(each.value, each.value) for each in Direction])
    author_kind = Choice(choices=[(each.value, each.value) for each in AuthorKind])
    author = Ref(PersonShape, allow_null=True)
    text = Text(allow_blank=True)
    language = Optional()
    payload = Optional(help_text="What a button carried.")
    quick_replies = Free(help_text='[{"label", "payload"}]')
    attachments = Made(of=[_files], write=list, schema=FILES)
    status = Choice(choices=[(each.value, each.value) for each in MessageStatus])
    error = Optional(help_text="Why it did not leave, in words.")
    late = Flag(help_text="It arrived after later ones.")
    sent_at = Instant()
    delivered_at = Instant(allow_null=True)
    read_at = Instant(allow_null=True)
    edited_at = Instant(allow_null=True)
    deleted_at = Instant(allow_null=True)
    created_at = Instant()


class QuickReplyDraft(Draft):
    label = Words(max_length=80)
    payload = Words(max_length=200)


class MessageDraft(Draft):
    text = Words(max_length=20_000)
    person = Reference(required=False, help_text="Who writes; left out: the key's person, else the company.")
    quick_replies = List(child=QuickReplyDraft(), max_length=10, required=False)
    purpose = OneOf(choices=Purpose.choices, required=False, help_text="reply when left out.")
    send_at = When(required=False, help_text="Later; at once when left out.")


class NoteDraft(Draft):
    text = Words(max_length=20_000)
    person = Reference(required=False)


class AssigneeDraft(Draft):
    assignee = Reference(allow_null=True)


class CloseDraft(Draft):
    status = OneOf(
        choices=[("solved", "solved"), ("spam", "spam")], required=False, help_text="solved when left out."
    )


class NothingDraft(Draft):
    """An empty object, or no body."""


CONVERSATIONS = Listing(
    ConversationShape,
    (
        Filter("status", TEXT, choices=tuple(ConversationStatus.values)),
        Filter("handler", TEXT, choices=tuple(Handler.values)),
        Filter("channel", TEXT, "account__kind", choices=tuple(Channel.values)),
        Filter("account", IDS, "account__public_id"),
        Filter("contact", IDS, "contact__public_id"),
        Filter("lead", IDS, "lead__public_id", nullable=True),
        Filter("assignee", IDS, "assignee__public_id", nullable=True),
        Filter("team", IDS, "team__public_id", nullable=True),
        Filter(
            "urgency", TEXT, choices=tuple(URGENCIES.values()), where=lambda word: Q(urgency=_urgency(word))
        ),
        Filter("goal", TEXT),
        Filter("tag", TEXT, where=lambda tag: Q(tags__contains=[tag])),
        Filter("number", WHOLE, "pk"),
        Filter("created_at", TIME),
        Filter("last_message_at", TIME, nullable=True),
        Filter("waiting_since", TIME, nullable=True),
    ),
    (CREATED, Sort("last_message_at", "last_message_at", TIME, nullable=True)),
)
MESSAGES = Listing(
    MessageShape,
    (
        Filter("direction", TEXT, choices=tuple(Direction.values)),
        Filter("status", TEXT, choices=tuple(MessageStatus.values)),
        Filter("sequence", WHOLE),
        Filter("sent_at", TIME),
    ),
    (Sort("sequence", "sequence"),),
    "sequence",
)


def _urgency(word: str) -> Urgency:
    return Urgency(next(number for number, each in URGENCIES.items() if each == word))


def conversations_of(key: KnownKey) -> ConversationQuerySet:
    """The conversations in sight of the key."""
    return conversations().visible_to(key.person) if key.person else conversations()


class Conversations(Endpoint):
    tag = TAG

    @operation(Scope.CONVERSATIONS_READ, "Conversations", listing=CONVERSATIONS)
    def get(self, call: Call) -> Any:
        return call.page(conversations_of(call.key))


class OneConversation(Endpoint):
    tag = TAG

    @operation(Scope.CONVERSATIONS_READ, "A conversation", out=ConversationShape)
    def get(self, call: Call, public_id: UUID) -> Any:
        return call.one(conversations_of(call.key).filter(public_id=public_id))


class Messages(Endpoint):
    tag = TAG

    @operation(Scope.CONVERSATIONS_READ, "Messages and notes of a conversation", listing=MESSAGES)
    def get(self, call: Call, public_id: UUID) -> Any:
        conversation = conversations_of(call.key).get(public_id=public_id)
        return call.page(Message.objects.filter(conversation=conversation))

    @operation(
        Scope.MESSAGES_SEND,
        "Write to the customer",
        about="The message goes to the outbox; look at its `status`. One that may not leave is `failed` at once, with the "
        "reason in `error`. With a person the flow goes quiet, as when that person answers in the inbox.",
        into=MessageDraft,
        out=MessageShape,
        status=201,
    )
    def post(self, call: Call, public_id: UUID) -> Any:
        pk, data, person = _sight(call, public_id), call.data, _writer(call)
        later = data.get("send_at")
        if person is None:
            message = say(
                conversation_id=pk,
                text=data["text"],
                quick_replies=[QuickReply(**each) for each in data.get("quick_replies", ())],
                purpose=Purpose(data.get("purpose", Purpose.REPLY)),
                now=call.now,
                not_before=later,
            )
        else:
            for name in ("quick_replies", "purpose"):
                if name in data:
                    call.refuse(f"/{name}", "not_for_people", "Only the company itself writes so.")
            message = reply(
                conversation_id=pk, user=person, text=data["text"], now=call.now, not_before=later
            )
        return call.one(Message.objects.filter(pk=message.pk))


class Notes(Endpoint):
    tag = TAG

    @operation(
        Scope.CONVERSATIONS_WRITE, "Leave a note for colleagues", into=NoteDraft, out=MessageShape, status=201
    )
    def post(self, call: Call, public_id: UUID) -> Any:
        pk = _sight(call, public_id)
        note = add_note(conversation_id=pk, user=_writer(call), text=call.data["text"], now=call.now)
        return call.one(Message.objects.filter(pk=note.pk))


class Assign(Endpoint):
    tag = TAG

    @operation(
        Scope.CONVERSATIONS_WRITE,
        "Give a conversation to a person",
        into=AssigneeDraft,
        out=ConversationShape,
    )
    def post(self, call: Call, public_id: UUID) -> Any:
        pk = _locked(call, public_id)
        person = person_named(call, call.data["assignee"], "/assignee")
        assign(conversation_id=pk, to_user=person, actor=call.key.person)
        return _shown(call, pk)


class Close(Endpoint):
    tag = TAG

    @operation(Scope.CONVERSATIONS_WRITE, "Close a conversation", into=CloseDraft, out=ConversationShape)
    def post(self, call: Call, public_id: UUID) -> Any:
        pk = _locked(call, public_id)
        close = mark_spam if call.data.get("status") == "spam" else resolve
        close(conversation_id=pk, user=call.key.person, now=call.now)
        return _shown(call, pk)


class Reopen(Endpoint):
    tag = TAG

    @operation(
        Scope.CONVERSATIONS_WRITE, "Open a conversation again", into=NothingDraft, out=ConversationShape
    )
    def post(self, call: Call, public_id: UUID) -> Any:
        pk = _locked(call, public_id)
        reopen(conversation_id=pk, user=call.key.person)
        return _shown(call, pk)


def _sight(call: Call, public_id: UUID) -> Any:
    return conversations_of(call.key).values_list("pk", flat=True).get(public_id=public_id)


def _locked(call: Call, public_id: UUID) -> Any:
    return call.lock(conversations_of(call.key).filter(public_id=public_id))


def _shown(call: Call, pk: int) -> Any:
    return call.one(Conversation.objects.filter(pk=pk))


def _writer(call: Call) -> User | None:
    """Who writes: whom the body names, the key's person, or None for the company itself."""
    named = person_named(call, call.data.get("person"), "/person")
    own = call.key.person
    if named is not None and own is not None and named.pk != own.pk:
        call.refuse("/person", "somebody_else", "This key works as one person only.")
    return named or own
