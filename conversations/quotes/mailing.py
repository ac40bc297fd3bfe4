"""A quote by email, for customers without a chat: link and document, from a row that survives a crash."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from email.utils import formataddr
from smtplib import (
    SMTPAuthenticationError,
    SMTPException,
    SMTPRecipientsRefused,
    SMTPResponseException,
    SMTPSenderRefused,
)
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from conversations.quotes.enums import MailFault, MailState
from conversations.quotes.errors import CannotMail
from conversations.quotes.links import desk_url, quote_url
from conversations.quotes.models import QuoteMail
from conversations.quotes.operations import MOST_WORDS, drawn, file_name, finish, message_text, said_of
from conversations.quotes.queries import emails_of, people_of
from conversations.sending.policy import REASONS, Refusal
from core.access.models import User
from core.company.queries import company
from core.due.models import DueRow
from core.due.operations import schedule
from core.events.actor import Actor
from core.notifications.operations import notify
from core.outgoing.mails import can_mail, sender
from core.text import clean_words
from crm.consent.models import Purpose
from crm.consent.queries import may
from crm.contacts.models import Contact
from crm.quotes.enums import QuoteState
from crm.quotes.errors import NotADraft
from crm.quotes.models import QuoteVersion
from crm.quotes.operations.rows import locked_version, record_quote
from crm.quotes.queries import versions
from crm.quotes.sheet import sheet_of

MAIL = "quote.mail"
"""Kind of the due row that sends a mail; its key is the mail's."""
ATTEMPTS = 16
"""About an hour and a half."""
EMAIL = "email"
"""The channel by which consent to mails is kept."""


def mail_quote(
    *, version_id: int, actor: Actor, now: datetime, email: str = "", words: str = ""
) -> QuoteMail:
    """Make the version final and let its link and document leave by email; `email`: the contact's first one without it.

    Again: the same mail; one that failed is tried anew. Raises CannotMail before anything happens, else what `send_quote`
    raises.
    """
    version = versions().get(pk=version_id)
    address = address_of(version.quote.contact, email)
    document = drawn(version_id, now) if version.state == QuoteState.DRAFT else None
    with transaction.atomic():
        if document is not None:
            finish(version_id, document, actor=actor, now=now)
        stands = locked_version(version_id)
        if stands.state != QuoteState.SENT:
            raise NotADraft(_("This version is no longer open, so its link is not sent."))
        mail = QuoteMail.objects.filter(version=stands, email=address).first()
        if mail is not None and mail.state != MailState.FAILED:
            return mail
        mail = mail or QuoteMail(version=stands, email=address)
        mail.words = clean_words(words).strip()[:MOST_WORDS] or mail.words
        mail.state, mail.fault, mail.user_id, mail.asked_at = MailState.WAITING, "", actor.user_id, now
        mail.save()
        schedule(kind=MAIL, key=str(mail.pk), due_at=now, lead_id=stands.quote.lead_id)
        return mail


def address_of(contact: Contact, email: str = "") -> str:
    """Where a mail would go: `email` where it is the contact's, without it the contact's first. Raises CannotMail."""
    known = emails_of(contact)
    if not known:
        raise CannotMail(
            _("This customer has no email address. Add one to the contact, or give them the link.")
        )
    wanted = email.strip().lower() or known[0]
    if wanted not in known:
        sentence = _("%(email)s is not an address of this customer. Add it to the contact first.")
        raise CannotMail(sentence % {"email": wanted})
    if not may(contact, Purpose.TRANSACTIONAL, EMAIL):
        raise CannotMail(str(REASONS[Refusal.NO_CONSENT]))
    if not can_mail():
        raise CannotMail(_("No mail server is set up. Give them the link, or ask an admin to set EMAIL_URL."))
    return wanted


