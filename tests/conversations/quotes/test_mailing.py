"""A quote by email: once, in the customer's language, with its document, and tried again while the server is away."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from smtplib import SMTPRecipientsRefused, SMTPServerDisconnected
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend

from conversations.quotes.errors import CannotMail
from conversations.quotes.links import quote_url
from conversations.quotes.mailing import ATTEMPTS, mail_quote
from conversations.quotes.models import QuoteMail
from core.access.models import User
from core.due.models import DueRow
from core.due.operations import Runner
from core.events.actor import SYSTEM, Actor
from core.events.models import Event
from core.notifications.models import Notification
from crm.consent.models import ConsentRecord
from crm.pipeline.models import Lead
from crm.quotes.errors import NotADraft, NothingToQuote
from crm.quotes.models import QuoteVersion
from crm.quotes.operations import save_draft, withdraw
from tests.factories.core import CompanyFactory, UserFactory
from tests.factories.crm import ContactFactory, LeadFactory, PhoneFactory
from tests.factories.quotes import NOW, make_draft

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna(db: None) -> User:
    CompanyFactory(name="Aregak Interiors", phone="+374 10 123456")
    return UserFactory(name="Anna", email="anna@aregak.example")


@pytest.fixture
def lead(anna: User) -> Lead:
    contact = ContactFactory(name="Anahit", language="en")
    PhoneFactory(contact=contact, kind="email", value="anahit@example.com")
    PhoneFactory(contact=contact, kind="email", value="office@example.com")
    return LeadFactory(contact=contact, owner=anna, title="Kitchen", currency="USD")


@pytest.fixture
def draft(lead: Lead, anna: User) -> QuoteVersion:
    return make_draft(lead, anna, now=NOW)


def work(now: datetime) -> None:
    runner = Runner()
    while runner.work_next(now=now):
        pass


def names() -> list[str]:
    rows = Event.objects.filter(name__startswith="quote.").exclude(name="quote.drafted")
    return list(rows.order_by("id").values_list("name", flat=True))


def refusing(error: Exception) -> Callable[[EmailBackend, object], int]:
    def refuse(self: EmailBackend, messages: object) -> int:
        raise error

    return refuse


def test_the_mail_carries_words_link_and_document(draft: QuoteVersion, anna: User) -> None:
    mail_quote(version_id=draft.pk, actor=Actor.of(anna), now=NOW)
    assert mail.outbox == []  # only the row, in the transaction that made the quote final
    work(NOW)

    draft.refresh_from_db()
    [sent] = mail.outbox
    assert (sent.subject, sent.to) == (
        "Offer 2026-0001 of Aregak Interiors: Kitchen",
        ["Anahit <anahit@example.com>"],
    )
    assert (sent.from_email, sent.reply_to) == (
        "Aregak Interiors <parley@localhost>",
        ["Anna <anna@aregak.example>"],
    )
    assert sent.body == (
        "Here is your offer 2026-0001: Kitchen, 240\u00a0USD. It holds until 19 March 2026.\n\n"
        f"Look at it, ask or accept here: {quote_url(draft)}"
    )
    [(html, mime)] = sent.alternatives
    assert mime == "text/html"
    assert f'<a href="{quote_url(draft)}">' in html
    [(name, content, kind)] = sent.attachments
    assert (name, kind) == ("Quote 2026-0001.pdf", "application/pdf")
    assert hashlib.sha256(content).hexdigest() == draft.pdf_sha256
    kept = QuoteMail.objects.get()
    assert (kept.state, kept.sent_at, kept.email) == ("sent", NOW, "anahit@example.com")
    assert names() == ["quote.sent", "quote.mailed"]
    event = Event.objects.get(name="quote.mailed")
    assert (event.actor_id, event.lead_id) == (anna.pk, draft.quote.lead_id)


def test_asked_for_again_it_is_the_same_mail(draft: QuoteVersion, anna: User) -> None:
    first = mail_quote(version_id=draft.pk, actor=Actor.of(anna), now=NOW, words="As promised.")
    work(NOW)
    again = mail_quote(version_id=draft.pk, actor=Actor.of(anna), now=NOW)
    work(NOW)
    assert (again.pk, len(mail.outbox)) == (first.pk, 1)
    assert str(mail.outbox[0].body).startswith("As promised.\n\nLook at it")

    mail_quote(version_id=draft.pk, actor=SYSTEM, now=NOW, email="Office@example.com ")
    work(NOW)
    assert [sent.to for sent in mail.outbox][1:] == [["Anahit <office@example.com>"]]


@pytest.mark.parametrize(
    ("language", "subject", "button"),
    [
        ("ru", "Предложение 2026-0001 от Aregak Interiors: Kitchen", "Посмотреть, спросить или принять"),
        ("hy", "Առաջարկ 2026-0001՝ Aregak Interiors-ից. Kitchen", "Նայել, հարցնել կամ ընդունել"),
        ("az", "Aregak Interiors, təklif 2026-0001: Kitchen", "Bax, soruş və ya qəbul et"),
    ],
)
def test_the_mail_is_in_the_language_of_the_quote(
    lead: Lead, anna: User, language: str, subject: str, button: str
) -> None:
    draft = make_draft(lead, anna, now=NOW, language=language)
    mail_quote(version_id=draft.pk, actor=Actor.of(anna), now=NOW)
    work(NOW)
    [sent] = mail.outbox
    [(html, _mime)] = sent.alternatives
    assert (sent.subject, button in html, f'lang="{language}"' in html) == (subject, True, True)


def test_a_server_that_is_away_is_asked_again_with_the_same_message_id(
    draft: QuoteVersion, anna: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = mail_quote(version_id=draft.pk, actor=Actor.of(anna), now=NOW)
    with monkeypatch.context() as broken:
        broken.setattr(EmailBackend, "send_messages", refusing(SMTPServerDisconnected("gone")))
        work(NOW)
    kept.refresh_from_db()
    assert (kept.state, kept.fault, DueRow.objects.get(kind="quote.mail").attempts) == (
        "waiting",
        "unreached",
        1,
    )
    work(NOW + timedelta(minutes=1))
    kept.refresh_from_db()
    assert (kept.state, kept.fault, len(mail.outbox)) == ("sent", "", 1)
    assert mail.outbox[0].extra_headers["Message-ID"].startswith(f"<quote-{kept.public_id}@")


def test_in_the_end_it_is_given_up_and_its_sender_is_told(
    draft: QuoteVersion, anna: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = mail_quote(version_id=draft.pk, actor=Actor.of(anna), now=NOW)
    with monkeypatch.context() as broken:
        broken.setattr(EmailBackend, "send_messages", refusing(OSError("no route")))
        for hour in range(ATTEMPTS + 2):
            work(NOW + timedelta(hours=hour))
    kept.refresh_from_db()
    assert (kept.state, kept.get_fault_display()) == ("failed", "The mail server could not be reached.")
    told = Notification.objects.get(kind="quote.mail_failed")
    assert (told.user, told.url) == (anna, f"/quotes/{draft.quote.public_id}/")
    assert names()[-1] == "quote.mail_failed"

    mail_quote(version_id=draft.pk, actor=Actor.of(anna), now=NOW)
    work(NOW)
    kept.refresh_from_db()
    assert (kept.state, len(mail.outbox)) == ("sent", 1)


def test_an_address_that_is_none_is_not_tried_again(
    draft: QuoteVersion, anna: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = mail_quote(version_id=draft.pk, actor=Actor.of(anna), now=NOW)
    refused = SMTPRecipientsRefused({"anahit@example.com": (550, b"unknown")})
    with monkeypatch.context() as broken:
        broken.setattr(EmailBackend, "send_messages", refusing(refused))
        work(NOW)
    kept.refresh_from_db()
    assert (kept.state, kept.fault) == ("failed", "address")
    assert DueRow.objects.get(kind="quote.mail").status == "done"


def test_what_was_withdrawn_meanwhile_does_not_leave(draft: QuoteVersion, anna: User) -> None:
    kept = mail_quote(version_id=draft.pk, actor=Actor.of(anna), now=NOW)
    withdraw(version_id=draft.pk, actor=Actor.of(anna), now=NOW)
    work(NOW)
    kept.refresh_from_db()
    assert (kept.state, kept.fault, mail.outbox) == ("failed", "over", [])
    with pytest.raises(NotADraft):
        mail_quote(version_id=draft.pk, actor=Actor.of(anna), now=NOW)


def test_what_cannot_be_mailed_says_why_and_changes_nothing(
    draft: QuoteVersion, anna: User, lead: Lead, settings: Any
) -> None:
    def refusal(**given: Any) -> str:
        with pytest.raises(CannotMail) as refused:
            mail_quote(**{"version_id": draft.pk, "actor": Actor.of(anna), "now": NOW, **given})
        draft.refresh_from_db()
        assert (draft.state, QuoteMail.objects.count(), names()) == ("draft", 0, [])
        return str(refused.value)

    assert refusal(email="else@example.com") == (
        "else@example.com is not an address of this customer. Add it to the contact first."
    )
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    assert refusal() == "No mail server is set up. Give them the link, or ask an admin to set EMAIL_URL."
    ConsentRecord.objects.create(
        contact=lead.contact, purpose="transactional", channel="email", granted=False
    )
    assert refusal() == "The customer asked not to be written to."
    lead.contact.points.all().delete()
    assert refusal() == ("This customer has no email address. Add one to the contact, or give them the link.")


def test_an_empty_quote_is_not_mailed(draft: QuoteVersion, anna: User) -> None:
    save_draft(version_id=draft.pk, revision=0, actor=Actor.of(anna), now=NOW, lines=[])
    with pytest.raises(NothingToQuote):
        mail_quote(version_id=draft.pk, actor=Actor.of(anna), now=NOW)
    assert QuoteMail.objects.count() == 0
