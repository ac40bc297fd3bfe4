from __future__ import annotations

import pghistory
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from bookings.resources.models import Resource
from core.ids import public_token, uuid7


class MeetingFormat(models.TextChoices):
    PLACE = "place", _("At a place")
    LINK = "link", _("Online, by link")
    PHONE = "phone", _("By phone")


@pghistory.track()
class Service(models.Model):
    """Something that can be booked (spec 9.1).

    `title`, `description`, `prepare` (what to prepare) and `where` (address, or words beside the link): text per
    language. Lengths in minutes. A slot starts every `step` minutes from the start of the resource's hours; a booking
    occupies `buffer_before` and `buffer_after` beside its own time. `min_notice`: no sooner than that from now;
    `horizon_days`: no later. `cutoff`: minutes before the start until which customers may move or cancel by themselves.
    `capacity`: seats of one time (a class). `goals`: keys of flow goals that this service serves. `token` names its
    public page.
    """

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    token = models.CharField(max_length=40, unique=True, default=public_token, editable=False)
    key = models.SlugField(_("key"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=100)
    title = models.JSONField(_("title for customers"), default=dict)
    description = models.JSONField(_("description"), default=dict, blank=True)
    prepare = models.JSONField(_("what to prepare"), default=dict, blank=True)
    format = models.CharField(_("format"), max_length=5, choices=MeetingFormat, default=MeetingFormat.PLACE)
    where = models.JSONField(_("address"), default=dict, blank=True)
    link = models.URLField(_("link"), max_length=500, blank=True)
    duration = models.PositiveSmallIntegerField(_("length, minutes"), default=30)
    step = models.PositiveSmallIntegerField(_("a start every, minutes"), default=30)
    buffer_before = models.PositiveSmallIntegerField(_("free before, minutes"), default=0)
    buffer_after = models.PositiveSmallIntegerField(_("free after, minutes"), default=0)
    min_notice = models.PositiveIntegerField(_("notice, minutes"), default=120)
    horizon_days = models.PositiveSmallIntegerField(_("days ahead"), default=30)
    cutoff = models.PositiveIntegerField(_("changes until, minutes before"), default=60)
    hold_minutes = models.PositiveSmallIntegerField(_("a time is kept for, minutes"), default=15)
    capacity = models.PositiveSmallIntegerField(_("seats"), default=1)
    price = models.DecimalField(_("price"), max_digits=20, decimal_places=4, null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, default="AMD")
    goals = models.JSONField(_("goals"), default=list, blank=True)
    active = models.BooleanField(_("active"), default=True)
    public = models.BooleanField(_("on the public page"), default=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    resources: models.ManyToManyField[Resource, ServiceResource] = models.ManyToManyField(
        Resource, through="ServiceResource", related_name="services"
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(duration__gte=5, duration__lte=1440), name="service_lasts_5_minutes_to_a_day"
            ),
            models.CheckConstraint(condition=Q(step__gte=5, step__lte=1440), name="service_step_in_a_day"),
            models.CheckConstraint(condition=Q(capacity__gte=1, capacity__lte=500), name="service_has_seats"),
            models.CheckConstraint(
                condition=Q(price__isnull=True) | Q(price__gte=0), name="service_price_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return self.name


@pghistory.track()
class ServiceResource(models.Model):
    """Who can give a service. Round robin: whoever has the fewest bookings of it since they all began, then whoever
    was booked least recently. `since`: who joins later does not get all the bookings that the others had before.
    """

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="providers")
    resource = models.ForeignKey(Resource, on_delete=models.CASCADE, related_name="provides")
    since = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["service", "resource"], name="one_provider_per_service")
        ]
