"""Sending a quote: it becomes final, and the customer gets its link, in one step."""

from __future__ import annotations

import hashlib
from datetime import datetime

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from conversations.accounts.queries import account_by_id
from conversations.channels import registry
from conversations.outbox.operations import send_message
from conversations.quotes.links import quote_url
from conversations.threads.models import Attachment, AuthorKind, Conversation, Message
from conversations.threads.operations.handling import speak_for
from conversations.threads.queries import locked_conversation
from conversations.threads.saving import held
from core import clock
from core.access.models import User
from core.events.actor import FLOW, Actor
from core.ids import uuid7
from core.text import clean_words
from crm.consent.models import Purpose
from crm.quotes.document import render_pdf
from crm.quotes.enums import QuoteState
from crm.quotes.errors import NotADraft
from crm.quotes.models import QuoteVersion
from crm.quotes.operations import mark_sent
from crm.quotes.operations.rows import locked_version
from crm.quotes.operations.sending import give_number
from crm.quotes.queries import versions
from crm.quotes.sheet import sheet_of

MOST_WORDS = 2000


def send_quote(
    *,
    version_id: int,
    actor: Actor,
    now: datetime,
    conversation: Conversation | None = None,
    words: str = "",
) -> Message | None:
    """Make the version final and write its link to the customer; None without a conversation: the link is the caller's.

    `words` take the place of the usual sentence above the link. The document is drawn before anything is locked. What
    was sent stays sent: again, the same message, or the link in another conversation. Raises NotADraft for a version
    that is over or was changed meanwhile, NothingToQuote, NeedsApproval, BadQuote.
    """
    version = versions().get(pk=version_id)
    pdf = drawn(version_id, now) if version.state == QuoteState.DRAFT else None
    with transaction.atomic():
        held_here = locked_conversation(conversation.pk) if conversation else None
        if pdf is not None:
            finish(version_id, pdf, actor=actor, now=now)
        if held_here is None:
            return None
        return _told(version_id, held_here, actor=actor, now=now, words=words)


def drawn(version_id: int, now: datetime) -> tuple[int, bytes]:
    """The revision that was drawn, and its document, dated as it will be sent."""
    give_number(version_id=version_id, now=now)
    version = versions().get(pk=version_id)
    version.sent_at = now
    return version.revision, b"" if clock.is_rehearsal() else render_pdf(version)


def finish(version_id: int, document: tuple[int, bytes], *, actor: Actor, now: datetime) -> None:
    """Somebody else may have sent the very same version meanwhile: then it is as it should be."""
    revision, pdf = document
    stands = locked_version(version_id)
    if (stands.state, stands.revision) != (QuoteState.SENT, revision):
        mark_sent(version_id=version_id, revision=revision, actor=actor, now=now, pdf=pdf)


def _told(version_id: int, conversation: Conversation, *, actor: Actor, now: datetime, words: str) -> Message:
    version = versions().get(pk=version_id)
    if version.state != QuoteState.SENT:
        raise NotADraft(_("This version is no longer open, so its link is not sent."))
    key = _key(version, conversation)
    known = Message.objects.filter(account=conversation.account_id, dedupe_key=key).first()
    if known is not None:
        return known
    author = User.objects.get(pk=actor.user_id) if actor.user_id else None
    automatic = AuthorKind.FLOW if actor == FLOW else AuthorKind.SYSTEM
    with held(conversation):
        if author is not None:
            speak_for(conversation, author)
        message = send_message(
            conversation=conversation,
            text=message_text(version, words=words),
            author_kind=AuthorKind.USER if author else automatic,
            author=author,
            attachments=[file.public_id for file in _files(version, conversation)],
            purpose=Purpose.TRANSACTIONAL,
            now=now,
        )
    Message.objects.filter(pk=message.pk).update(dedupe_key=key)
    message.dedupe_key = key
    return message


def _key(version: QuoteVersion, conversation: Conversation) -> str:
    """One message for a version in a conversation, whoever asks how often."""
    return hashlib.sha256(f"quote:{version.public_id}:{conversation.pk}".encode()).hexdigest()


def message_text(version: QuoteVersion, *, words: str = "") -> str:
    """What the customer reads in the chat, in the language of the quote: a sentence or two, and the link."""
    with translation.override(version.language):
        look = _("Look at it, ask or accept here:")
    return f"{said_of(version, words)}\n\n{look} {quote_url(version)}"


def said_of(version: QuoteVersion, words: str = "") -> str:
    """The seller's `words`, else what, how much and until when."""
    if said := clean_words(words).strip()[:MOST_WORDS]:
        return said
    sheet = sheet_of(version)
    with translation.override(version.language):
        return _("Here is your offer %(number)s: %(title)s, %(total)s. It holds until %(day)s.") % {
            "number": sheet.name,
            "title": sheet.title,
            "total": next(row.amount for row in sheet.rows if row.strong),
            "day": sheet.valid_until,
        }


def file_name(version: QuoteVersion) -> str:
    """ "Quote 2026-0012.pdf" in the language of the quote."""
    with translation.override(version.language):
        label = _("Quote")
    suffix = "" if version.version == 1 else f"-v{version.version}"
    return f"{label} {version.quote.number}{suffix}.pdf"


def _files(version: QuoteVersion, conversation: Conversation) -> list[Attachment]:
    """The document as a file of the message, where the channel carries files; a copy: messages may be tidied away."""
    account = account_by_id(conversation.account_id)
    if not (registry.adapter(account.kind).abilities.media and version.pdf):
        return []
    with version.pdf.open("rb") as stored:
        content = stored.read()
    public_id = uuid7()
    attachment = Attachment(
        public_id=public_id,
        account=account,
        kind="file",
        name=file_name(version),
        mime="application/pdf",
        size=len(content),
    )
    attachment.file.save(f"{public_id}.pdf", ContentFile(content), save=False)
    attachment.save(force_insert=True)
    return [attachment]
