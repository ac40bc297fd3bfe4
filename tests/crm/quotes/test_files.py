"""Files that go with a quote: of the right kind and size, frozen with their version, named on the document."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction

from core.access.models import User
from core.events.actor import Actor
from crm.pipeline.models import Lead
from crm.quotes.document import render_pdf
from crm.quotes.errors import BadQuote, NotADraft
from crm.quotes.models import QuoteFile, QuoteVersion
from crm.quotes.operations import attach, detach, discard_draft, mark_sent, next_version
from crm.quotes.operations import files as limits
from crm.quotes.operations.sending import give_number
from crm.quotes.sheet import sheet_of
from tests.factories.quotes import NOW, PDF, make_draft, sent

pytestmark = pytest.mark.django_db
PLAN = b"%PDF-1.7 a plan"


@pytest.fixture(autouse=True)
def _store(tmp_path: Path, settings: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def draft(lead: Lead, anna: User) -> QuoteVersion:
    return make_draft(lead, anna, now=NOW)


def put(version: QuoteVersion, name: str = "plan.pdf", content: bytes = PLAN) -> QuoteFile:
    return attach(version_id=version.pk, file=ContentFile(content), name=name, actor=Actor.of(None))


def stored() -> int:
    return sum(path.is_file() for path in Path(default_storage.location).rglob("files/**/*"))  # type: ignore[attr-defined]


def test_the_same_file_goes_once_and_comes_away(
    draft: QuoteVersion, django_capture_on_commit_callbacks: Any
) -> None:
    first = put(draft, "C:\\plans\\plan.pdf")
    assert (first.name, first.mime, first.size) == ("plan.pdf", "application/pdf", len(PLAN))
    assert put(draft, "again.pdf") == first
    draft.refresh_from_db()
    assert (draft.revision, stored()) == (1, 1)
    with django_capture_on_commit_callbacks(execute=True):
        detach(version_id=draft.pk, file_id=first.public_id)
        detach(version_id=draft.pk, file_id=first.public_id)
    draft.refresh_from_db()
    assert (draft.revision, stored(), QuoteFile.objects.count()) == (2, 0, 0)


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("plan.exe", b"MZ\x90", "plan.exe cannot go with a quote: pictures, PDF, Word, Excel and text can."),
        ("plan.pdf", b"<html>", "plan.pdf cannot go with a quote: pictures, PDF, Word, Excel and text can."),
        ("song.mp3", b"ID3\x04", "song.mp3 cannot go with a quote: pictures, PDF, Word, Excel and text can."),
        ("plan.pdf", b"", "plan.pdf is empty."),
    ],
)
def test_what_cannot_go_says_why(draft: QuoteVersion, name: str, content: bytes, says: str) -> None:
    with pytest.raises(BadQuote) as refused:
        put(draft, name, content)
    assert (str(refused.value), stored()) == (says, 0)


def test_there_is_room_for_so_much(draft: QuoteVersion, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_IN_ALL", 3 * len(PLAN))
    monkeypatch.setattr(limits, "MOST_FILES", 2)
    put(draft)
    with pytest.raises(BadQuote, match="more than 25 MB"):
        put(draft, "large.pdf", PLAN * 3)
    put(draft, "b.pdf", PLAN + b"b")
    with pytest.raises(BadQuote, match="At most 2 files"):
        put(draft, "c.pdf", PLAN + b"c")
    monkeypatch.setattr(limits, "MOST_BYTES", 5)
    with pytest.raises(BadQuote, match="too large: at most 10 MB"):
        put(draft, "d.pdf", PLAN + b"d")


def test_what_was_sent_keeps_its_files_and_the_next_version_shares_them(
    draft: QuoteVersion, anna: User, django_capture_on_commit_callbacks: Any
) -> None:
    plan = put(draft)
    version = sent(draft, anna, now=NOW)
    for attempt in (lambda: put(version, "b.pdf", PLAN + b"b"), lambda: _detach(version, plan)):
        with pytest.raises(NotADraft):
            attempt()
    for change in (plan.delete, lambda: QuoteFile.objects.filter(pk=plan.pk).update(name="x")):
        with pytest.raises(IntegrityError, match="cannot be changed"), transaction.atomic():
            change()

    later = next_version(quote_id=draft.quote_id, actor=Actor.of(anna), now=NOW + timedelta(days=1))
    shared = later.files.get()
    assert (shared.file.name, shared.sha256, shared.public_id == plan.public_id) == (
        plan.file.name,
        plan.sha256,
        False,
    )
    with django_capture_on_commit_callbacks(execute=True):
        discard_draft(version_id=later.pk)
    assert (plan.file.read(), QuoteFile.objects.count()) == (PLAN, 1)


def _detach(version: QuoteVersion, file: QuoteFile) -> None:
    detach(version_id=version.pk, file_id=file.public_id)


def test_a_draft_that_is_thrown_away_takes_its_files_along(
    draft: QuoteVersion, django_capture_on_commit_callbacks: Any
) -> None:
    put(draft)
    with django_capture_on_commit_callbacks(execute=True):
        discard_draft(version_id=draft.pk)
    assert (stored(), QuoteFile.objects.count()) == (0, 0)


def test_a_file_that_came_while_it_was_drawn_is_not_left_out_of_the_document(
    draft: QuoteVersion, anna: User
) -> None:
    drawn = give_number(version_id=draft.pk, now=NOW).revision
    put(draft)
    with pytest.raises(NotADraft, match="changed while it was being sent"):
        mark_sent(version_id=draft.pk, revision=drawn, actor=Actor.of(anna), now=NOW, pdf=PDF)


def test_the_document_names_them(draft: QuoteVersion) -> None:
    without = render_pdf(draft)
    put(draft, "Plan of the կենտրոն.pdf")
    draft = QuoteVersion.objects.get(pk=draft.pk)
    assert [(each.name, each.size) for each in sheet_of(draft).files] == [
        ("Plan of the կենտրոն.pdf", "15\u00a0bytes")
    ]
    assert render_pdf(draft) != without
