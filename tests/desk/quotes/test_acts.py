"""What is done with a quote as a whole."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from conversations.threads.models import Message
from core.access.models import User
from core.events.actor import Actor
from crm.pipeline.models import Lead
from crm.quotes.models import Quote, QuoteVersion
from crm.quotes.operations import start_quote
from tests.desk.reading import words
from tests.factories.conversations import make_conversation
from tests.factories.quotes import NOW, PDF, make_draft, make_sent


def act(client: Client, deed: str, version: QuoteVersion, **posted: str) -> QuoteVersion:
    client.post(reverse(f"desk:quote_{deed}", args=[version.quote.public_id]), posted)
    version.refresh_from_db()
    return version


def test_a_yes_and_a_no_are_noted_by_hand_also_after_the_date(
    client: Client, manager: User, lead: Lead
) -> None:
    late = make_sent(lead, manager, now=NOW - timedelta(days=40))
    assert act(client, "answer", late, said="yes", name="Anahit").state == "accepted"
    assert late.acceptance.user == manager

    other = make_sent(lead, manager, now=NOW)
    url = reverse("desk:quote_answer", args=[other.quote.public_id])
    refused = client.post(url, {"said": "no"})
    assert refused.status_code == 422
    assert words(refused.content, "alert") == ["Choose a reason, so that we learn from it."]
    assert act(client, "answer", other, said="no", reason="price", words="Too much").state == "declined"
    page = client.get(reverse("desk:quote", args=[other.quote.public_id])).content.decode()
    assert "Too expensive: Too much" in page


def test_next_version_renewal_and_copy(client: Client, manager: User, lead: Lead) -> None:
    first = make_sent(lead, manager, now=NOW - timedelta(days=40))
    page = client.get(reverse("desk:quote", args=[first.quote.public_id])).content.decode()
    assert "Renew" in page

    act(client, "renew", first)
    second = QuoteVersion.objects.get(version=2)
    assert second.state == "draft"
    assert second.valid_until is not None
    assert second.valid_until > NOW.date()
    act(client, "next", first)
    assert QuoteVersion.objects.count() == 2
    act(client, "copy", first)
    assert Quote.objects.count() == 2


def test_withdraw_takes_back_and_discard_leaves_what_was_sent(
    client: Client, manager: User, lead: Lead
) -> None:
    first = make_sent(lead, manager, now=NOW)
    act(client, "next", first)
    act(client, "discard", first)
    assert QuoteVersion.objects.get() == first
    assert act(client, "withdraw", first).state == "withdrawn"

    response = client.post(reverse("desk:quote_discard", args=[first.quote.public_id]))
    assert response.status_code == 409
    assert "What was sent stays" in json.loads(response["HX-Trigger"])["toast"]["text"]


def test_a_draft_that_was_never_sent_goes_whole(client: Client, manager: User, lead: Lead) -> None:
    draft = make_draft(lead, manager, now=NOW)
    response = client.post(
        reverse("desk:quote_discard", args=[draft.quote.public_id]), headers={"HX-Request": "true"}
    )
    assert response["HX-Redirect"] == reverse("desk:quotes")
    assert not Quote.objects.exists()


def test_the_pdf_is_the_one_that_was_sent(client: Client, manager: User, lead: Lead) -> None:
    version = make_sent(lead, manager, now=NOW)
    url = reverse("desk:quote_pdf", args=[version.quote.public_id])
    assert b"".join(client.get(url)) == PDF

    draft = make_draft(lead, manager, now=NOW)
    answer = client.get(reverse("desk:quote_pdf", args=[draft.quote.public_id]))
    assert answer.content.startswith(b"%PDF-")
    assert answer["Content-Type"] == "application/pdf"


def test_an_older_version_is_shown_as_it_was(client: Client, manager: User, lead: Lead) -> None:
    first = make_sent(lead, manager, now=NOW)
    act(client, "next", first)
    url = reverse("desk:quote", args=[first.quote.public_id])

    page = client.get(url, {"version": "1"}).content
    assert "Kitchen" in words(page, "paper-table")[0]
    assert words(page, "paper-sum") == ["Net 200 Tax 20 % on 200 40 Total 240 USD"]
    assert client.get(url, {"version": "7"}).status_code == 404


@pytest.mark.parametrize("place", ["lead", "chat"])
def test_quotes_stand_beside_the_lead_and_the_chat(
    client: Client, manager: User, lead: Lead, place: str
) -> None:
    version = make_sent(lead, manager, now=NOW)
    url = reverse("desk:lead_about", args=[lead.public_id])
    if place == "chat":
        conversation = make_conversation(name="Anahit")
        conversation.contact, conversation.lead = lead.contact, lead
        conversation.save()
        url = reverse("desk:conversation_about", args=[conversation.public_id])

    page = client.get(url).content.decode()

    assert str(version.quote.number) in page
    assert "15 days left" in page
    assert f'name="lead" value="{lead.public_id}"' in page


def test_sending_makes_it_final_and_writes_into_the_chat(client: Client, manager: User, lead: Lead) -> None:
    draft = make_draft(lead, manager, now=NOW)
    conversation = make_conversation(name="Anahit")
    conversation.contact, conversation.lead = lead.contact, lead
    conversation.save()
    url = reverse("desk:quote_send", args=[draft.quote.public_id])
    assert "Into their chat" in client.get(url).content.decode()

    response = client.post(url, {"words": "Here you are"}, headers={"HX-Request": "true"})

    assert response["HX-Redirect"] == reverse("desk:quote", args=[draft.quote.public_id])
    draft.refresh_from_db()
    assert draft.state == "sent"
    text = Message.objects.get(conversation=conversation, direction="out").text
    assert text.startswith("Here you are")
    assert draft.token in text
    assert draft.token in client.get(response["HX-Redirect"]).content.decode()


def test_without_a_chat_it_becomes_final_and_an_empty_one_is_refused(
    client: Client, manager: User, lead: Lead
) -> None:
    draft = make_draft(lead, manager, now=NOW)
    assert (
        "This customer has no email address"
        in client.get(reverse("desk:quote_send", args=[draft.quote.public_id])).content.decode()
    )
    assert act(client, "send", draft).state == "sent"

    empty = start_quote(contact=lead.contact, actor=Actor.of(manager), now=NOW)
    refused = client.post(reverse("desk:quote_send", args=[empty.quote.public_id]))
    assert refused.status_code == 422
    assert words(refused.content, "alert") == ["Add at least one line before you send the quote."]
