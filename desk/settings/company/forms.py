from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.company.models import CompanyProfile
from desk.settings import places

_COLOR = re.compile(r"#[0-9a-f]{6}")


class CompanyForm(forms.ModelForm):  # type: ignore[type-arg]
    """The profile as customers and colleagues see it."""

    class Meta:
        model = CompanyProfile
        fields = ("name", "legal_name", "color", "currency", "country", "timezone", "language")
        labels = {"language": _("Language of the company"), "color": _("Colour of the chat")}
        help_texts = {
            "name": _("Customers read it in the chat and in every greeting."),
            "legal_name": _("On documents, where it differs."),
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
