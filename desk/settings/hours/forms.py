from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.calendars.queries import holiday_countries
from desk.settings import places

TIME = {"widget": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"), "required": False}


class CalendarForm(forms.Form):
    """The zone of the wall times, and whose public holidays are days off."""

    timezone = forms.ChoiceField(label=_("Time zone"))
    holiday_country = forms.ChoiceField(
        label=_("Public holidays of"), required=False, help_text=_("These days are closed by themselves.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zone, country = self.fields["timezone"], self.fields["holiday_country"]
        assert isinstance(zone, forms.ChoiceField)
        assert isinstance(country, forms.ChoiceField)
        zone.choices = places.zones()
        country.choices = [("", _("no country")), *places.countries(holiday_countries())]


class DayForm(forms.Form):
    """A single day that differs; without times it is closed."""

    date = forms.DateField(label=_("Date"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    name = forms.CharField(
        label=pgettext_lazy("of a thing", "Name"),
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"placeholder": _("Stocktaking")}),
    )
    start = forms.TimeField(label=_("Open from"), **TIME)  # type: ignore[arg-type]
    end = forms.TimeField(label=_("to"), **TIME)  # type: ignore[arg-type]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        start, end = cleaned.get("start"), cleaned.get("end")
        if (start is None) != (end is None) and not {"start", "end"} & set(self.errors):
            self.add_error("end" if end is None else "start", _("Give both times, or none for a closed day."))
        return cleaned

    def hours(self) -> tuple[tuple[Any, Any], ...]:
        start, end = self.cleaned_data["start"], self.cleaned_data["end"]
        return ((start, end),) if start is not None else ()
