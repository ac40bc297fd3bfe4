"""Settings > Follow-ups: written, tried, published, switched, counted."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from automation.sequences.models import Enrolment, Sequence, SequenceVersion
from automation.sequences.operations import install_ready
from automation.sequences.queries.books import weekly_cap
from crm.pipeline.models import Pipeline
from tests.desk.reading import page_words as words
from tests.factories.crm import LeadFactory

pytestmark = pytest.mark.django_db
Counting = Callable[[], AbstractContextManager[list[str]]]
TEXTS = {
    "en": "Shall we go on?",
    "ru": "Продолжим?",
    "hy": "Շարունակե՞նք։",
    "az": "Davam edək?",
}


@pytest.fixture
def ready(pipeline: Pipeline) -> list[Sequence]:
    return install_ready(language="en", active=True, now=timezone.now())


def form(sequence: Sequence, *, revision: int = 0, **changes: Any) -> dict[str, Any]:
    values: dict[str, Any] = {
        "revision": revision,
        "name": sequence.name,
        "trigger": "silence",
        "yes": "person",
        "quiet_hours": "24",
        "within_days": "20",
        "held_out": "10",
        "whom": "all",
        "step": ["a", "b"],
    }
    for token, wait in (("a", "3"), ("b", "1")):
        values |= {f"wait-{token}": wait, f"unit-{token}": "days", f"channel-{token}": ""}
        values |= {f"text-{token}-{language}": text for language, text in TEXTS.items()}
    return values | changes


def page(sequence: Sequence, name: str = "settings_followup") -> str:
    return reverse(f"desk:{name}", args=[sequence.public_id])


def test_the_list_says_what_each_brought(desk: Client, ready: list[Sequence]) -> None:
    version = SequenceVersion.objects.get(sequence=ready[0])
    for number, converted in enumerate(("won", "", "", "")):
        lead = LeadFactory()
        now = timezone.now()
        Enrolment.objects.create(
            sequence=ready[0],
            version=version,
            lead=lead,
            contact=lead.contact,
            state="finished",
            begun_at=now,
            silent_since=now,
            created_at=now,
            sent=1 + number % 2,
            answered_at=now if number < 2 else None,
            converted=converted,
        )
    text = words(desk.get(reverse("desk:settings_followups")))
    assert "Questions left unanswered" in text
    assert "Sent 6 Answered 50 % Said yes 25 %" in text
    assert "Nothing is sent from 21:00 to 09:00 by the customer's clock." in text


def test_an_own_sequence_is_drafted_checked_and_published(desk: Client, pipeline: Pipeline) -> None:
    made = desk.post(reverse("desk:settings_followup_new"), {"name": "After the fair"})
    sequence = Sequence.objects.get(name="After the fair")
    assert made.headers["Location"] == page(sequence)
    assert (sequence.key, sequence.active) == ("after-the-fair", False)

    wrong = form(sequence, **{"text-a-hy": "Ե՞րբ, որտե՞ղ", "wait-b": "soon", "publish": "1"})
    refused = desk.post(page(sequence), wrong)
    assert refused.status_code == 422
    text = words(refused)
    assert "Ask one clear question: this text asks 2." in text
    assert "Give a whole number from 30 to 129600." in text
    assert 'value="soon"' in refused.content.decode(), "nothing that was typed is lost"

    published = desk.post(page(sequence), form(sequence, revision=1, publish="1"))
    assert published.status_code == 200
    version = sequence.versions.get(status="published")
    assert version.script["steps"][0] == {"wait_minutes": 4320, "channel": "", "texts": TEXTS}
    assert (version.script["quiet_hours"], version.script["held_out"]) == (24, 10)

    desk.post(page(sequence, "settings_followup_switch"), {"on": "1"})
    sequence.refresh_from_db()
    assert sequence.active


def test_a_draft_of_somebody_else_is_not_overwritten(desk: Client, ready: list[Sequence]) -> None:
    assert desk.post(page(ready[0]), form(ready[0])).status_code == 200
    stale = desk.post(page(ready[0]), form(ready[0], **{"text-a-en": "Mine?"}))
    assert stale.status_code == 409
    assert "Mine?" in stale.content.decode()
    assert ready[0].versions.get(status="draft").script["steps"][0]["texts"]["en"] == "Shall we go on?"
    desk.post(page(ready[0], "settings_followup_discard"))
    assert not ready[0].versions.filter(status="draft").exists()


def test_a_segment_is_a_condition(desk: Client, ready: list[Sequence]) -> None:
    node = {
        "whom": "some",
        "joint-root": "all",
        "node": ["group:root:", "row:r1:root"],
        "field-r1": "lead.grade",
        "op-r1": "is",
        "value-r1": "A",
    }
    answer = desk.post(page(ready[0]), form(ready[0], publish="1", **node))
    assert answer.status_code in (200, 422)
    shown = desk.get(page(ready[-1])).content.decode()
    assert "Qualified" in shown


def test_the_side_shows_what_who_falls_silent_now_would_get(desk: Client, ready: list[Sequence]) -> None:
    text = words(desk.get(page(ready[2]), {"language": "ru"}))
    assert "Day 1" in text
    assert "Day 7" in text
    assert "В нашем предложении ещё всё можно поменять" in text
    tried = words(desk.post(page(ready[2], "settings_followup_side"), form(ready[2], language="az")))
    assert "Davam edək?" in tried
    faulty = form(ready[2], **{"text-a-ru": ""})
    assert "Write the text in Russian, too." in words(
        desk.post(page(ready[2], "settings_followup_side"), faulty)
    )


def test_the_cap_is_set_and_bounded(desk: Client, pipeline: Pipeline) -> None:
    desk.post(reverse("desk:settings_followups_cap"), {"weekly_cap": "2"})
    assert weekly_cap() == 2
    answer = desk.post(reverse("desk:settings_followups_cap"), {"weekly_cap": "99"}, follow=True)
    assert "Choose a number from 1 to 14." in answer.content.decode()
    assert weekly_cap() == 2


def test_those_that_come_with_parley_are_added_once_and_switched_off(
    desk: Client, pipeline: Pipeline
) -> None:
    address = reverse("desk:settings_followups_install")
    assert "Add those that come with Parley" in words(desk.get(reverse("desk:settings_followups")))
    desk.post(address)
    desk.post(address)
    assert Sequence.objects.count() == 5
    assert not Sequence.objects.filter(active=True).exists()


def test_a_manager_reads_and_an_admin_writes(reader: Client, ready: list[Sequence]) -> None:
    shown = reader.get(page(ready[0])).content.decode()
    assert "readonly" in shown
    assert 'name="publish"' not in shown
    assert reader.post(page(ready[0]), form(ready[0])).status_code == 403


def test_the_screens_keep_to_their_statements(
    desk: Client, ready: list[Sequence], statements: Counting
) -> None:
    desk.get(reverse("desk:settings_followups"))
    for address in (reverse("desk:settings_followups"), page(ready[4])):
        with statements() as before:
            desk.get(address)
        for _lead in range(6):
            LeadFactory(qualification="qualified", customer_wrote_at=timezone.now() - timedelta(days=2))
        with statements() as after:
            desk.get(address)
        assert len(after) <= 12, "\n".join(after)
        assert len(after) <= len(before) + 1
