"""A quote by email from its sheet: offered, followed at its side and in the timeline, tried again by hand."""

from __future__ import annotations

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from conversations.quotes.models import QuoteMail
from core.access.models import User
from crm.pipeline.models import Lead
from crm.quotes.models import QuoteVersion
from tests.desk.conftest import Counting
from tests.factories.crm import PhoneFactory
from tests.factories.quotes import NOW, make_draft
from tests.support import work_off

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(lead: Lead, manager: User) -> QuoteVersion:
    PhoneFactory(contact=lead.contact, kind="email", value="anahit@example.com")
    return make_draft(lead, manager, now=NOW)


def url(name: str, version: QuoteVersion) -> str:
    return reverse(f"desk:{name}", args=[version.quote.public_id])


def test_where_there_is_no_chat_the_email_is_chosen_already(client: Client, draft: QuoteVersion) -> None:
    page = client.get(url("quote_send", draft)).content.decode()
    assert 'value="email:anahit@example.com" checked' in page
    assert "Into their chat" not in page

    client.post(url("quote_send", draft), {"by": "email:anahit@example.com", "words": "Hello"})
    assert "anahit@example.com: On its way" in client.get(url("quote", draft)).content.decode()
    work_off()
    assert [(each.to, str(each.body)[:5]) for each in mail.outbox] == [
        (["Anahit <anahit@example.com>"], "Hello")
    ]
    assert "anahit@example.com: Sent" in client.get(url("quote", draft)).content.decode()
    again = client.get(url("quote_send", draft)).content.decode()
    assert "It was mailed to every address of the customer already." in again


def test_a_mail_that_failed_says_why_and_goes_again_with_a_tap(client: Client, draft: QuoteVersion) -> None:
    client.post(url("quote_send", draft), {"by": "email:anahit@example.com"})
    QuoteMail.objects.update(state="failed", fault="address")
    page = client.get(url("quote", draft)).content.decode()
    assert "The mail server does not know this address. Correct it on the contact." in page

    client.post(url("quote_send", draft), {"by": "email:anahit@example.com"})
    work_off()
    assert (QuoteMail.objects.get().state, len(mail.outbox)) == ("sent", 1)


def test_an_address_of_somebody_else_is_refused_and_nothing_typed_is_lost(
    client: Client, draft: QuoteVersion
) -> None:
    refused = client.post(url("quote_send", draft), {"by": "email:else@example.com", "words": "Dear Anahit"})
    page = refused.content.decode()
    assert refused.status_code == 422
    assert "else@example.com is not an address of this customer." in page
    assert "Dear Anahit" in page
    draft.refresh_from_db()
    assert draft.state == "draft"


def test_it_stands_in_the_timeline_of_the_lead(client: Client, draft: QuoteVersion, lead: Lead) -> None:
    client.post(url("quote_send", draft), {"by": "email:anahit@example.com"})
    work_off()
    page = client.get(reverse("desk:lead_timeline", args=[lead.public_id]), {"kind": "quote"})
    told = page.content.decode()
    assert "sent the quote 2026-0001" in told
    assert "The quote 2026-0001 left by email" in told


def test_the_sheet_and_its_dialog_keep_their_budget(
    client: Client, draft: QuoteVersion, statements: Counting
) -> None:
    client.post(url("quote_send", draft), {"by": "email:anahit@example.com"})
    for name in ("quote", "quote_send"):
        with statements() as counted:
            client.get(url(name, draft))
        assert len(counted) <= 12
