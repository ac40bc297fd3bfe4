from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.calls.enums import CallDirection, CallOutcome
from crm.calls.operations import NOTE_LENGTH
from crm.pipeline.models import Lead

MOST_MINUTES = 600


class CallForm(forms.Form):
    """A call as it is logged: everything but the outcome may be left as it is."""

    direction = forms.ChoiceField(
        choices=CallDirection.choices, required=False, initial=CallDirection.OUT, label=_("Direction")
    )
    lead = forms.ChoiceField(required=False, label=_("About"))
    note = forms.CharField(
        required=False, max_length=NOTE_LENGTH, label=_("Note"), widget=forms.Textarea(attrs={"rows": 2})
    )
    minutes = forms.IntegerField(required=False, min_value=0, max_value=MOST_MINUTES, label=_("Minutes"))
    phone = forms.CharField(required=False, max_length=20, widget=forms.HiddenInput)
    outcome = forms.ChoiceField(choices=CallOutcome.choices, label=_("Outcome"))

    def __init__(self, *args: Any, leads: Sequence[Lead], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._leads = {str(lead.public_id): lead for lead in leads}
        about = self.fields["lead"]
        assert isinstance(about, forms.ChoiceField)
        about.choices = [(key, lead.title) for key, lead in self._leads.items()]

    @property
    def chosen_lead(self) -> Lead | None:
        """The lead that was chosen, else the newest one."""
        return self._leads.get(self.cleaned_data["lead"]) or next(iter(self._leads.values()), None)

    @property
    def seconds(self) -> int | None:
        minutes: int | None = self.cleaned_data["minutes"]
        return None if minutes is None else minutes * 60
