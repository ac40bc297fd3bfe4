"""What every channel promises to the rest of the house (architecture 4).

Nobody outside a channel's folder knows a provider's words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, Literal, Protocol, runtime_checkable
from uuid import UUID

from django.utils.translation import gettext_noop


class SignatureError(Exception):
    """The request is not from the provider, or not from whom it says."""


class MalformedPayload(Exception):
    """The body is not what the provider documents. `parse` and `lane` raise this and nothing else."""


class SendError(Exception):
    """The provider did not take the message.

    `permanent`: trying again is no use. `retry_after`: seconds the provider asks for. `code`: the provider's
    own, for the log. `message`: plain words for the person who wrote, English source text. `blocked`: the
    customer does not let us write any more, which counts as an opt-out.
    """

    def __init__(
        self,
        message: str,
        *,
        permanent: bool = False,
        retry_after: float | None = None,
        code: str = "",
        blocked: bool = False,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.permanent = permanent
        self.retry_after = retry_after
        self.code = code
        self.blocked = blocked


class NotYet(Exception):
    """The adapter keeps the provider's pace: nothing was sent, and trying `seconds` later is no failed try."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"not before {seconds:.1f} s")
        self.seconds = seconds


class FetchError(Exception):
    """The provider did not give a file. `message`: plain words; `permanent`: trying again is no use."""

    def __init__(self, message: str, *, permanent: bool = False) -> None:
        super().__init__(message)
        self.message = message
        self.permanent = permanent


class EventKind(StrEnum):
    """A mention is a comment, an echo a message with direction out, opt-outs and account events are other."""

    MESSAGE = "message"
    STATUS = "status"
    REACTION = "reaction"
    EDIT = "edit"
    DELETE = "delete"
    POSTBACK = "postback"
    COMMENT = "comment"
    OTHER = "other"


OPTED_OUT = "opted_out"
OPTED_IN = "opted_in"
"""`payload` of an event of kind other: the customer blocked us, or lets us write again."""

UNCONFIRMED = gettext_noop(
    "The connection broke before it was confirmed: the message may have arrived. Look before you send it again."
)
"""Why a message is not tried again by itself on a channel where it could arrive twice."""

UPLOADED = "upload:"
"""Prefix of `InboundAttachment.url` for a file that already lies with us as an Attachment of that public id.
"""


@dataclass(frozen=True, slots=True)
class InboundAttachment:
    """A file as the provider announces it.

    `type`: image, audio, video, file, location, contact, sticker ...
    """

    type: str
    external_id: str = ""
    url: str = ""
    mime: str = ""
    caption: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class InboundEvent:
    """One thing that happened at the provider.

    `identities`: (kind, value) pairs that the provider tells about the sender: phone, email, user_id,
    language. `reply_to`: the external id of the message that is answered, reacted to, edited or deleted.
    `payload`: what a button carried; for kind other the provider's own word for what it is. `status`: sent,
    delivered, read or failed, of the message `external_id`, or of everything up to `watermark`. `sent_at`
    aware; None where the provider tells no time. `group_id`: the same for the parts of one thing that was said at
    once, such as the pictures of an album.
    """

    kind: EventKind = EventKind.MESSAGE
    direction: Literal["in", "out"] = "in"
    external_id: str = ""
    thread_id: str = ""
    sender_id: str = ""
    sender_name: str = ""
    identities: tuple[tuple[str, str], ...] = ()
    recipient_id: str = ""
    subject: str = ""
    text: str = ""
    attachments: tuple[InboundAttachment, ...] = ()
    sent_at: datetime | None = None
    reply_to: str = ""
    payload: str = ""
    status: str = ""
    watermark: datetime | None = None
    group_id: str = ""
    referral: Mapping[str, Any] = field(default_factory=dict)
    raw: Mapping[str, Any] = field(default_factory=dict)

    @property
    def customer_id(self) -> str:
        """The other side's id, whoever spoke."""
        return self.recipient_id if self.direction == "out" else self.sender_id