def send(row: DueRow, now: datetime) -> None:
    """The mail of a due row, outside of any transaction. What cannot be mended by waiting is not tried again."""
    mail = QuoteMail.objects.select_related("user").filter(pk=int(row.key), state=MailState.WAITING).first()
    if mail is None:
        return
    version = versions().get(pk=mail.version_id)
    if (fault := _stopped_by(version)) is None:
        try:
            message_of(version, mail).send()
        except (SMTPException, OSError) as error:
            fault, is_lasting = fault_of(error)
            if not is_lasting and row.attempts < ATTEMPTS:
                QuoteMail.objects.filter(pk=mail.pk).update(fault=fault)
                raise
    if fault is None:
        _note_sent(mail, version, now)
    else:
        _fail(mail, version, fault)


def _stopped_by(version: QuoteVersion) -> MailFault | None:
    """What has happened since the mail was asked for."""
    if version.state != QuoteState.SENT:
        return MailFault.OVER
    if not may(version.quote.contact, Purpose.TRANSACTIONAL, EMAIL):
        return MailFault.CONSENT
    return None


@transaction.atomic
def _note_sent(mail: QuoteMail, version: QuoteVersion, now: datetime) -> None:
    """Once, also where two workers had it in hand."""
    waiting = QuoteMail.objects.filter(pk=mail.pk).exclude(state=MailState.SENT)
    if waiting.update(state=MailState.SENT, fault="", sent_at=now):
        record_quote("quote.mailed", version, actor=Actor.of(mail.user))


def fault_of(error: SMTPException | OSError) -> tuple[MailFault, bool]:
    """What it is, and whether trying again is of no use."""
    match error:
        case SMTPAuthenticationError():
            return MailFault.SIGN_IN, False
        case SMTPSenderRefused():
            return MailFault.SENDER, error.smtp_code >= 500
        case SMTPRecipientsRefused():
            codes = [code for code, _words in error.recipients.values()]
            return MailFault.ADDRESS, all(code >= 500 for code in codes)
        case SMTPResponseException():
            return MailFault.REFUSED, error.smtp_code >= 500
    return MailFault.UNREACHED, False


@transaction.atomic
def _fail(mail: QuoteMail, version: QuoteVersion, fault: MailFault) -> None:
    QuoteMail.objects.filter(pk=mail.pk).update(state=MailState.FAILED, fault=fault)
    record_quote("quote.mail_failed", version, actor=Actor.of(mail.user), reason=fault.value)
    quote = version.quote
    notify(
        users=_askers(mail, version),
        kind="quote.mail_failed",
        key=f"{mail.public_id}:{mail.asked_at.isoformat()}",
        params={"contact": str(quote.contact), "number": quote.number or ""},
        url=desk_url(quote),
    )


def _askers(mail: QuoteMail, version: QuoteVersion) -> Sequence[User]:
    return [mail.user] if mail.user and mail.user.is_active else people_of(version.quote)


def message_of(version: QuoteVersion, mail: QuoteMail) -> EmailMultiAlternatives:
    """Text and simple HTML in the language of the quote, with the stored document. Answers go to the owner.

    The same mail has the same Message-ID each time: where a try was cut off, mailboxes show it once.
    """
    sheet, owner = sheet_of(version), version.quote.owner
    house = urlsplit(settings.BASE_URL).hostname or "localhost"
    with translation.override(version.language):
        subject = _("Offer %(number)s of %(company)s: %(title)s") % {
            "number": sheet.name,
            "company": sheet.company,
            "title": sheet.title,
        }
        context = {
            "sheet": sheet,
            "paragraphs": said_of(version, mail.words).split("\n"),
            "url": quote_url(version),
            "color": company().color,
        }
        html = render_to_string("quotes/mail.html", context)
    message = EmailMultiAlternatives(
        subject=" ".join(subject.split()),
        body=message_text(version, words=mail.words),
        from_email=sender(),
        to=[formataddr((version.quote.contact.name, mail.email))],
        reply_to=[formataddr((owner.name, owner.email))] if owner and owner.is_active else None,
        headers={"Message-ID": f"<quote-{mail.public_id}@{house}>"},
    )
    message.attach_alternative(html, "text/html")
    with version.pdf.open("rb") as stored:
        message.attach(file_name(version), stored.read(), "application/pdf")
    return message
