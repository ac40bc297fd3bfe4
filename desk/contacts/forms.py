from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.contacts.models import Contact, ContactPointKind


class ContactForm(forms.ModelForm):  # type: ignore[type-arg]
    """What a colleague knows of the person; the company is found by its name, or added."""

    company_name = forms.CharField(required=False, max_length=200, label=_("Company"))

    class Meta:
        model = Contact
        fields = ("name", "language")
        widgets = {"name": forms.TextInput(attrs={"autofocus": True})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["company_name"] = str(self.instance.company or "")


class PointForm(forms.Form):
    """One more way to reach the person; whether it can be read is decided when it is added."""

    kind = forms.ChoiceField(choices=ContactPointKind.choices, label=_("Kind"))
    value = forms.CharField(
        max_length=254, label=_("Phone or email"), widget=forms.TextInput(attrs={"autofocus": True})
    )
