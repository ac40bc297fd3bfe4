"""What comes next for a sent quote: seen, called off, done at once; renewed and sent with one click."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from automation.quotes.coming import keys_of
from automation.quotes.models import QuoteFollowUps
from conversations.accounts.models import ChannelAccount, ChannelIdentity
from conversations.threads.models import Conversation, Message
from core.access.models import Role, User
from core.due.models import DueRow
from core.events.models import Event
from core.notifications.models import Notification
from crm.catalogue.models import Product
from crm.consent.operations import withdraw
from crm.pipeline.models import Lead
from crm.quotes.models import QuoteVersion
from crm.quotes.operations import accept
from tests.desk.reading import words
from tests.factories.conversations import make_conversation, make_user
from tests.factories.quotes import NOW, ProductFactory, line, make_draft, make_sent


@pytest.fixture(autouse=True)
def _files(tmp_path: Path, settings: pytest.FixtureRequest) -> None:
    settings.MEDIA_ROOT = tmp_path  # type: ignore[attr-defined]


@pytest.fixture
def chat(lead: Lead) -> Conversation:
    """Anahit's web chat, of the lead."""
    conversation = make_conversation(name="Anahit")
    ChannelIdentity.objects.update(contact=lead.contact)
    conversation.contact, conversation.lead = lead.contact, lead
    conversation.save(update_fields=["contact", "lead"])
    return conversation


def card(client: Client, version: QuoteVersion) -> bytes:
    return client.get(reverse("desk:quote_coming", args=[version.quote.public_id])).content


def post(client: Client, what: str, version: QuoteVersion, **posted: str) -> tuple[int, str]:
    answer = client.post(reverse(f"desk:quote_{what}", args=[version.quote.public_id]), posted)
    told = json.loads(answer.headers.get("HX-Trigger", "{}")).get("toast", {}).get("text", "")
    return answer.status_code, told


def pending(version: QuoteVersion) -> list[str]:
    rows = DueRow.objects.filter(key__in=keys_of(version.pk), status="pending")
    return sorted(row.key.partition(":")[2] for row in rows)


def test_what_comes_next_says_when_and_why(client: Client, manager: User, lead: Lead) -> None:
    sent = make_sent(lead, manager, now=NOW)
    page = client.get(reverse("desk:quote", args=[sent.quote.public_id])).content.decode()
    assert reverse("desk:quote_coming", args=[sent.quote.public_id]) in page
    rows = words(card(client, sent), "list-group-item")
    assert rows[0].startswith("Ask whether the offer suits")
    assert "Because there is no answer yet. Now Call off" in rows[0]
    assert rows[1].startswith("Say that the offer ends soon")
    withdraw(contact=lead.contact, source="test", text="stop")
    assert words(card(client, sent), "list-group-item") == ["Nothing happens by itself."]


def test_a_draft_has_nothing_coming(client: Client, manager: User, lead: Lead) -> None:
    draft = make_draft(lead, manager, now=NOW)
    assert words(card(client, draft), "list-group-item") == ["Nothing happens by itself."]
    assert post(client, "coming_now", draft, step="first") == (200, "")


def test_called_off_is_not_done(client: Client, manager: User, lead: Lead) -> None:
    sent = make_sent(lead, manager, now=NOW)
    assert post(client, "coming_cancel", sent, step="first") == (200, "Called off.")
    assert pending(sent) == ["last_days"]
    event = Event.objects.get(name="quote.follow_up_cancelled")
    assert (event.payload["step"], event.actor_id) == ("first", manager.pk)
    assert post(client, "coming_cancel", sent, step="first")[0] == 200
    assert Event.objects.filter(name="quote.follow_up_cancelled").count() == 1


def test_a_step_that_is_none_is_refused(client: Client, manager: User, lead: Lead) -> None:
    sent = make_sent(lead, manager, now=NOW)
    assert post(client, "coming_now", sent, step="never")[0] == 400
    assert post(client, "coming_cancel", sent)[0] == 400


def test_done_at_once_it_is_not_done_again(
    client: Client, manager: User, lead: Lead, chat: Conversation
) -> None:
    sent = make_sent(lead, manager, now=NOW)
    with time_machine.travel(NOW.replace(hour=23), tick=False):
        assert post(client, "coming_now", sent, step="first") == (200, "Done.")
    message = Message.objects.latest("pk")
    assert message.text.startswith("Have you had a look at our offer 2026-0001 (Kitchen)")
    assert [each["label"] for each in message.quick_replies] == ["Yes", "I have a question", "No"]
    assert pending(sent) == ["again", "last_days"]


