"""A quote goes to the customer: once, with its link and its document."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import timedelta

import pytest

from conversations.outbox.models import OutboxItem
from conversations.quotes import operations
from conversations.quotes.links import quote_url
from conversations.quotes.operations import send_quote
from conversations.quotes.queries import conversation_of, people_of
from conversations.threads.models import Conversation, Message
from core.access.models import User
from core.events.actor import FLOW, Actor
from core.events.models import Event
from crm.pipeline.models import Lead
from crm.quotes.errors import NotADraft, NothingToQuote
from crm.quotes.models import QuoteVersion
from crm.quotes.operations import save_draft, withdraw
from tests.conversations.stand_in import StandIn
from tests.factories.conversations import make_conversation
from tests.factories.core import UserFactory
from tests.factories.quotes import NOW, make_draft

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(lead: Lead, anna: User) -> QuoteVersion:
    return make_draft(lead, anna, now=NOW, language="en")


def events(name: str) -> int:
    return Event.objects.filter(name=name).count()


def test_the_message_carries_words_link_and_document(
    draft: QuoteVersion, chat: Conversation, anna: User
) -> None:
    message = send_quote(version_id=draft.pk, actor=Actor.of(anna), now=NOW, conversation=chat)

    draft.refresh_from_db()
    assert message is not None
    assert message.text == (
        "Here is your offer 2026-0001: Kitchen, 240\u00a0USD. It holds until 19 March 2026.\n\n"
        f"Look at it, ask or accept here: {quote_url(draft)}"
    )
    assert quote_url(draft).endswith(f"/q/{draft.token}/")
    assert (message.author, message.author_kind, message.status) == (anna, "user", "queued")
    assert draft.state == "sent"
    file = message.attachments.get()
    content = file.file.read()
    assert (file.name, file.mime, content[:5]) == ("Quote 2026-0001.pdf", "application/pdf", b"%PDF-")
    assert hashlib.sha256(content).hexdigest() == draft.pdf_sha256
    assert draft.pdf.read() == content
    assert OutboxItem.objects.get().purpose == "transactional"
    chat.refresh_from_db()
    assert (chat.handler, chat.assignee, chat.status) == ("person", anna, "waiting_customer")


def test_it_is_sent_at_any_instant(draft: QuoteVersion, anna: User) -> None:
    instant = NOW.replace(microsecond=471850)
    send_quote(version_id=draft.pk, actor=Actor.of(anna), now=instant)
    draft.refresh_from_db()
    assert (draft.state, draft.sent_at) == ("sent", instant)


def test_sent_again_it_is_the_same_message(draft: QuoteVersion, chat: Conversation, anna: User) -> None:
    first = send_quote(version_id=draft.pk, actor=Actor.of(anna), now=NOW, conversation=chat)
    again = send_quote(version_id=draft.pk, actor=Actor.of(anna), now=NOW, conversation=chat)

    assert again == first
    assert (Message.objects.count(), events("quote.sent")) == (1, 1)


def test_what_breaks_in_between_leaves_a_draft(
    draft: QuoteVersion, chat: Conversation, anna: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The number may be given already; nothing else has happened, and the next try does all of it."""

    def lost(*given: object) -> None:
        raise ConnectionError

    with monkeypatch.context() as broken:
        broken.setattr(operations, "_files", lost)
        with pytest.raises(ConnectionError):
            send_quote(version_id=draft.pk, actor=Actor.of(anna), now=NOW, conversation=chat)
    draft.refresh_from_db()
    assert (draft.state, Message.objects.count(), events("quote.sent")) == ("draft", 0, 0)

    send_quote(version_id=draft.pk, actor=Actor.of(anna), now=NOW, conversation=chat)
    draft.refresh_from_db()
    assert (draft.quote.number, draft.state, Message.objects.count()) == ("2026-0001", "sent", 1)


