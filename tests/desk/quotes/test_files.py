"""Files are put to a draft from its sheet, which goes on being saved."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from core.access.models import User
from crm.pipeline.models import Lead
from crm.quotes.models import QuoteFile, QuoteVersion
from tests.desk.reading import attributes
from tests.factories.quotes import NOW, make_draft

pytestmark = pytest.mark.django_db
PLAN = b"%PDF-1.7 a plan"


@pytest.fixture(autouse=True)
def _store(tmp_path: Path, settings: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def draft(lead: Lead, manager: User) -> QuoteVersion:
    return make_draft(lead, manager, now=NOW)


def put(client: Client, draft: QuoteVersion, revision: int, *names: str) -> Any:
    files = [SimpleUploadedFile(name, PLAN + name.encode()) for name in names]
    url = reverse("desk:quote_files", args=[draft.quote.public_id])
    return client.post(url, {"files": files, "revision": str(revision)})


def test_put_shown_fetched_and_taken_away(client: Client, draft: QuoteVersion) -> None:
    answer = put(client, draft, 0, "plan.pdf", "photo.pdf")
    page = answer.content.decode()
    assert (answer.status_code, "plan.pdf" in page, "photo.pdf" in page) == (200, True, True)
    assert attributes(answer.content, "#quote-revision", "value") == ["2"]
    plan = QuoteFile.objects.get(name="plan.pdf")
    url = reverse("desk:quote_file", args=[draft.quote.public_id, plan.public_id])
    assert url in client.get(reverse("desk:quote", args=[draft.quote.public_id])).content.decode()
    assert b"".join(client.get(url)) == PLAN + b"plan.pdf"  # type: ignore[call-overload]

    gone = reverse("desk:quote_file_remove", args=[draft.quote.public_id, plan.public_id])
    answer = client.post(gone, {"revision": "2"})
    assert attributes(answer.content, "#quote-revision", "value") == ["3"]
    assert QuoteFile.objects.get().name == "photo.pdf"
    assert client.get(url).status_code == 404


def test_what_cannot_go_is_said_and_what_came_before_stays(client: Client, draft: QuoteVersion) -> None:
    answer = put(client, draft, 0, "plan.pdf", "virus.exe")
    assert answer.status_code == 422
    assert "virus.exe cannot go with a quote" in answer.content.decode()
    assert attributes(answer.content, "#quote-revision", "value") == ["1"]
    assert QuoteFile.objects.get().name == "plan.pdf"


def test_a_sheet_that_is_behind_stays_behind(client: Client, draft: QuoteVersion) -> None:
    """Somebody saved meanwhile: putting a file must not hide that."""
    put(client, draft, 0, "plan.pdf")
    assert attributes(put(client, draft, 0, "photo.pdf").content, "#quote-revision", "value") == []
