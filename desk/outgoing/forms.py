from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.errors import Refused
from desk.outgoing.times import LOCAL, instant

MOST_WRITTEN = 20_000
"""Characters of one message, as in the composer."""


class ScheduledForm(forms.Form):
    """Words and time of a message that waits; the time by the customer's clock."""

    text = forms.CharField(
        label=_("Text"),
        max_length=MOST_WRITTEN,
        widget=forms.Textarea(attrs={"rows": 5, "dir": "auto", "autofocus": True}),
    )
    at = forms.CharField(
        label=_("Leaves at"), max_length=40, widget=forms.DateTimeInput(attrs={"type": "datetime-local"})
    )

    def __init__(self, *args: Any, zone: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone = zone
        self.fields["at"].help_text = _("Time in %(zone)s, where the customer is.") % {"zone": zone}

    @staticmethod
    def initial_of(text: str, at: datetime, zone: str) -> dict[str, str]:
        return {"text": text, "at": at.astimezone(ZoneInfo(zone)).strftime(LOCAL)}

    def clean_at(self) -> datetime:
        try:
            return instant(self.cleaned_data["at"], zone=self.zone, now=timezone.now())
        except Refused as refusal:
            raise forms.ValidationError(str(refusal)) from refusal
