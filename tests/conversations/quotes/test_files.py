"""The customer gets the files of their version by the token alone; colleagues see a draft's page before anybody else."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse

from core.access.models import User
from core.events.actor import Actor
from crm.pipeline.models import Lead
from crm.quotes.models import QuoteFile, QuoteVersion
from crm.quotes.operations import attach, withdraw
from tests.factories.core import UserFactory
from tests.factories.quotes import NOW, line, make_draft, sent

pytestmark = pytest.mark.django_db
PLAN = b"%PDF-1.7 a plan"


@pytest.fixture
def draft(lead: Lead, anna: User) -> QuoteVersion:
    return make_draft(
        lead, anna, line(), line("Lights", 50, optional=True, chosen=False), now=NOW, language="ru"
    )


@pytest.fixture
def plan(draft: QuoteVersion, anna: User) -> QuoteFile:
    return attach(version_id=draft.pk, file=ContentFile(PLAN), name="plan.pdf", actor=Actor.of(anna))


def url(version: QuoteVersion, file: QuoteFile) -> str:
    return reverse("quotes:file", args=[version.token, file.public_id])


def test_a_file_is_there_once_the_quote_is_sent_and_only_behind_its_own_link(
    draft: QuoteVersion, plan: QuoteFile, lead: Lead, anna: User
) -> None:
    client = Client()
    assert client.get(url(draft, plan)).status_code == 404
    version = sent(draft, anna, now=NOW)
    page = client.get(reverse("quotes:page", args=[version.token])).content.decode()
    assert url(version, plan) in page
    answer = client.get(url(version, plan))
    assert b"".join(answer) == PLAN  # type: ignore[call-overload]
    assert answer["Content-Disposition"] == 'attachment; filename="plan.pdf"'
    assert (answer["X-Content-Type-Options"], answer["Content-Type"]) == ("nosniff", "application/pdf")

    other = sent(make_draft(lead, anna, now=NOW), anna, now=NOW)
    assert client.get(url(other, plan)).status_code == 404
    assert client.get(reverse("quotes:file", args=[version.token, uuid4()])).status_code == 404
    withdraw(version_id=version.pk, actor=Actor.of(anna), now=NOW)
    assert client.get(url(version, plan)).status_code == 302


def test_the_preview_is_the_page_of_the_draft_for_colleagues_alone(
    draft: QuoteVersion, plan: QuoteFile, anna: User
) -> None:
    preview = reverse("desk:quote_preview", args=[draft.quote.public_id])
    assert Client().get(preview).status_code == 302
    stranger = Client()
    stranger.force_login(UserFactory(role="agent"))
    assert stranger.get(preview).status_code == 404

    client = Client()
    client.force_login(anna)
    answer = client.get(preview)
    page = answer.content.decode()
    assert answer["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in answer["Content-Security-Policy"]
    assert '<html lang="ru">' in page
    assert 'data-preview="Черновик"' in page
    assert "data-seen" not in page
    assert "plan.pdf" in page
    assert client.get(reverse("desk:quote_phone", args=[draft.quote.public_id])).status_code == 200
    draft.refresh_from_db()
    assert (draft.state, draft.views, draft.sent_at) == ("draft", 0, None)
    assert Client().get(reverse("quotes:page", args=[draft.token])).status_code == 404
