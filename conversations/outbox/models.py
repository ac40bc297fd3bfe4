from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from conversations.accounts.models import ChannelAccount
from conversations.threads.models import Message
from crm.consent.models import Purpose


class OutboxStatus(models.TextChoices):
    """HELD: the customer has written since it was scheduled; a person decides whether it still goes."""

    PENDING = "pending"
    HELD = "held"
    SENT = "sent"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Wait(models.TextChoices):
    """Why a message does not leave at once; "" where it does.

    UNDO: its writer may still take it back. SCHEDULED: a person chose the time. QUIET: quiet hours of the customer.
    """

    UNDO = "undo"
    SCHEDULED = "scheduled"
    QUIET = "quiet"


class OutboxItem(models.Model):
    """A message on its way out (spec 3.2): queued with the transaction that caused it, claimed by one worker.

    Messages of one conversation leave one after the other; a failed one does not hold up the next, nor does one
    that waits for its time. One that waits is looked at again, and adapted to the channel, when its time has come.
    `purpose` is a `crm.consent.models.Purpose`; `can_wait` says that quiet hours may put off a transactional one.
    `before` keeps what speaking changed in the conversation, for whoever takes the message back.
    """

    message = models.OneToOneField(Message, on_delete=models.CASCADE, related_name="outbox")
    account = models.ForeignKey(ChannelAccount, on_delete=models.PROTECT, related_name="+", db_index=False)
    conversation_id = models.BigIntegerField()
    status = models.CharField(max_length=10, choices=OutboxStatus, default=OutboxStatus.PENDING)
    wait = models.CharField(max_length=10, choices=Wait, blank=True)
    purpose = models.CharField(max_length=20, choices=Purpose, default=Purpose.REPLY)
    can_wait = models.BooleanField(default=False)
    before = models.JSONField(default=dict)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(db_default=Now())
    claimed_until = models.DateTimeField(null=True)
    error = models.TextField(blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    finished_at = models.DateTimeField(null=True)

    interrupted = False  # of a message that was just claimed: a worker died with it in hand
    has_files = True  # of a message that was just claimed: False where it is known to have none

    class Meta:
        indexes = [
            models.Index(
                fields=["next_attempt_at", "id"], name="outbox_pending", condition=Q(status="pending")
            ),
            models.Index(fields=["conversation_id", "id"], name="outbox_lane", condition=Q(status="pending")),
            models.Index(
                fields=["next_attempt_at", "id"],
                name="outbox_looked_at",
                condition=Q(status="pending") & (~Q(wait="") | Q(purpose__in=["follow_up", "marketing"])),
            ),
            models.Index(fields=["account", "-id"], name="outbox_failed", condition=Q(status="failed")),
        ]
