from __future__ import annotations

import pghistory
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


def _limits(low: int, high: int) -> list[MinValueValidator | MaxValueValidator]:
    return [MinValueValidator(low), MaxValueValidator(high)]


@pghistory.track()
class QuoteFollowUps(models.Model):
    """What follows a quote by itself (spec 8.4); one row.

    `stages`: public id of a pipeline to that of the stage to which an accepted quote takes its lead, "" for staying; a
    pipeline that is not named goes by its first stage of won leads. `service`: key of what is offered to be booked after
    a yes, empty for nothing.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    silence = models.BooleanField(_("ask after silence"), default=True)
    first_hours = models.PositiveSmallIntegerField(
        _("first question after, hours"), default=4, validators=_limits(1, 720)
    )
    again_hours = models.PositiveSmallIntegerField(
        _("second question after, hours"), default=24, validators=_limits(1, 720)
    )
    warning = models.BooleanField(_("say that it ends soon"), default=True)
    warning_days = models.PositiveSmallIntegerField(
        _("days before the end"), default=2, validators=_limits(1, 60)
    )
    renewal = models.BooleanField(_("offer a new one when it is over"), default=True)
    thanks = models.BooleanField(_("thank for a yes"), default=True)
    orders = models.BooleanField(_("make an order of a yes"), default=True)
    stages = models.JSONField(_("stage after a yes"), default=dict, blank=True)
    service = models.CharField(_("to be booked after a yes"), max_length=60, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="one_row_of_quote_follow_ups"),
            models.CheckConstraint(
                condition=Q(first_hours__gte=1, again_hours__gte=1, warning_days__gte=1),
                name="quote_follow_ups_take_time",
            ),
        ]

    def __str__(self) -> str:
        return "Quotes: what follows"
