from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.public.strip import instant
from crm.contacts.errors import BadContactPoint
from crm.contacts.models import ContactPointKind
from crm.contacts.queries import kind_of, stored_form


class VisitorForm(forms.Form):
    """The three fields of the booking page; the chosen time and the key of the form come with them."""

    name = forms.CharField(
        label=gettext_lazy("Your name"),
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": gettext_lazy("Write your name.")},
    )
    reach = forms.CharField(
        label=gettext_lazy("Phone or email"),
        max_length=254,
        widget=forms.TextInput(
            attrs={"autocomplete": "tel", "autocapitalize": "none", "spellcheck": "false"}
        ),
        error_messages={"required": gettext_lazy("Write how we can reach you.")},
    )
    purpose = forms.CharField(
        label=gettext_lazy("What is it about?"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    start = forms.CharField(required=False, widget=forms.HiddenInput)
    key = forms.CharField(required=False, widget=forms.HiddenInput)

    @property
    def shown(self) -> list[forms.BoundField]:
        return [self["name"], self["reach"], self["purpose"]]

    def clean_reach(self) -> str:
        given = str(self.cleaned_data["reach"]).strip()
        try:
            return stored_form(kind_of(given), given)
        except BadContactPoint as error:
            raise forms.ValidationError(str(error)) from error

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        cleaned["starts_at"] = instant(cleaned.get("start", ""))
        if cleaned["starts_at"] is None:
            raise forms.ValidationError(_("Choose a time."))
        return cleaned

    @property
    def kind(self) -> ContactPointKind:
        return kind_of(self.cleaned_data["reach"])