def test_without_a_conversation_it_is_sent_and_the_link_is_the_callers(
    draft: QuoteVersion, chat: Conversation, anna: User
) -> None:
    assert send_quote(version_id=draft.pk, actor=Actor.of(anna), now=NOW) is None
    draft.refresh_from_db()
    assert (draft.state, Message.objects.count()) == ("sent", 0)

    later = send_quote(version_id=draft.pk, actor=FLOW, now=NOW, conversation=chat, words="As promised.")
    assert later is not None
    assert later.text.startswith("As promised.\n\nLook at it")
    assert (later.author_kind, events("quote.sent")) == ("flow", 1)


def test_a_channel_without_files_gets_the_link_alone(
    draft: QuoteVersion, anna: User, api_account: object, channel: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        channel, "abilities", replace(channel.abilities, media=False, text_limit=4000), raising=False
    )
    conversation = make_conversation(api_account)  # type: ignore[arg-type]
    message = send_quote(version_id=draft.pk, actor=FLOW, now=NOW, conversation=conversation)
    assert message is not None
    assert (message.status, message.attachments.count()) == ("queued", 0)
    assert quote_url(draft) in message.text


@pytest.mark.parametrize(
    ("language", "begins", "label"),
    [
        ("ru", "Ваше предложение 2026-0001: Kitchen, 240\u00a0USD.", "Предложение 2026-0001.pdf"),
        ("hy", "Ձեր առաջարկը՝ 2026-0001. Kitchen, 240\u00a0USD։", "Առաջարկ 2026-0001.pdf"),
        ("az", "Təklifiniz 2026-0001: Kitchen, 240\u00a0USD.", "Təklif 2026-0001.pdf"),
    ],
)
def test_the_words_are_in_the_language_of_the_quote(
    lead: Lead, chat: Conversation, anna: User, language: str, begins: str, label: str
) -> None:
    draft = make_draft(lead, anna, now=NOW, language=language)
    message = send_quote(version_id=draft.pk, actor=Actor.of(anna), now=NOW, conversation=chat)
    assert message is not None
    assert message.text.startswith(begins)
    assert message.attachments.get().name == label


def test_what_is_over_or_empty_is_not_sent(
    draft: QuoteVersion, chat: Conversation, anna: User, lead: Lead
) -> None:
    send_quote(version_id=draft.pk, actor=Actor.of(anna), now=NOW)
    withdraw(version_id=draft.pk, actor=Actor.of(anna), now=NOW)
    with pytest.raises(NotADraft):
        send_quote(version_id=draft.pk, actor=Actor.of(anna), now=NOW, conversation=chat)

    empty = make_draft(lead, anna, now=NOW)
    save_draft(version_id=empty.pk, revision=empty.revision, actor=Actor.of(anna), now=NOW, lines=[])
    with pytest.raises(NothingToQuote):
        send_quote(version_id=empty.pk, actor=Actor.of(anna), now=NOW, conversation=chat)
    assert Message.objects.count() == 0


def test_the_conversation_of_a_quote(draft: QuoteVersion, chat: Conversation, lead: Lead) -> None:
    newer = Conversation.objects.create(
        account=chat.account,
        identity=chat.identity,
        contact=chat.contact,
        thread_id="2",
        last_message_at=chat.last_message_at + timedelta(hours=1) if chat.last_message_at else None,
    )
    quote = draft.quote
    assert conversation_of(quote) == chat
    Conversation.objects.filter(pk=chat.pk).update(status="solved")
    assert conversation_of(quote) == newer
    Conversation.objects.update(status="spam")
    assert conversation_of(quote) is None


def test_who_hears_of_the_customer(draft: QuoteVersion, anna: User) -> None:
    assert people_of(draft.quote) == [anna]
    boss = UserFactory(role="manager")
    anna.is_active = False
    anna.save()
    quote = type(draft.quote).objects.get(pk=draft.quote_id)
    assert people_of(quote) == [boss]
