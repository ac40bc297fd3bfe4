from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.contacts.models import Contact, ContactPointKind


class ContactForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Contact
        fields = ("name", "language")
        widgets = {"name": forms.TextInput(attrs={"autofocus": True})}


class PointForm(forms.Form):
    """One more way to reach the person; whether it can be read is decided when it is added."""

    kind = forms.ChoiceField(choices=ContactPointKind.choices, label=_("Kind"))
    value = forms.CharField(
        max_length=254, label=_("Phone or email"), widget=forms.TextInput(attrs={"autofocus": True})
    )
