from __future__ import annotations

import pghistory
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from bookings.resources.models import Resource
from bookings.services.models import MeetingFormat, Service
from conversations.threads.models import Conversation
from core.history.tables import indexes
from core.ids import public_token, uuid7
from core.languages import Language
from crm.contacts.models import Contact
from crm.contacts.tombstones import never_to_a_tombstone
from crm.pipeline.models import Lead


class BookingStatus(models.TextChoices):
    HELD = "held", _("Kept")
    CONFIRMED = "confirmed", _("Confirmed")
    CANCELLED = "cancelled", _("Cancelled")
    EXPIRED = "expired", _("Not confirmed in time")
    ATTENDED = "attended", _("Came")
    NO_SHOW = "no_show", _("Did not come")


OCCUPYING = frozenset(
    {BookingStatus.HELD, BookingStatus.CONFIRMED, BookingStatus.ATTENDED, BookingStatus.NO_SHOW}
)
"""States in which a booking takes its time away from others."""


class BookedVia(models.TextChoices):
    CHAT = "chat", _("Chat")
    PAGE = "page", _("Booking page")
    PERSON = "person", _("A colleague")
    API = "api", "API"


@pghistory.track(exclude=["token"], meta=indexes("booking", by_person=True))
class Booking(models.Model):
    """A time kept for or agreed with a customer. One row for life: moving changes it, with `revision` + 1.

    `token` opens the customer's own page (128 random bits). `revision` is also the SEQUENCE of its invitation
    (RFC 5545), whose UID is made of `public_id`. `timezone`: the customer's, in which times are told. A held booking
    counts until `hold_expires_at`. `acknowledged_at`: the customer answered a reminder. `request_key`: the form or API
    request that made it, so that it is made once.
    """

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    token = models.CharField(max_length=40, unique=True, default=public_token, editable=False)
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="bookings")
    resource = models.ForeignKey(Resource, on_delete=models.PROTECT, related_name="bookings", db_index=False)
    contact = models.ForeignKey(
        Contact, on_delete=models.PROTECT, related_name="bookings", null=True, blank=True
    )
    lead = models.ForeignKey(Lead, on_delete=models.SET_NULL, related_name="bookings", null=True, blank=True)
    conversation = models.ForeignKey(
        Conversation, on_delete=models.SET_NULL, related_name="bookings", null=True, blank=True
    )
    status = models.CharField(_("state"), max_length=9, choices=BookingStatus, default=BookingStatus.HELD)
    starts_at = models.DateTimeField(_("start"))
    ends_at = models.DateTimeField(_("end"))
    timezone = models.CharField(_("customer's time zone"), max_length=64)
    language = models.CharField(_("language"), max_length=2, choices=Language, default=Language.ENGLISH)
    format = models.CharField(_("format"), max_length=5, choices=MeetingFormat, default=MeetingFormat.PLACE)
    purpose = models.CharField(_("purpose"), max_length=500, blank=True)
    via = models.CharField(_("booked by"), max_length=6, choices=BookedVia, default=BookedVia.CHAT)
    hold_expires_at = models.DateTimeField(null=True, blank=True)
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    cancel_reason = models.CharField(_("reason"), max_length=300, blank=True)
    revision = models.PositiveIntegerField(default=0)
    request_key = models.CharField(max_length=80, null=True, blank=True, unique=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=models.F("starts_at")), name="booking_ends_after_start"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["held", "expired", "cancelled"]) | Q(contact__isnull=False),
                name="booking_is_somebodys",
            ),
            models.CheckConstraint(
                condition=~Q(status="held") | Q(hold_expires_at__isnull=False), name="held_booking_expires"
            ),
        ]
        indexes = [
            models.Index(fields=["resource", "starts_at"], name="booking_calendar"),
            models.Index(
                fields=["starts_at", "id"], name="booking_upcoming", condition=Q(status="confirmed")
            ),
            models.Index(fields=["hold_expires_at"], name="booking_holds", condition=Q(status="held")),
        ]
        triggers = [never_to_a_tombstone()]

    def __str__(self) -> str:
        return f"{self.service} {self.starts_at:%Y-%m-%d %H:%M}"


class Allocation(models.Model):
    """A seat of a resource taken by a booking, buffers included: what makes a double booking impossible (spec 9.3).

    While `active` no two rows of one resource and seat overlap, and none overlaps one of another `meeting`: the seats
    of a class belong to the same service at the same start. Whoever inserts has locked the resource first.
    """

    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="allocations")
    resource = models.ForeignKey(Resource, on_delete=models.PROTECT, related_name="+", db_index=False)
    seat = models.PositiveSmallIntegerField(default=1)
    meeting = models.CharField(max_length=40)
    occupied = DateTimeRangeField()
    active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="no_double_booking",
                expressions=[
                    ("resource", RangeOperators.EQUAL),
                    ("seat", RangeOperators.EQUAL),
                    ("occupied", RangeOperators.OVERLAPS),
                ],
                condition=Q(active=True),
            ),
            ExclusionConstraint(
                name="one_meeting_at_a_time",
                expressions=[
                    ("resource", RangeOperators.EQUAL),
                    ("meeting", RangeOperators.NOT_EQUAL),
                    ("occupied", RangeOperators.OVERLAPS),
                ],
                condition=Q(active=True),
            ),
        ]
