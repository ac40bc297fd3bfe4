from __future__ import annotations

from typing import Any

import pytest
from django.core import mail
from django.utils import timezone

from conversations.quotes.models import QuoteMail
from conversations.threads.models import Conversation, Message
from crm.pipeline.models import Lead
from crm.quotes.models import QuoteVersion
from tests.api.program import Program, make_program
from tests.factories.conversations import make_conversation, make_user
from tests.factories.crm import LeadFactory, PhoneFactory
from tests.factories.quotes import make_draft
from tests.support import work_off


@pytest.fixture(autouse=True)
def _files(tmp_path: Any, settings: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def lead(company: None) -> Lead:
    return LeadFactory(title="Kitchen", currency="USD", owner=make_user("Anna"))


@pytest.fixture
def draft(lead: Lead) -> QuoteVersion:
    assert lead.owner is not None
    return make_draft(lead, lead.owner, now=timezone.now(), language="en")


def chat_with(lead: Lead) -> Conversation:
    conversation = make_conversation(name="Aram")
    Conversation.objects.filter(pk=conversation.pk).update(contact=lead.contact, lead=lead)
    return Conversation.objects.get(pk=conversation.pk)


def url(draft: QuoteVersion) -> str:
    return f"quotes/{draft.quote.public_id}/send/"


def test_into_the_chat_once(program: Program, draft: QuoteVersion, lead: Lead) -> None:
    chat = chat_with(lead)
    sent = program.post(url(draft), {"words": "As promised."}, expect=200, Idempotency_Key="1")
    draft.refresh_from_db()
    message = Message.objects.get()

    assert (sent["by"], sent["state"], sent["number"], sent["mail"]) == (
        "chat",
        "sent",
        draft.quote.number or sent["number"],
        None,
    )
    assert sent["link"].endswith(f"/q/{draft.token}/")
    assert sent["message"] == {
        "id": str(message.public_id),
        "conversation": str(chat.public_id),
        "status": "queued",
        "error": None,
    }
    assert message.text.startswith("As promised.")
    assert program.post(url(draft), {"words": "As promised."}, expect=200, Idempotency_Key="1") == sent
    again = program.post(url(draft), {"conversation": str(chat.public_id)}, expect=200)
    assert (again["message"]["id"], Message.objects.count()) == (str(message.public_id), 1)


def test_without_a_chat_by_email_and_without_both_as_a_link(
    program: Program, draft: QuoteVersion, lead: Lead
) -> None:
    PhoneFactory(contact=lead.contact, kind="email", value="anahit@example.com")
    sent = program.post(url(draft), expect=200)
    assert (sent["by"], sent["message"], sent["mail"]["email"], sent["mail"]["status"]) == (
        "email",
        None,
        "anahit@example.com",
        "waiting",
    )
    work_off()
    assert [each.to for each in mail.outbox] == [[f"{lead.contact.name} <anahit@example.com>"]]
    assert program.post(url(draft), {"by": "email"}, expect=200)["mail"]["status"] == "sent"

    lead.contact.points.all().delete()
    assert lead.owner is not None
    other = make_draft(lead, lead.owner, now=timezone.now())
    link = program.post(url(other), expect=200)
    assert (link["by"], link["message"], link["mail"], link["state"]) == ("link", None, None, "sent")


def test_what_cannot_be_is_told_at_its_place(program: Program, draft: QuoteVersion, lead: Lead) -> None:
    def path(**body: object) -> str:
        return str(program.post(url(draft), body, expect=400)["errors"][0]["path"])

    strange = make_conversation(name="Somebody else")
    assert path(conversation=str(strange.public_id)) == "/conversation"
    assert path(by="chat") == "/by"
    assert path(by="email", conversation=str(strange.public_id)) == "/conversation"
    assert path(by="link", email="a@example.com") == "/email"
    refused = program.post(url(draft), {"by": "email"}, expect=422)
    assert (refused["code"], refused["detail"]) == (
        "refused",
        "This customer has no email address. Add one to the contact, or give them the link.",
    )
    draft.refresh_from_db()
    assert (draft.state, QuoteMail.objects.count(), Message.objects.count()) == ("draft", 0, 0)
    stale = program.post(url(draft), {}, expect=412, If_Match='"0"')
    assert stale["code"] == "stale"


def test_a_key_of_a_person_sends_what_the_person_sees(draft: QuoteVersion, lead: Lead) -> None:
    assert lead.owner is not None
    make_program(person=make_user("Other")).post(url(draft), expect=404)
    make_program(["leads:write"], person=lead.owner).post(url(draft), expect=403)
    assert make_program(person=lead.owner).post(url(draft), expect=200)["state"] == "sent"
