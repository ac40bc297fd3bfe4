"""Files that go with a version. They are frozen with it; versions that say the same share what is stored."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import PurePath
from typing import Any
from uuid import UUID

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext as _

from core import filetypes
from core.events.actor import Actor
from core.text import clean
from crm.quotes.enums import QuoteState
from crm.quotes.errors import BadQuote, NotADraft
from crm.quotes.models import QuoteFile, QuoteVersion
from crm.quotes.operations.rows import locked_version

MOST_FILES = 10
MOST_BYTES = filetypes.MAX_BYTES
MOST_IN_ALL = 25 * 1024 * 1024
KINDS = ("image", "file")


def attach(*, version_id: int, file: File[Any], name: str, actor: Actor) -> QuoteFile:
    """Let a file go with the draft; the very same file again: the one that is there.

    Raises NotADraft, BadQuote for a file that cannot go, which says why and what can.
    """
    name = PurePath(clean(name).replace("\\", "/")).name[-200:]
    file_type = _checked(file, name)
    digest = hashlib.sha256()
    for piece in file.chunks():
        digest.update(piece)
    file.seek(0)
    with transaction.atomic():
        version = _draft(version_id)
        there = list(version.files.all())
        same = next((each for each in there if each.sha256 == digest.hexdigest()), None)
        if same is not None:
            return same
        _check_room(there, file.size)
        made = QuoteFile(
            version=version,
            position=max((each.position for each in there), default=-1) + 1,
            name=name,
            mime=file_type.mime,
            size=file.size,
            sha256=digest.hexdigest(),
            user_id=actor.user_id,
        )
        made.file.save(f"{made.public_id}{PurePath(name).suffix.lower()}", file, save=False)
        made.save(force_insert=True)
        _changed(version)
        return made


def _checked(file: File[Any], name: str) -> filetypes.FileType:
    if not file.size:
        raise BadQuote(_("%(name)s is empty.") % {"name": name}, field="files")
    if file.size > MOST_BYTES:
        raise BadQuote(_("%(name)s is too large: at most 10 MB.") % {"name": name}, field="files")
    found = filetypes.recognise(name, file.read(filetypes.HEAD))
    file.seek(0)
    if found is None or found.kind not in KINDS:
        sentence = _("%(name)s cannot go with a quote: pictures, PDF, Word, Excel and text can.")
        raise BadQuote(sentence % {"name": name}, field="files")
    return found


def _check_room(there: Iterable[QuoteFile], size: int) -> None:
    sizes = [each.size for each in there]
    if len(sizes) >= MOST_FILES:
        raise BadQuote(_("At most %(most)d files go with a quote.") % {"most": MOST_FILES}, field="files")
    if sum(sizes) + size > MOST_IN_ALL:
        raise BadQuote(_("All files together are more than 25 MB. Take one away first."), field="files")


@transaction.atomic
def detach(*, version_id: int, file_id: UUID) -> None:
    """Take a file away from the draft; again: nothing happens. Raises NotADraft."""
    version = _draft(version_id)
    found = version.files.filter(public_id=file_id).first()
    if found is None:
        return
    stored = str(found.file.name)
    found.delete()
    _changed(version)
    forget([stored])


def again(source: QuoteVersion, draft: QuoteVersion) -> None:
    """The files of one version go with another, too."""
    names = ("position", "name", "mime", "size", "sha256", "user_id")
    rows = [
        QuoteFile(version=draft, file=each.file.name, **{name: getattr(each, name) for name in names})
        for each in source.files.all()
    ]
    QuoteFile.objects.bulk_create(rows)


def forget(stored: Iterable[str]) -> None:
    """Once this is committed, remove from the disk what no version has any more."""
    names = list(stored)
    transaction.on_commit(lambda: _remove(names))


def _remove(names: list[str]) -> None:
    kept = set(QuoteFile.objects.filter(file__in=names).values_list("file", flat=True))
    for name in names:
        if name not in kept:
            default_storage.delete(name)


def _draft(version_id: int) -> QuoteVersion:
    version = locked_version(version_id)
    if version.state != QuoteState.DRAFT:
        raise NotADraft(
            _("This version was sent and stays as it is. Make the next version to change something.")
        )
    return version


def _changed(version: QuoteVersion) -> None:
    """The document names the files, so one that was drawn before is no longer right."""
    version.revision += 1
    version.save(update_fields=["revision"])
