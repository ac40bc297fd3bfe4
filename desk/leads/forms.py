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
        self.fields["currency"] = currency_field(self.instance.currency)
        if self.instance.value is not None:
            self.initial["value"] = self.instance.value.normalize() + 0


def currency_field(known: str) -> forms.ChoiceField:
    codes = dict.fromkeys([known, *CURRENCIES])
    return forms.ChoiceField(
        choices=[(code, code) for code in codes if code],
        initial=known,
        label=_("Currency"),
        widget=forms.Select(attrs={"class": "form-select-sm"}),
    )
