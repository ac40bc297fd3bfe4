from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.pipeline.models import Lead
from crm.pipeline.steps import LENGTH, Step, When, choices

MINUTES = "%Y-%m-%dT%H:%M"


class StepForm(forms.Form):
    """What happens next and when, in the reader's own zone.

    Without a text the lead's step stays and is only put off; `clear` takes it away. `when` is one of the quick choices
    and wins over `due_at`.
    """

    next_step = forms.CharField(
        required=False,
        max_length=LENGTH,
        label=_("What happens next"),
        widget=forms.TextInput(attrs={"autofocus": True, "autocomplete": "off"}),
    )
    due_at = forms.DateTimeField(
        required=False,
        label=_("When"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MINUTES),
    )
    when = forms.ChoiceField(required=False, choices=[(when.value, when.value) for when in When])
    clear = forms.BooleanField(required=False)

    def __init__(self, data: Any = None, *, lead: Lead, now: datetime, suggestion: str = "") -> None:
        self.lead = lead
        self.moments = choices(now, timezone.get_current_timezone_name())
        super().__init__(
            data, initial={"next_step": suggestion or lead.next_step, "due_at": self._offered(now)}
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("clear") or self.errors:
            return cleaned
        asked = self.data.get("next_step")
        text = self.lead.next_step if asked is None else cleaned.get("next_step")
        chosen = self.moments.get(When(cleaned["when"])) if cleaned.get("when") else None
        cleaned["next_step"], cleaned["due_at"] = text, chosen or cleaned.get("due_at")
        if not text:
            self.add_error("next_step", _("Say what will happen then."))
        elif cleaned["due_at"] is None:
            self.add_error("due_at", _("Say when."))
        return cleaned

    @property
    def step(self) -> Step:
        if self.cleaned_data.get("clear"):
            return Step()
        return Step(self.cleaned_data["next_step"], self.cleaned_data["due_at"])

    def _offered(self, now: datetime) -> datetime:
        """The step's own time while it lies ahead, else tomorrow."""
        due_at = self.lead.next_step_at
        return due_at if due_at is not None and due_at > now else self.moments[When.TOMORROW]