class TextUnit(StrEnum):
    CHARACTERS = "characters"
    BYTES = "bytes"


@dataclass(frozen=True, slots=True)
class Abilities:
    """What a channel can carry (spec 2.3). Sizes of 0 mean: not at all; `window_hours` None means: no
    window.

    `lease_seconds` is the longest that one send may take before another worker may try it again. `repeatable`:
    the same message sent twice arrives once; where it does not, a send whose outcome nobody knows is not tried
    again by itself. `files_at_once` 0 means any number; `caption_limit` None: as much text beside a file as
    without.
    """

    text_limit: int = 4000
    text_unit: TextUnit = TextUnit.CHARACTERS
    quick_replies: int = 0
    quick_reply_label: int = 20
    media: bool = True
    typing: bool = False
    window_hours: int | None = None
    lease_seconds: int = 60
    repeatable: bool = True
    files_at_once: int = 0
    caption_limit: int | None = None


@dataclass(frozen=True, slots=True)
class OutboundAttachment:
    public_id: UUID
    kind: str
    name: str
    mime: str
    size: int
    path: str


@dataclass(frozen=True, slots=True)
class OutboundMessage:
    """A message adapted to the channel's abilities, ready to be handed to the provider.

    `message_id` is the same at every attempt: an idempotency key where the provider knows such a thing.
    """

    message_id: UUID
    recipient_id: str
    thread_id: str
    text: str
    quick_replies: tuple[tuple[str, str], ...] = ()
    attachments: tuple[OutboundAttachment, ...] = ()
    reply_to: str = ""


@dataclass(frozen=True, slots=True)
class SendResult:
    """The provider took it. `delivered` where taking it is delivering it; `thread_id` where the thread goes on
    under another id from now on."""

    external_id: str = ""
    delivered: bool = False
    thread_id: str = ""


@dataclass(frozen=True, slots=True)
class FetchedFile:
    """A file that the provider gave; `name` as far as the provider knows one."""

    content: bytes
    name: str = ""


class Adapter(Protocol):
    """One kind of channel. Holds no state and never touches the database."""

    kind: ClassVar[str]
    abilities: ClassVar[Abilities]
    acknowledgement: ClassVar[tuple[str, bytes]]
    """Content type and body of the answer to an accepted delivery."""
    public: ClassVar[bool]
    """Anybody may write without the provider between: deliveries are rate-limited per lane."""

    def handshake(self, credentials: Mapping[str, Any], query: Mapping[str, str]) -> str:
        """Answer to the provider's GET; SignatureError when it does not know the secret."""

    def verify(
        self,
        credentials: Mapping[str, Any],
        headers: Mapping[str, str],
        body: bytes,
        query: Mapping[str, str],
    ) -> None:
        """SignatureError unless the raw body is the provider's, compared in constant time."""

    def lane(self, body: bytes, headers: Mapping[str, str]) -> str:
        """The sender whose deliveries must stay in order, or "".

        MalformedPayload when the body cannot be read at all.
        """

    def keep(self, headers: Mapping[str, str]) -> dict[str, str]:
        """The headers to store with the delivery: what `parse` needs, never a secret."""

    def parse(self, body: bytes, headers: Mapping[str, str]) -> list[InboundEvent]:
        """Every event of the delivery. Raises MalformedPayload and nothing else."""

    def send(self, credentials: Mapping[str, Any], message: OutboundMessage) -> SendResult:
        """Hand one message to the provider; SendError otherwise. Runs outside every transaction."""


@runtime_checkable
class FileSource(Protocol):
    """An adapter whose provider keeps the files of messages until they are asked for."""

    def fetch(self, credentials: Mapping[str, Any], external_id: str, *, most: int) -> FetchedFile:
        """The announced file of at most `most` bytes; FetchError otherwise. Runs outside every transaction."""
