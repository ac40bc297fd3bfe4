from __future__ import annotations

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from core.ids import public_token, uuid7


class ResourceKind(models.TextChoices):
    PERSON = "person", _("Person")
    ROOM = "room", _("Room")


@pghistory.track(exclude=["feed_token"])
class Resource(models.Model):
    """A person or a room that can be booked (spec 9.1). Hours are wall time of `timezone`.

    `holiday_country`: its public holidays are closed unless the date has hours of its own. `feed_token` opens the
    resource's iCalendar feed.
    """

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=100)
    kind = models.CharField(_("kind"), max_length=6, choices=ResourceKind, default=ResourceKind.PERSON)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="resource",
        verbose_name=_("colleague"),
    )
    timezone = models.CharField(_("time zone"), max_length=64, default="Asia/Yerevan")
    holiday_country = models.CharField(_("public holidays of"), max_length=2, blank=True)
    active = models.BooleanField(_("active"), default=True)
    feed_token = models.CharField(max_length=40, unique=True, default=public_token, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name


@pghistory.track()
class ResourceHours(models.Model):
    """A weekly period in wall time of the resource's zone; end 00:00 is the midnight that ends the day.

    `overnight`: it ends on the next day. Other periods end after they start.
    """

    resource = models.ForeignKey(Resource, on_delete=models.CASCADE, related_name="hours")
    weekday = models.PositiveSmallIntegerField(_("weekday"), help_text=_("0 is Monday"))
    start = models.TimeField(_("from"))
    end = models.TimeField(_("to"))
    overnight = models.BooleanField(_("until the next day"), default=False)

    class Meta:
        ordering = ["weekday", "start"]
        constraints = [
            models.CheckConstraint(condition=Q(weekday__lte=6), name="resource_weekday_in_week"),
            models.UniqueConstraint(
                fields=["resource", "weekday", "start"], name="one_resource_period_per_start"
            ),
            models.CheckConstraint(
                condition=Q(overnight=True) | Q(end="00:00") | Q(end__gt=models.F("start")),
                name="resource_period_ends_after_start",
            ),
        ]


@pghistory.track()
class ResourceException(models.Model):
    """A date of the resource's own zone with hours of its own; without start and end it is closed that day."""

    resource = models.ForeignKey(Resource, on_delete=models.CASCADE, related_name="exceptions")
    date = models.DateField(_("date"))
    name = models.CharField(_("name"), max_length=100, blank=True)
    start = models.TimeField(_("from"), null=True, blank=True)
    end = models.TimeField(_("to"), null=True, blank=True)

    class Meta:
        ordering = ["date", "start"]
        constraints = [
            models.UniqueConstraint(
                fields=["resource", "date", "start"],
                name="one_resource_exception_per_start",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(start__isnull=True, end__isnull=True) | Q(start__isnull=False, end__isnull=False),
                name="resource_exception_has_both_ends_or_none",
            ),
        ]
