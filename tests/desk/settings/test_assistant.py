"""Settings > Assistant."""

from __future__ import annotations

from decimal import Decimal

from django.test import Client
from django.utils import timezone

from conversations.assistant.models import AssistantCall, AssistantMonth, AssistantSettings
from conversations.assistant.queries import month_of
from tests.desk.conftest import Counting
from tests.desk.reading import words
from tests.factories.conversations import make_conversation

URL = "/settings/assistant/"
GIVEN = {
    "active": "on",
    "endpoint": "https://api.example.com/v1",
    "model": "small-1",
    "key": "sk-very-secret",
    "uses": ["draft", "summarise"],
    "min_confidence": "70",
    "timeout_seconds": "20",
    "monthly_tokens": "100000",
    "currency": "USD",
    "expected": "0",
}


def test_it_is_off_and_is_switched_on_with_its_key_kept_apart(desk: Client) -> None:
    page = desk.get(URL).content.decode()
    assert "switched off" in page
    saved = desk.post(URL, GIVEN)
    assert saved.status_code == 200
    assert "sk-very-secret" not in saved.content.decode() + desk.get(URL).content.decode()
    found = AssistantSettings.objects.get()
    assert (found.active, found.uses, found.credentials["key"]) == (
        True,
        ["summarise", "draft"],
        "sk-very-secret",
    )

    kept = desk.post(URL, {**GIVEN, "key": "", "voice": "Warm.", "expected": "1"})
    assert kept.status_code == 200
    found.refresh_from_db()
    assert (found.voice, found.credentials["key"], found.revision) == ("Warm.", "sk-very-secret", 2)
    desk.post(URL, {**GIVEN, "key": "", "forget_key": "on", "expected": "2"})
    found.refresh_from_db()
    assert "key" not in found.credentials


def test_what_is_wrong_stands_at_its_place(desk: Client) -> None:
    refused = desk.post(
        URL, {**GIVEN, "endpoint": "http://10.0.0.7/v1", "monthly_tokens": "", "timeout_seconds": "1"}
    )
    assert refused.status_code == 422
    assert words(refused.content, "invalid-feedback") == [
        "The address must begin with https://.",
        "Write seconds from 3 to 90.",
        "Set a budget: how many tokens or how much money a month at most.",
    ]
    assert not AssistantSettings.objects.exists()
    desk.post(URL, GIVEN)
    stale = desk.post(URL, GIVEN)
    assert stale.status_code == 422
    assert "Somebody else saved this meanwhile" in stale.content.decode()


def test_trying_it_needs_an_address_and_shows_what_became_of_it(desk: Client) -> None:
    refused = desk.post(f"{URL}try/", {"text": "Hello?"})
    assert "Save the address and the model first." in refused.content.decode()
    desk.post(URL, GIVEN)
    asked = desk.post(f"{URL}try/", {"text": "What does delivery cost?"}).content.decode()
    call = AssistantCall.objects.get()
    assert f"{URL}try/{call.public_id}/" in asked
    AssistantCall.objects.update(
        outcome="done",
        model="small-1",
        result={"text": "Write to [EMAIL_1]."},
        hidden={"[EMAIL_1]": "us@example.com"},
        sources=[{"id": "S1", "title": "Delivery"}],
        milliseconds=1200,
        tokens_in=50,
    )
    shown = desk.get(f"{URL}try/{call.public_id}/").content.decode()
    assert "Write to us@example.com." in shown
    assert "Delivery" in shown


def test_figures_and_the_log_in_a_flat_number_of_statements(desk: Client, statements: Counting) -> None:
    conversation = make_conversation(name="Aram")
    AssistantMonth.objects.create(month=month_of(timezone.now()), calls=3, tokens=5000, cost=Decimal("0.5"))
    AssistantSettings.objects.create(monthly_tokens=10_000)
    made = [AssistantCall(purpose="draft", outcome="done", conversation=conversation) for _ in range(2)]
    AssistantCall.objects.bulk_create(made)
    with statements() as few:
        page = desk.get(URL).content.decode()
    assert "50 % of the budget" in page
    assert page.count(f"#{conversation.pk} Aram") == 2
    AssistantCall.objects.bulk_create(
        [AssistantCall(purpose="suggest", outcome="timeout", conversation=conversation) for _ in range(40)]
    )
    with statements() as many:
        page = desk.get(URL).content.decode()
    assert len(many) == len(few) <= 12
    narrowed = desk.get(f"{URL}log/", {"purpose": "draft", "outcome": "done"}).content.decode()
    assert narrowed.count(f"#{conversation.pk} Aram") == 2
    first = desk.get(f"{URL}log/", {"purpose": "suggest"}).content.decode()
    assert "before=" in first
    oldest = AssistantCall.objects.filter(purpose="suggest").order_by("id")[15]
    rest = desk.get(f"{URL}log/", {"purpose": "suggest", "before": oldest.pk}).content.decode()
    assert rest.count(f"#{conversation.pk} Aram") == 15
    assert "Aram" not in desk.get(f"{URL}log/", {"purpose": "nonsense"}).content.decode()
