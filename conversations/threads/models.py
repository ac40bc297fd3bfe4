from __future__ import annotations

import pghistory
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from conversations.accounts.models import ChannelAccount, ChannelIdentity
from conversations.understanding.documents import is_document
from core.access.models import Team
from core.history.tables import indexes
from core.ids import uuid7
from core.languages import Language
from crm.contacts.models import Contact
from crm.contacts.tombstones import never_to_a_tombstone
from crm.pipeline.models import Lead

COMPUTED = [
    "last_sequence",
    "last_message_at",
    "last_text",
    "last_direction",
    "unread",
    "waiting_since",
    "first_response_at",
    "first_person_response_at",
    "scheduled",
    "talk",
]


class ConversationStatus(models.TextChoices):
    OPEN = "open", _("Open")
    WAITING_US = "waiting_us", _("Waiting for us")
    WAITING_CUSTOMER = "waiting_customer", _("Waiting for customer")
    SNOOZED = "snoozed", _("Snoozed")
    SOLVED = "solved", _("Solved")
    SPAM = "spam", _("Spam")


LIVE_STATUSES = (
    ConversationStatus.OPEN,
    ConversationStatus.WAITING_US,
    ConversationStatus.WAITING_CUSTOMER,
    ConversationStatus.SNOOZED,
)


class Handler(models.TextChoices):
    """Who answers the customer now (spec 5.5)."""

    FLOW = "flow", _("Flow")
    PERSON = "person", _("Person")
    QUEUE = "queue", _("Waiting for a person")


class Urgency(models.IntegerChoices):
    NORMAL = 0, _("Normal")
    HIGH = 1, _("High")
    URGENT = 2, _("Urgent")


@pghistory.track(exclude=COMPUTED, meta=indexes("conversation", by_person=True))
class Conversation(models.Model):
    """A thread with one person on one account, which is also the ticket (spec 6.11). Its number is its id.

    `last_sequence` counts the messages; it is raised only while the row is locked. `waiting_since` is the time of
    the customer's first message that nobody has answered yet, empty when it is the customer's turn. `talk`: a question
    that was asked beside the flow and waits for its answer, as whoever asked it keeps it. `scheduled`
    counts what people have written to be sent later.
    """

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    account = models.ForeignKey(ChannelAccount, on_delete=models.PROTECT, related_name="conversations")
    identity = models.ForeignKey(ChannelIdentity, on_delete=models.PROTECT, related_name="conversations")
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="conversations")
    lead = models.ForeignKey(
        Lead, on_delete=models.SET_NULL, null=True, blank=True, related_name="conversations", db_index=False
    )
    thread_id = models.CharField(max_length=200, blank=True)
    subject = models.CharField(_("subject"), max_length=200, blank=True)
    status = models.CharField(
        _("status"), max_length=20, choices=ConversationStatus, default=ConversationStatus.OPEN
    )
    handler = models.CharField(max_length=10, choices=Handler, default=Handler.QUEUE)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="conversations",
        verbose_name=_("assignee"),
    )
    team = models.ForeignKey(
        Team,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="conversations",
        verbose_name=_("team"),
    )
    language = models.CharField(max_length=2, choices=Language, blank=True)
    goal = models.CharField(max_length=40, blank=True)
    urgency = models.PositiveSmallIntegerField(choices=Urgency, default=Urgency.NORMAL)
    tags = ArrayField(models.CharField(max_length=50), default=list, blank=True)
    referral = models.JSONField(default=dict, blank=True)
    handoff = models.JSONField(default=dict, blank=True)
    talk = models.JSONField(default=dict, db_default={}, blank=True)
    last_sequence = models.PositiveIntegerField(default=0)
    last_message_at = models.DateTimeField(null=True)
    last_text = models.CharField(max_length=200, blank=True)
    last_direction = models.CharField(max_length=4, blank=True)
    unread = models.PositiveIntegerField(default=0)
    waiting_since = models.DateTimeField(null=True)
    first_response_at = models.DateTimeField(null=True)
    first_person_response_at = models.DateTimeField(null=True)
    scheduled = models.PositiveSmallIntegerField(default=0, db_default=0)
    solved_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    lead_just_made: Lead | None = None  # by this very transaction, in which nobody else can hold it

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["identity", "thread_id"],
                name="one_live_conversation_per_thread",
                condition=~Q(status__in=["solved", "spam"]),
            )
        ]
        indexes = [
            models.Index(
                fields=["-last_message_at", "-id"],
                name="inbox_all",
                condition=~Q(status__in=["solved", "spam"]),
            ),
            models.Index(
                fields=["assignee", "-last_message_at", "-id"],
                name="inbox_mine",
                condition=~Q(status__in=["solved", "spam"]),
            ),
            models.Index(
                fields=["-last_message_at", "-id"], name="inbox_solved", condition=Q(status="solved")
            ),
            models.Index(
                fields=["-id"],
                name="answered_by_people",
                condition=Q(first_person_response_at__isnull=False),
            ),
            models.Index(fields=["lead", "-last_message_at"], name="conversations_of_lead"),
        ]
        triggers = [never_to_a_tombstone()]

    def __str__(self) -> str:
        return f"#{self.pk}"


