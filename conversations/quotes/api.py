"""Quotes sent by a program: into a chat, by email, or as a link that the program hands over itself."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from rest_framework import serializers

from conversations.quotes.enums import MailFault, MailState
from conversations.quotes.errors import CannotMail
from conversations.quotes.links import quote_url
from conversations.quotes.mailing import address_of, mail_quote
from conversations.quotes.models import QuoteMail
from conversations.quotes.operations import MOST_WORDS, send_quote
from conversations.quotes.queries import conversation_of
from conversations.threads.api import conversations_of
from conversations.threads.models import Conversation, Message, MessageStatus
from conversations.threads.queries import locked_conversation
from core.api.drafts import Draft, OneOf, Reference, Words
from core.api.endpoint import Call, Endpoint, operation
from core.keys.scopes import Scope
from crm.quotes.api import TAG, WholeQuoteShape, quotes_of
from crm.quotes.enums import QuoteState
from crm.quotes.models import Quote, QuoteVersion

Plain: Any = serializers.Serializer
WAYS = [("chat", "In the customer's chat"), ("email", "By email"), ("link", "By nobody: the link is yours")]


class SendDraft(Draft):
    by = OneOf(
        choices=WAYS,
        required=False,
        help_text="Left out: the chat where the customer has one, else email where they have an address, else link.",
    )
    conversation = Reference(required=False, help_text="Of the customer; the newest one when left out.")
    email = Words(max_length=254, required=False, help_text="One of the contact's; the first when left out.")
    words = Words(
        max_length=MOST_WORDS, required=False, allow_blank=True, help_text="In place of the usual sentence."
    )


class SentMessage(Plain):
    id = serializers.UUIDField()
    conversation = serializers.UUIDField()
    status = serializers.ChoiceField(choices=MessageStatus.choices)
    error = serializers.CharField(allow_null=True, help_text="Why it may not leave, in plain words.")


class SentMail(Plain):
    id = serializers.UUIDField()
    email = serializers.CharField()
    status = serializers.ChoiceField(choices=MailState.choices)
    fault = serializers.ChoiceField(choices=MailFault.choices, allow_null=True)


class SentSchema(Plain):
    quote = serializers.UUIDField()
    number = serializers.CharField()
    version = serializers.IntegerField()
    state = serializers.ChoiceField(choices=QuoteState.choices)
    link = serializers.CharField(help_text="The customer's own page.")
    by = serializers.ChoiceField(choices=WAYS)
    message = SentMessage(allow_null=True)
    mail = SentMail(allow_null=True)


class Send(Endpoint):
    tag = TAG

    @operation(
        Scope.MESSAGES_SEND,
        "Send the quote",
        about="Makes the newest version final and lets its link go to the customer. Sent again in the same way, it is the "
        "same message or mail, and one that failed is tried anew. With `If-Match` only as you read the quote.",
        into=SendDraft,
        out=SentSchema,
    )
    def post(self, call: Call, public_id: UUID) -> Any:
        rows = quotes_of(call.key).filter(public_id=public_id)
        quote = rows.select_related("contact").get()
        call.compare(rows, WholeQuoteShape)
        version = quote.versions.order_by("-version")[0]
        words = call.data.get("words", "")
        way, conversation = _way(call, quote)
        message: Message | None = None
        mail: QuoteMail | None = None
        if way == "email":
            mail = mail_quote(
                version_id=version.pk,
                actor=call.actor,
                now=call.now,
                email=call.data.get("email", ""),
                words=words,
            )
        else:
            if conversation is not None:
                locked_conversation(conversation.pk)  # before the quote, as everywhere
            message = send_quote(
                version_id=version.pk,
                actor=call.actor,
                now=call.now,
                conversation=conversation,
                words=words,
            )
        return _told(QuoteVersion.objects.select_related("quote").get(pk=version.pk), way, message, mail)


def _way(call: Call, quote: Quote) -> tuple[str, Conversation | None]:
    """How it goes, as it is asked for, else as it can."""
    data = call.data
    way = data.get("by") or ("chat" if "conversation" in data else "email" if "email" in data else "")
    for name, owner in (("conversation", "chat"), ("email", "email")):
        if name in data and way != owner:
            call.refuse(f"/{name}", "not_needed", f"It goes by {way}, which needs no {name}.")
    if way == "chat" or not way:
        found = _conversation(call, quote)
        if found is not None:
            return "chat", found
        if way:
            call.refuse("/by", "no_chat", "There is no chat with this customer that the key may see.")
        way = "email" if _can_mail(quote) else "link"
    return way, None


def _conversation(call: Call, quote: Quote) -> Conversation | None:
    seen = conversations_of(call.key)
    if "conversation" not in call.data:
        newest = conversation_of(quote)
        return newest if newest is not None and seen.filter(pk=newest.pk).exists() else None
    named = seen.filter(public_id=call.data["conversation"], contact=quote.contact_id)
    found: Conversation | None = named.select_related("identity").first()
    return found or call.refuse(
        "/conversation", "unknown", "There is no such conversation with this customer."
    )


def _can_mail(quote: Quote) -> bool:
    try:
        address_of(quote.contact)
    except CannotMail:
        return False
    return True


def _told(version: QuoteVersion, way: str, message: Message | None, mail: QuoteMail | None) -> dict[str, Any]:
    return {
        "quote": str(version.quote.public_id),
        "number": version.quote.number,
        "version": version.version,
        "state": version.state,
        "link": quote_url(version),
        "by": way,
        "message": message
        and {
            "id": str(message.public_id),
            "conversation": str(message.conversation.public_id),
            "status": message.status,
            "error": message.error or None,
        },
        "mail": mail
        and {
            "id": str(mail.public_id),
            "email": mail.email,
            "status": mail.state,
            "fault": mail.fault or None,
        },
    }
