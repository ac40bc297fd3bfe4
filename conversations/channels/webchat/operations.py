"""What a visitor does besides writing."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from pathlib import PurePath
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from conversations.accounts.models import ChannelAccount
from conversations.channels.contracts import SignatureError
from conversations.channels.webchat import signature
from conversations.channels.webchat.queries import open_conversation_id
from conversations.threads.models import Attachment, Direction, Message, MessageStatus
from core import filetypes
from core.ids import uuid7
from core.live import topics
from core.live.publish import publish
from core.text import clean

UNUSED = timedelta(days=1)


class UploadRefusedError(Exception):
    """`code` is one of docs/webchat.md: too_large, type_not_allowed, malformed."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def open_session(
    *, account: ChannelAccount, token: str, now: datetime
) -> tuple[str, signature.Session, bool]:
    """A fresh token for the visitor of `token`, else for a new visitor; the last value tells whether it goes
    on."""
    secret = account.credentials["session_secret"]
    try:
        visitor, resumed = signature.read(secret, token, now=now.timestamp()).visitor, True
    except SignatureError:
        visitor, resumed = secrets.token_urlsafe(18), False
    session = signature.Session(visitor, int(now.timestamp()))
    return signature.sign(secret, session), session, resumed


def store_upload(*, account: ChannelAccount, visitor: str, upload: UploadedFile[Any]) -> Attachment:
    """Keep a file until a message of this visitor carries it. UploadRefusedError for what we do not take."""
    name = PurePath(clean(upload.name or "").replace("\\", "/")).name[:200]
    if not upload.size:
        raise UploadRefusedError("malformed")
    if upload.size > filetypes.MAX_BYTES:
        raise UploadRefusedError("too_large")
    found = filetypes.recognise(name, upload.read(filetypes.HEAD))
    upload.seek(0)
    if found is None:
        raise UploadRefusedError("type_not_allowed")
    attachment = Attachment(
        public_id=uuid7(),
        account=account,
        uploader=visitor,
        kind=found.kind,
        name=name,
        mime=found.mime,
        size=upload.size,
    )
    attachment.file.save(f"{attachment.public_id}{PurePath(name).suffix.lower()}", upload, save=False)
    attachment.save(force_insert=True)
    return attachment


def mark_delivered(*, messages: list[Message], now: datetime) -> None:
    """The visitor's page has fetched them. Whoever has the conversation open sees the ticks change."""
    arrived = [
        each for each in messages if each.direction == Direction.OUT and each.status == MessageStatus.SENT
    ]
    if not arrived:
        return
    Message.objects.filter(pk__in=[each.pk for each in arrived], status=MessageStatus.SENT).update(
        status=MessageStatus.DELIVERED, delivered_at=now
    )
    for message in arrived:
        message.status = MessageStatus.DELIVERED
    names = sorted({topics.conversation(each.conversation_id) for each in arrived})
    transaction.on_commit(lambda: publish(names, {}, sequence=0))


def visitor_types(*, account: ChannelAccount, visitor: str) -> None:
    """Let the people who have the conversation open see it."""
    conversation_id = open_conversation_id(account, visitor)
    if conversation_id is not None:
        publish([topics.conversation(conversation_id)], {"typing": True}, sequence=0)


@transaction.atomic
def remove_unused_uploads(*, now: datetime | None = None, limit: int = 200) -> int:
    """Remove files that no message has carried within a day; returns how many.

    The rows are locked, so that no message takes up a file that is just going.
    """
    before = (now or timezone.now()) - UNUSED
    unused = Attachment.objects.filter(message__isnull=True, created_at__lt=before).exclude(uploader="")
    stale = list(unused.select_for_update(skip_locked=True)[:limit])
    for attachment in stale:
        attachment.file.delete(save=False)
    Attachment.objects.filter(pk__in=[each.pk for each in stale]).delete()
    return len(stale)
