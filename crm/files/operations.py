"""Files of colleagues at a lead (spec 7.1): put there and taken away."""

from __future__ import annotations

import hashlib
from pathlib import PurePath
from typing import Any
from uuid import UUID

from django.core.files.base import File
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core import filetypes
from core.events.actor import Actor
from core.events.operations import record
from core.text import clean
from crm.files.errors import BadFile
from crm.files.models import LeadFile
from crm.pipeline.queries import locked_lead

MOST_FILES = 50


def add_file(*, lead_id: int, file: File[Any], name: str, actor: Actor) -> LeadFile:
    """Keep a file at the lead; the very same file again: the one that is there. Raises BadFile, which says why."""
    name = PurePath(clean(name).replace("\\", "/")).name[-200:]
    kind = _recognised(file, name)
    digest = hashlib.sha256()
    for piece in file.chunks():
        digest.update(piece)
    file.seek(0)
    with transaction.atomic():
        lead = locked_lead(lead_id)
        there = LeadFile.objects.filter(lead=lead)
        same = there.filter(sha256=digest.hexdigest()).first()
        if same is not None:
            return same
        if there.count() >= MOST_FILES:
            raise BadFile(
                _("At most %(most)d files stay at a lead. Take one away first.") % {"most": MOST_FILES}
            )
        made = LeadFile(
            lead=lead,
            name=name,
            mime=kind.mime,
            kind=kind.kind,
            size=file.size,
            sha256=digest.hexdigest(),
            user_id=actor.user_id,
            created_at=timezone.now(),
        )
        made.file.save(f"{made.public_id}{PurePath(name).suffix.lower()}", file, save=False)
        made.save(force_insert=True)
        _tell("lead.file_added", made, actor)
        return made


def _recognised(file: File[Any], name: str) -> filetypes.FileType:
    if not file.size:
        raise BadFile(_("%(name)s is empty.") % {"name": name})
    if file.size > filetypes.MAX_BYTES:
        raise BadFile(_("%(name)s is too large: at most 10 MB.") % {"name": name})
    found = filetypes.recognise(name, file.read(filetypes.HEAD))
    file.seek(0)
    if found is None:
        raise BadFile(
            _("%(name)s cannot be kept: pictures, PDF, documents, sound and video can.") % {"name": name}
        )
    return found


@transaction.atomic
def remove_file(*, lead_id: int, file_id: UUID, actor: Actor) -> None:
    """Take a file away from the lead and from the disk; again: nothing happens."""
    lead = locked_lead(lead_id)
    found = LeadFile.objects.filter(lead=lead, public_id=file_id).first()
    if found is None:
        return
    _tell("lead.file_removed", found, actor)
    stored, storage = str(found.file.name), found.file.storage
    found.delete()
    transaction.on_commit(lambda: storage.delete(stored))


def _tell(event: str, found: LeadFile, actor: Actor) -> None:
    record(name=event, subject=found.lead, actor=actor, payload={"name": found.name, "size": found.size})
