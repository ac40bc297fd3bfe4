from __future__ import annotations

import pghistory
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.access.models import Team


@pghistory.track()
class BusinessCalendar(models.Model):
    """Opening hours of a team, or of the whole company where `team` is empty (spec 6.3)."""

    name = models.CharField(_("name"), max_length=100)
    team = models.OneToOneField(
        Team, on_delete=models.CASCADE, null=True, blank=True, related_name="calendar", verbose_name=_("team")
    )
    timezone = models.CharField(_("time zone"), max_length=64, default="Asia/Yerevan")
    holiday_country = models.CharField(_("public holidays of"), max_length=2, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                models.F("team"), name="one_calendar_for_the_company", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return self.name


@pghistory.track()
class OpeningHours(models.Model):
    """A weekly period in wall time of the calendar's zone; end 00:00 is the midnight that ends the day."""

    calendar = models.ForeignKey(BusinessCalendar, on_delete=models.CASCADE, related_name="hours")
    weekday = models.PositiveSmallIntegerField(_("weekday"), help_text=_("0 is Monday"))
    start = models.TimeField(_("from"))
    end = models.TimeField(_("to"))

    class Meta:
        ordering = ["weekday", "start"]
        constraints = [
            models.CheckConstraint(condition=models.Q(weekday__lte=6), name="hours_weekday_in_week"),
            models.UniqueConstraint(fields=["calendar", "weekday", "start"], name="one_period_per_start"),
        ]


@pghistory.track()
class CalendarException(models.Model):
    """A date with hours of its own; without start and end the business is closed that day."""

    calendar = models.ForeignKey(BusinessCalendar, on_delete=models.CASCADE, related_name="exceptions")
    date = models.DateField(_("date"))
    name = models.CharField(_("name"), max_length=100, blank=True)
    start = models.TimeField(_("from"), null=True, blank=True)
    end = models.TimeField(_("to"), null=True, blank=True)

    class Meta:
        ordering = ["date", "start"]
        constraints = [
            models.UniqueConstraint(fields=["calendar", "date", "start"], name="one_exception_per_start"),
            models.CheckConstraint(
                condition=models.Q(start__isnull=True, end__isnull=True)
                | models.Q(start__isnull=False, end__isnull=False),
                name="exception_has_both_ends_or_none",
            ),
        ]
