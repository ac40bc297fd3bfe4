"""The demo company (issue: two pipelines of five stages with 60 leads, four languages) and the data for measuring."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

import pytest
from django.core.management import call_command
from django.db.models import Sum

from bookings.appointments.models import Booking
from bookings.services.models import Service
from conversations.threads.models import Conversation, Message
from core.access.models import Shift, User
from core.due.models import DueRow
from crm.chances.queries import Learned, chance_of
from crm.pipeline.models import Lead, Pipeline
from crm.scoring.models import ScoreEntry
from desk.demo.bulk import load
from desk.demo.operations import seed_demo
from desk.demo.queries import demo_account, sign_ins

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def test_the_demo_company_is_installed_once() -> None:
    assert seed_demo(now=NOW)
    assert not seed_demo(now=NOW)
    assert Lead.objects.count() == 320
    assert [pipeline.stages.count() for pipeline in Pipeline.objects.all()] == [5, 5]
    assert [pipeline.leads.count() for pipeline in Pipeline.objects.all()] == [302, 18]
    assert User.objects.count() == 5
    assert Shift.objects.count() == 26
    assert next(person.email for person in sign_ins()) == "ani@aregak.example"
    assert demo_account() is not None
    assert set(Conversation.objects.values_list("language", flat=True)) == {"en", "ru", "hy", "az"}


def test_demo_scores_stand_in_the_ledger() -> None:
    seed_demo(now=NOW)
    sums = dict(ScoreEntry.objects.values_list("lead").annotate(total=Sum("points")))
    assert {lead.pk: sums.get(lead.pk, 0) for lead in Lead.objects.all()} == dict(
        Lead.objects.values_list("pk", "score")
    )
    assert Lead.objects.filter(grade="A").exists()


def test_the_demo_people_can_sign_in() -> None:
    seed_demo(now=NOW)
    for person in sign_ins():
        assert User.objects.get(email=person.email).check_password(person.password)


def test_the_demo_calendar_is_not_empty() -> None:
    seed_demo(now=NOW)
    assert list(Service.objects.values_list("key", flat=True)) == ["showroom_visit", "phone_consultation"]
    counts = Counter(Booking.objects.values_list("status", flat=True))
    assert counts == {"attended": 4, "no_show": 1, "confirmed": 7}
    assert all(booking.starts_at < NOW for booking in Booking.objects.exclude(status="confirmed"))
    assert all(booking.starts_at > NOW for booking in Booking.objects.filter(status="confirmed"))
    assert Booking.objects.values("lead").distinct().count() == 12
    assert Booking.objects.values("resource").distinct().count() == 2
    assert not DueRow.objects.filter(kind__startswith="booking.", due_at__lte=NOW).exists()
    for service in Service.objects.all():
        assert set(service.title) == set(service.prepare) == {"en", "ru", "hy", "az"}


def test_many_leads_with_messages() -> None:
    seed_demo(now=NOW)
    messages = Message.objects.count()
    load(leads=50, messages=200)
    assert Lead.objects.count() == 370
    assert Message.objects.count() == messages + 200


def test_seed_without_a_company_says_what_to_do() -> None:
    from django.core.management import CommandError

    with pytest.raises(CommandError, match="seed --demo"):
        call_command("seed", leads=5)


def test_open_leads_of_the_demo_have_a_chance_with_reasons() -> None:
    seed_demo(now=NOW)
    lead = Lead.objects.filter(stage_kind="open", answers__has_key="budget").first()
    assert lead is not None
    assert not Lead.objects.filter(stage_kind="open", win_chance=None).exists()
    chance = chance_of(lead, "en")
    assert chance is not None
    assert chance.leads >= 260
    assert "answer.budget" in {reason.field for reason in chance.reasons}
    assert Learned(chance.model).is_of_use
