from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.conditions import FieldType, Money, Text, load
from crm.pipeline.models import Lead
from crm.qualification.answers import FIELD_TYPES
from crm.qualification.models import Criterion
from crm.qualification.queries import choice_labels

CURRENCIES = ("AMD", "USD", "EUR", "RUB", "GEL", "AZN")
NOT_KNOWN = ("", _("not known"))
YES_NO = [NOT_KNOWN, ("yes", _("yes")), ("no", _("no"))]
AMOUNT = {"max_digits": 20, "decimal_places": 4, "min_value": Decimal(0)}


class AnswerForm(forms.Form):
    """Corrects the answer to one criterion; what is left empty takes the answer away."""

    def __init__(self, criterion: Criterion, stored: Any, currency: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = criterion.kind
        self.stored = load(FIELD_TYPES[criterion.kind], stored)
        self.fields["value"] = self._field(criterion)
        if criterion.kind == "money":
            known = self.stored.currency if isinstance(self.stored, Money) else currency
            self.fields["currency"] = _currency_field(known)

    def answer(self) -> Any:
        """The value as `correct_answer` takes it; None where there is none."""
        value = self.cleaned_data["value"]
        if value in (None, ""):
            return None
        if self.kind == "money":
            return Money(value, self.cleaned_data["currency"])
        return value == "yes" if self.kind == "yes_no" else value

    def _field(self, criterion: Criterion) -> forms.Field:
        common: dict[str, Any] = {"required": False, "label": _("Value")}
        match criterion.kind:
            case "choice":
                field: forms.Field = forms.ChoiceField(choices=[NOT_KNOWN, *choice_labels(criterion)], **common)
            case "yes_no":
                field = forms.ChoiceField(choices=YES_NO, **common)
            case "money":
                field = forms.DecimalField(**AMOUNT, **common)  # type: ignore[arg-type]
            case "number":
                field = forms.DecimalField(max_digits=15, decimal_places=6, **common)
            case "duration":
                field = forms.IntegerField(min_value=0, max_value=100_000, help_text=_("days"), **common)
            case "date":
                field = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **common)
            case _:
                field = forms.CharField(max_length=2000, **common)
        field.initial = self._initial()
        field.widget.attrs |= {"autofocus": True, "class": "form-control-sm"}
        return field

    def _initial(self) -> Any:
        match self.stored:
            case Money():
                return self.stored.amount.normalize() + 0
            case Text():
                return self.stored.raw
            case bool():
                return "yes" if self.stored else "no"
            case Decimal():
                return self.stored.normalize() + 0
            case date() | str():
                return self.stored
        return None


class DetailsForm(forms.ModelForm[Lead]):
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
        required=False, max_length=200, label=_("Next step"), widget=forms.TextInput(attrs={"autofocus": True})
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