def test_without_a_chat_it_becomes_the_sellers_next_step(client: Client, manager: User, lead: Lead) -> None:
    sent = make_sent(lead, manager, now=NOW)
    post(client, "coming_now", sent, step="first")
    lead.refresh_from_db()
    assert lead.next_step == "Ask what they think of the offer 2026-0001"
    accept(version_id=sent.pk, name="Anahit", now=NOW)
    assert post(client, "coming_now", sent, step="again") == (200, "")


def test_a_channel_that_is_off_makes_it_the_sellers_next_step(
    client: Client, manager: User, lead: Lead, chat: Conversation
) -> None:
    sent = make_sent(lead, manager, now=NOW)
    ChannelAccount.objects.update(active=False)
    post(client, "coming_now", sent, step="last_days")
    lead.refresh_from_db()
    assert lead.next_step == "The offer 2026-0001 ends soon: tell the customer"
    told = Notification.objects.get(kind="quote.needs_you")
    assert (told.user, told.params["number"]) == (manager, "2026-0001")
    assert told.params["why"].startswith("This channel is switched off.")
    assert not Message.objects.exists()


def test_quiet_hours_move_the_time_that_is_shown(client: Client, manager: User, lead: Lead) -> None:
    late = NOW.replace(hour=15)
    with time_machine.travel(late, tick=False):
        sent = make_sent(lead, manager, now=late)
        assert "tomorrow at 09:00" in words(card(client, sent), "list-group-item")[0]


def test_renewed_and_sent_with_one_click(
    client: Client, manager: User, lead: Lead, chat: Conversation
) -> None:
    old = make_sent(lead, manager, now=NOW - timedelta(days=40))
    page = client.get(reverse("desk:quote", args=[old.quote.public_id])).content.decode()
    assert "Renew and send" in page
    assert post(client, "renew_send", old)[0] == 302
    new = QuoteVersion.objects.get(version=2)
    old.refresh_from_db()
    assert (old.state, new.state, new.total) == ("superseded", "sent", old.total)
    assert f"/q/{new.token}/" in Message.objects.latest("pk").text
    assert pending(old) == []
    assert pending(new) == ["first", "last_days"]


def test_a_price_that_changed_is_said_instead(client: Client, manager: User, lead: Lead) -> None:
    product = ProductFactory(name="Sofa")
    old = make_sent(lead, manager, line("Sofa", 100, product=product), now=NOW - timedelta(days=40))
    Product.objects.filter(pk=product.pk).update(unit_price=Decimal(120))
    status, told = post(client, "renew_send", old)
    assert (status, told) == (
        409,
        "Since the offer was made this has changed: Sofa. Choose “Renew”, look at the prices, then send it.",
    )
    assert QuoteVersion.objects.count() == 1
    post(client, "renew", old)
    assert post(client, "renew_send", old) == (
        409,
        "The next version is being written already. Look at it, then send it.",
    )


def test_what_follows_is_a_matter_of_the_settings(manager: User, lead: Lead) -> None:
    admin_client = Client()
    admin_client.force_login(make_user("Admin", Role.ADMIN))
    url = reverse("desk:settings_quotes_following")
    stage = lead.pipeline.stages.first()
    form = {
        "first_hours": "6",
        "again_hours": "48",
        "warning_days": "3",
        "silence": "on",
        f"stage_{lead.pipeline_id}": str(stage.public_id),
    }
    assert admin_client.post(url, form).status_code == 200
    stored = QuoteFollowUps.objects.get()
    assert (stored.first_hours, stored.again_hours, stored.warning, stored.orders) == (6, 48, False, False)
    assert stored.stages == {str(lead.pipeline.public_id): str(stage.public_id)}
    refused = admin_client.post(url, {**form, "first_hours": "0"})
    assert refused.status_code == 422
    assert "greater than or equal to 1" in refused.content.decode()
    sent = make_sent(lead, manager, now=NOW)
    row = DueRow.objects.get(key=f"{sent.pk}:first")
    assert row.due_at == NOW + timedelta(hours=6)
    assert pending(sent) == ["first"]