class Direction(models.TextChoices):
    IN = "in"
    OUT = "out"
    NOTE = "note"


class AuthorKind(models.TextChoices):
    CUSTOMER = "customer"
    USER = "user"
    FLOW = "flow"
    SYSTEM = "system"


class MessageStatus(models.TextChoices):
    """Way of an outgoing message; it never moves backwards (facts, WhatsApp). Incoming ones are `received`.

    SCHEDULED has a time at which it becomes QUEUED. CANCELLED never left; without an error its writer took it back.
    """

    RECEIVED = "received"
    SCHEDULED = "scheduled", _("To be sent later")
    QUEUED = "queued", _("Waiting to be sent")
    SENT = "sent", _("Sent")
    DELIVERED = "delivered", _("Delivered")
    READ = "read", _("Read")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Not sent")


class Message(models.Model):
    """One message or note. Shown in the order of `sent_at`, `sequence`; `late` marks one that arrived out of order.

    `dedupe_key` is the hash of (event kind, external id, thread): the same event twice falls away on it.
    `quick_replies`: [{"label", "payload"}]. `group_id` is the provider's for an album, which is one message here.
    """

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    conversation = models.ForeignKey(
        Conversation, on_delete=models.PROTECT, related_name="messages", db_index=False
    )
    account = models.ForeignKey(ChannelAccount, on_delete=models.PROTECT, related_name="+", db_index=False)
    sequence = models.PositiveIntegerField()
    direction = models.CharField(max_length=4, choices=Direction)
    author_kind = models.CharField(max_length=10, choices=AuthorKind)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    text = models.TextField(blank=True)
    language = models.CharField(max_length=2, blank=True)
    payload = models.CharField(max_length=200, blank=True)
    quick_replies = models.JSONField(default=list, blank=True)
    external_id = models.CharField(max_length=300, blank=True)
    dedupe_key = models.CharField(max_length=64, null=True)
    reply_to_external_id = models.CharField(max_length=300, blank=True)
    status = models.CharField(max_length=10, choices=MessageStatus)
    error = models.TextField(blank=True)
    late = models.BooleanField(default=False)
    sent_at = models.DateTimeField()
    delivered_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)
    edited_at = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True)
    raw_kind = models.CharField(max_length=40, blank=True)
    group_id = models.CharField(max_length=64, blank=True, default="", db_default="")
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    attachment_kinds: tuple[str, ...] = ()  # of a message that is just being taken in; its files are rows
    said_before: tuple[str, ...] = ()  # texts of messages that are answered together with this one

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "dedupe_key"], name="each_event_once"),
            models.UniqueConstraint(fields=["conversation", "sequence"], name="one_message_per_sequence"),
        ]
        indexes = [
            models.Index(fields=["conversation", "-sent_at", "-sequence"], name="thread_order"),
            models.Index(
                fields=["account", "external_id"], name="message_external", condition=~Q(external_id="")
            ),
        ]

    @property
    def words(self) -> str:
        """What is to be understood: the text, after those that it is answered together with; no documents."""
        return "\n".join(text for text in (*self.said_before, self.text) if not is_document(text))

    @property
    def has_document(self) -> bool:
        return any(is_document(text) for text in (*self.said_before, self.text))


class Attachment(models.Model):
    """A file of a message; `file` is empty while it has only been announced and not fetched yet, `error` says why it
    could not be fetched."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    message = models.ForeignKey(Message, on_delete=models.CASCADE, null=True, related_name="attachments")
    account = models.ForeignKey(ChannelAccount, on_delete=models.PROTECT, related_name="+", db_index=False)
    uploader = models.CharField(max_length=200, blank=True)
    kind = models.CharField(max_length=10, default="file")
    file = models.FileField(upload_to="attachments/%Y/%m/", blank=True)
    name = models.CharField(max_length=200, blank=True)
    mime = models.CharField(max_length=100, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    external_id = models.CharField(max_length=300, blank=True)
    caption = models.TextField(blank=True)
    error = models.TextField(blank=True, default="", db_default="")
    created_at = models.DateTimeField(db_default=Now(), editable=False)
