"""Colleagues put files to a lead: plans, photos, contracts. The customer does not see them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from core.access.models import User
from core.events.models import Event
from crm.files.models import LeadFile
from crm.files.operations import MOST_FILES
from crm.pipeline.models import Lead
from tests.desk.reading import words
from tests.factories.crm import LeadFactory

PLAN = b"%PDF-1.7 a plan"


@pytest.fixture(autouse=True)
def _store(tmp_path: Path, settings: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def lead(agent: User) -> Lead:
    return LeadFactory(owner=agent)


@pytest.fixture
def client(agent: User, sign_in: Callable[[User], Client]) -> Client:
    return sign_in(agent)


def put(client: Client, lead: Lead, *names: str, content: bytes = PLAN) -> Any:
    files = [SimpleUploadedFile(name, content + name.encode()) for name in names]
    return client.post(reverse("desk:lead_files", args=[lead.public_id]), {"files": files})


def lines(response: Any) -> list[str]:
    return [each.partition(" ")[0] for each in words(response.content, "list-group-item")[:-1]]


def test_put_shown_fetched_told_and_taken_away(client: Client, lead: Lead, agent: User) -> None:
    answer = put(client, lead, "plan.pdf", "contract.pdf")
    assert (answer.status_code, sorted(lines(answer))) == (200, ["contract.pdf", "plan.pdf"])
    plan = LeadFile.objects.get(name="plan.pdf")
    assert (plan.mime, plan.size, plan.user) == ("application/pdf", len(PLAN) + 8, agent)
    url = reverse("desk:lead_file", args=[lead.public_id, plan.public_id])
    fetched = client.get(url)
    assert b"".join(fetched) == PLAN + b"plan.pdf"  # type: ignore[call-overload]
    assert fetched["Content-Disposition"] == 'attachment; filename="plan.pdf"'
    timeline = client.get(reverse("desk:lead_timeline", args=[lead.public_id])).content.decode()
    assert "Aram Agent put a file to the lead: plan.pdf" in timeline

    gone = reverse("desk:lead_file_remove", args=[lead.public_id, plan.public_id])
    stored = str(plan.file.name)
    assert lines(client.post(gone)) == ["contract.pdf"]
    assert lines(client.post(gone)) == ["contract.pdf"]
    assert client.get(url).status_code == 404
    assert Event.objects.filter(name="lead.file_removed").count() == 1
    assert stored.startswith("leads/")


@pytest.mark.django_db(transaction=True)
def test_what_was_taken_away_leaves_the_disk(client: Client, lead: Lead) -> None:
    put(client, lead, "plan.pdf")
    plan = LeadFile.objects.get()
    assert default_storage.exists(str(plan.file.name))
    client.post(reverse("desk:lead_file_remove", args=[lead.public_id, plan.public_id]))
    assert not default_storage.exists(str(plan.file.name))


def test_the_same_file_twice_is_one(client: Client, lead: Lead) -> None:
    put(client, lead, "plan.pdf")
    put(client, lead, "plan.pdf")
    assert (LeadFile.objects.count(), Event.objects.filter(name="lead.file_added").count()) == (1, 1)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("virus.exe", PLAN, "virus.exe cannot be kept"),
        ("plan.pdf", b"MZ", "plan.pdf cannot be kept"),
        ("big.pdf", PLAN + b"0" * 10 * 1024 * 1024, "big.pdf is too large: at most 10 MB."),
    ],
)
def test_what_cannot_stay_is_said(client: Client, lead: Lead, name: str, content: bytes, said: str) -> None:
    answer = put(client, lead, name, content=content)
    assert (answer.status_code, LeadFile.objects.count()) == (422, 0)
    assert said in answer.content.decode()


def test_an_empty_file_is_said(client: Client, lead: Lead) -> None:
    url = reverse("desk:lead_files", args=[lead.public_id])
    answer = client.post(url, {"files": [SimpleUploadedFile("plan.pdf", b"")]})
    assert (answer.status_code, "plan.pdf is empty." in answer.content.decode()) == (422, True)


def test_a_lead_keeps_so_many(client: Client, lead: Lead) -> None:
    rows = [
        LeadFile(lead=lead, name=f"{n}.pdf", mime="application/pdf", kind="file", size=1, sha256=f"{n:064}")
        for n in range(MOST_FILES)
    ]
    LeadFile.objects.bulk_create(rows)
    answer = put(client, lead, "plan.pdf")
    assert (answer.status_code, LeadFile.objects.count()) == (422, MOST_FILES)
    assert "At most 50 files stay at a lead" in answer.content.decode()
