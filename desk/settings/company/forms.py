from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.company.models import CompanyProfile
from desk.settings import places

MOST_SECONDS = 30
_COLOR = re.compile(r"#[0-9a-f]{6}")


class CompanyForm(forms.ModelForm):  # type: ignore[type-arg]
    """The profile as customers and colleagues see it."""

    class Meta:
        model = CompanyProfile
        fields = ("name", "legal_name", "phone", "color", "currency", "country", "timezone", "language")
        labels = {
            "name": pgettext_lazy("of a thing", "Name"),
            "language": _("Language of the company"),
            "color": _("Colour of the chat"),
        }
        help_texts = {
            "name": _("Customers read it in the chat and in every greeting."),
            "legal_name": _("On documents, where it differs."),
            "phone": _("Customers read it where it is too late to change a meeting by themselves."),
            "currency": _("Amounts without a currency are read in it; new leads have it."),
            "timezone": _("Days, hours and deadlines of the company are counted in it."),
            "language": _("A customer whose language is not known yet is greeted in it."),
        }
        widgets = {"color": forms.TextInput(attrs={"type": "color", "class": "form-control-color"})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, choices in (
            ("currency", places.currencies()),
            ("country", places.countries()),
            ("timezone", places.zones()),
        ):
            label, help_text = self.fields[name].label, self.fields[name].help_text
            self.fields[name] = forms.ChoiceField(choices=choices, label=label, help_text=help_text)

    def clean_color(self) -> str:
        color = str(self.cleaned_data["color"]).lower()
        if not _COLOR.fullmatch(color):
            raise forms.ValidationError(_("Give the colour as # and six digits, such as #0f766e."))
        return color


_CLOCK = {"type": "time"}


class SendingForm(forms.ModelForm):  # type: ignore[type-arg]
    """When customers are left in peace, and how long a person may take back what was sent."""

    class Meta:
        model = CompanyProfile
        fields = ("quiet_from", "quiet_until", "quiet_days", "undo_seconds")
        labels = {
            "quiet_from": _("Quiet from"),
            "quiet_until": _("Quiet until"),
            "undo_seconds": _("Seconds to undo"),
        }
        help_texts = {
            "quiet_until": _("In the customer's own time zone. Without both times nights are not quiet."),
            "undo_seconds": _(
                "How long a colleague's message can be taken back: 0 to 30. 0 sends it at once."
            ),
        }
        widgets = {
            "quiet_from": forms.TimeInput(attrs=_CLOCK, format="%H:%M"),
            "quiet_until": forms.TimeInput(attrs=_CLOCK, format="%H:%M"),
            "undo_seconds": forms.NumberInput(attrs={"min": 0, "max": MOST_SECONDS}),
        }

    quiet_days = forms.TypedMultipleChoiceField(
        label=_("Quiet all day"),
        required=False,
        coerce=int,
        choices=list(WEEKDAYS_ABBR.items()),
        widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}),
    )

    def clean_undo_seconds(self) -> int:
        seconds = int(self.cleaned_data["undo_seconds"])
        if seconds > MOST_SECONDS:
            raise forms.ValidationError(_("At most 30 seconds: a customer waits meanwhile."))
        return seconds

    def clean_quiet_days(self) -> list[int]:
        days: list[int] = sorted(self.cleaned_data["quiet_days"])
        if len(days) == len(WEEKDAYS_ABBR):
            raise forms.ValidationError(_("Leave at least one day on which something can be sent."))
        return days

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        start, end = cleaned.get("quiet_from"), cleaned.get("quiet_until")
        if (start is None) != (end is None) and not {"quiet_from", "quiet_until"} & set(self.errors):
            missing = "quiet_until" if end is None else "quiet_from"
            self.add_error(missing, _("Give both times, or none for no quiet hours."))
        return cleaned
