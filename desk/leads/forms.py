from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.pipeline.models import Lead

CURRENCIES = ("AMD", "USD", "EUR", "RUB", "GEL", "AZN")
AMOUNT = {"max_digits": 20, "decimal_places": 4, "min_value": Decimal(0)}


class DetailsForm(forms.ModelForm):  # type: ignore[type-arg]
    """What the head of a lead says about it."""

    class Meta:
        model = Lead
        fields = ("title", "value", "currency")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["title"].widget.attrs["autofocus"] = True
        self.fields["value"] = forms.DecimalField(required=False, label=_("Value"), **AMOUNT)  # type: ignore[arg-type]
        self.fields["currency"] = _currency_field(self.instance.currency)
        if self.instance.value is not None:
            self.initial["value"] = self.instance.value.normalize() + 0


class NextStepForm(forms.Form):
    """What happens next and when, in the reader's own zone; an empty text clears both."""

    next_step = forms.CharField(
        required=False,
        max_length=200,
        label=_("Next step"),
        widget=forms.TextInput(attrs={"autofocus": True}),
    )
    due_at = forms.DateTimeField(
        required=False,
        label=_("When"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("due_at") and not cleaned.get("next_step"):
            self.add_error("next_step", _("Say what will happen then."))
        return cleaned


def _currency_field(known: str) -> forms.ChoiceField:
    codes = dict.fromkeys([known, *CURRENCIES])
    return forms.ChoiceField(
        choices=[(code, code) for code in codes if code],
        initial=known,
        label=_("Currency"),
        widget=forms.Select(attrs={"class": "form-select-sm"}),
    )
