from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import connection
from django.db.models import Max

from conversations.channels.contracts import UPLOADED, InboundAttachment, InboundEvent
from conversations.files.operations import fetch_later
from conversations.threads.models import Attachment, Conversation, Direction, Message

_MADE_BY_THE_DATABASE = frozenset({"id", "created_at"})
_INSERT = (
    "INSERT INTO {table} ({columns}) VALUES ({values}) "
    "ON CONFLICT (account_id, dedupe_key) DO NOTHING RETURNING id, created_at"
)
NO_FILES = ("contact", "sticker")
"""What is no file to be passed on: a shared contact is learned from, a sticker is a smile."""
KINDS = frozenset({"image", "audio", "video", "file", "location", "contact", "sticker"})


def insert_once(message: Message) -> bool:
    """Insert unless the account knows an event of that key: False, and nothing happened."""
    fields = [field for field in Message._meta.concrete_fields if field.name not in _MADE_BY_THE_DATABASE]
    columns = ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)
    values = [field.get_db_prep_save(getattr(message, field.attname), connection) for field in fields]
    sql = _INSERT.format(
        table=Message._meta.db_table, columns=columns, values=", ".join(["%s"] * len(fields))
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        row = cursor.fetchone()
    if row is None:
        return False
    message.pk, message.created_at = row
    message._state.adding = False
    return True


def last_heard_at(conversation: Conversation) -> datetime | None:
    """When the customer last said something, by the provider's clock."""
    heard = Message.objects.filter(conversation=conversation, direction=Direction.IN)
    latest: datetime | None = heard.aggregate(latest=Max("sent_at"))["latest"]
    return latest


def attach(message: Message, event: InboundEvent) -> None:
    """Give the message its files: those that were uploaded before it, and rows for those still to be
    fetched."""
    uploaded = [
        each.url.removeprefix(UPLOADED) for each in event.attachments if each.url.startswith(UPLOADED)
    ]
    announced = [each for each in event.attachments if not each.url.startswith(UPLOADED)]
    if uploaded:
        Attachment.objects.filter(
            public_id__in=uploaded,
            account_id=message.account_id,
            uploader=event.sender_id,
            message__isnull=True,
        ).update(message=message)
    if announced:
        files = Attachment.objects.bulk_create([_announced(message, each) for each in announced])
        fetch_later(message, files)
    if event.attachments:
        kept = Attachment.objects.filter(message=message).order_by("id")
        message.attachment_kinds = tuple(kept.exclude(kind__in=NO_FILES).values_list("kind", flat=True))


def kinds_of_files(messages: Sequence[Message]) -> tuple[str, ...]:
    """As `attach` puts them to a message, of several."""
    files = Attachment.objects.filter(message__in=messages).exclude(kind__in=NO_FILES)
    return tuple(files.order_by("id").values_list("kind", flat=True))


def _announced(message: Message, attachment: InboundAttachment) -> Attachment:
    return Attachment(
        message=message,
        account_id=message.account_id,
        kind=attachment.type if attachment.type in KINDS else "file",
        name=attachment.name[:200],
        mime=attachment.mime[:100],
        external_id=(attachment.external_id or attachment.url)[:300],
        caption=attachment.caption,
    )
