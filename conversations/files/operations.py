"""Files that a provider keeps until they are asked for: announced with their message, fetched after it was stored."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from pathlib import PurePath
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from conversations.accounts.models import ChannelAccount
from conversations.accounts.queries import account_by_id
from conversations.channels import registry
from conversations.channels.contracts import FetchedFile, FetchError, FileSource
from conversations.channels.webchat.operations import UploadRefusedError, store_upload
from conversations.threads.models import Attachment, Message
from core import filetypes
from core.access.models import User
from core.claims import fault_of
from core.due.models import DueRow
from core.due.operations import schedule
from core.errors import Refused
from core.live import topics
from core.live.publish import publish
from core.text import clean

FETCH = "file.fetch"
"""Kind of the due row; its key is the attachment's."""
MOST_BYTES = 20 * 1024 * 1024
MOST_AT_ONCE = 5
ATTEMPTS = 6
PLACES = frozenset({"location", "contact"})
"""Kinds that say all in their caption."""


class FileRefused(Refused):
    """A colleague's file is not of what we send."""


def keep_for_sending(
    *, account: ChannelAccount, user: User, files: Sequence[UploadedFile[Any]]
) -> list[Attachment]:
    """A colleague's files, kept until a message carries them; all or none. Raises FileRefused, which says why."""
    if len(files) > MOST_AT_ONCE:
        raise FileRefused(_("At most %(number)d files at once.") % {"number": MOST_AT_ONCE})
    kept: list[Attachment] = []
    try:
        with transaction.atomic():
            kept.extend(_taken(account, user, file) for file in files)
    except FileRefused:
        for attachment in kept:
            attachment.file.delete(save=False)
        raise
    return kept


def _taken(account: ChannelAccount, user: User, file: UploadedFile[Any]) -> Attachment:
    try:
        return store_upload(account=account, visitor=f"user:{user.pk}", upload=file)
    except UploadRefusedError as error:
        raise FileRefused(_refusal(error.code) % {"name": file.name}) from None


def _refusal(code: str) -> str:
    if code == "too_large":
        return _("%(name)s is too large: at most 10 MB.")
    if code == "type_not_allowed":
        return _("%(name)s cannot be sent: pictures, PDF, documents, sound and video can.")
    return _("%(name)s is empty.")


def fetch_later(message: Message, files: Sequence[Attachment]) -> None:
    """Let the announced files be fetched once the message is stored. Nothing for a channel that cannot."""
    account = account_by_id(message.account_id)
    if not isinstance(registry.adapter(account.kind), FileSource):
        return
    for file in files:
        if file.external_id and file.kind not in PLACES:
            _schedule(file, message.conversation_id)


def _schedule(file: Attachment, conversation_id: int) -> None:
    now = timezone.now()
    schedule(kind=FETCH, key=str(file.pk), due_at=now, conversation_id=conversation_id)


@transaction.atomic
def fetch_again(*, attachment: Attachment) -> bool:
    """Somebody wants the file after all. False where it is there already."""
    if attachment.file or not attachment.external_id or attachment.message is None:
        return False
    Attachment.objects.filter(pk=attachment.pk).update(error="")
    attachment.error = ""
    _schedule(attachment, attachment.message.conversation_id)
    return True


def fetch(row: DueRow, now: datetime) -> None:
    """Fetch one file, outside of any transaction: doing it twice does no harm.

    What the provider or our own rules refuse for good is written down in words; all else is tried again.
    """
    found = Attachment.objects.select_related("message").filter(pk=int(row.key), file="").first()
    if found is None or found.message is None:
        return
    account = account_by_id(found.account_id)
    source = registry.adapter(account.kind)
    fetched: list[FetchedFile] = []
    fault: Exception | None = None
    if isinstance(source, FileSource):
        take = partial(source.fetch, account.credentials, found.external_id, most=MOST_BYTES)
        fault = fault_of(lambda: fetched.append(take()))
    if isinstance(fault, FetchError) and (fault.permanent or row.attempts >= ATTEMPTS):
        _refuse(found, fault.message)
    elif fault is not None:
        _note(found, fault)
        raise fault
    elif fetched:
        _keep(found, fetched[0])
    conversation = found.message.conversation_id
    publish([topics.conversation(conversation)], {}, sequence=0)


def _keep(attachment: Attachment, fetched: FetchedFile) -> None:
    name = _name(attachment.name, fetched.name)
    recognised = filetypes.recognise(name, fetched.content[: filetypes.HEAD])
    if not fetched.content:
        _refuse(attachment, _("The file is empty."))
        return
    if recognised is None:
        _refuse(attachment, _("Files of this type are not taken, for safety."))
        return
    attachment.name, attachment.mime, attachment.kind = name, recognised.mime, recognised.kind
    attachment.size, attachment.error = len(fetched.content), ""
    stored = f"{attachment.public_id}{PurePath(name).suffix.lower()}"
    attachment.file.save(stored, ContentFile(fetched.content), save=False)
    attachment.save(update_fields=["file", "name", "mime", "kind", "size", "error"])


def _name(announced: str, told: str) -> str:
    """The sender's own name where it has an ending, else the provider's."""
    name = announced if PurePath(announced).suffix else told or announced
    return PurePath(clean(name).replace("\\", "/")).name[:200] or "file"


def _refuse(attachment: Attachment, words: str) -> None:
    Attachment.objects.filter(pk=attachment.pk).update(error=words)


def _note(attachment: Attachment, fault: Exception) -> None:
    """Shown while it is tried again."""
    words = fault.message if isinstance(fault, FetchError) else _("Something went wrong on our side.")
    Attachment.objects.filter(pk=attachment.pk).update(error=words)


RETRIED_WITHIN = timedelta(minutes=5)
"""Roughly how long the tries go on."""
