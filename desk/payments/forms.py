from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.payments.models import PaymentProvider
from crm.payments.queries import default_provider, today


class RequestForm(forms.Form):
    """What a customer is asked for. Whether it can be said is for the operation to tell."""

    amount = forms.DecimalField(
        label=_("Amount"),
        max_digits=20,
        decimal_places=4,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "autofocus": True}),
    )
    currency = forms.CharField(
        label=_("Currency"), max_length=3, widget=forms.TextInput(attrs={"autocapitalize": "characters"})
    )
    purpose = forms.CharField(
        label=_("For what"),
        max_length=300,
        help_text=_("The customer reads it, in the chat and on the page where they pay."),
    )
    due_on = forms.DateField(
        label=_("Pay until"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    provider = forms.ModelChoiceField(
        PaymentProvider.objects.none(), label=_("Where they pay"), required=False
    )
    words = forms.CharField(
        label=_("In your own words (a sentence is there without them)"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["provider"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = PaymentProvider.objects.filter(active=True).order_by("-is_default", "name")
        default = default_provider()
        field.empty_label = _("told in the chat") if default is None else str(default)
        self.fields["due_on"].widget.attrs["min"] = today(now).isoformat()

    def clean_currency(self) -> str:
        return str(self.cleaned_data["currency"]).strip().upper()
