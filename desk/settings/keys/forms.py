from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.access.models import User
from core.keys.scopes import Scope

DAYS = [(30, _("30 days")), (90, _("90 days")), (365, _("a year")), (730, _("two years"))]


class KeyForm(forms.Form):
    """What an admin decides about a new key."""

    name = forms.CharField(
        label=pgettext_lazy("of a thing", "Name"),
        max_length=100,
        help_text=_("What will use it, like “Order form on the site”."),
        widget=forms.TextInput(attrs={"autofocus": True, "autocomplete": "off"}),
    )
    scopes = forms.MultipleChoiceField(
        label=_("What it may do"),
        choices=Scope.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Choose as little as the program needs."),
        error_messages={"required": _("Choose what the key may do.")},
    )
    days = forms.TypedChoiceField(label=_("Valid for"), choices=DAYS, coerce=int, initial=90)
    person = forms.ModelChoiceField(
        User.objects.none(),
        label=_("Works as"),
        required=False,
        empty_label=_("the whole company"),
        help_text=_("With a person chosen it sees what that person sees, and acts in that name."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        person = self.fields["person"]
        assert isinstance(person, forms.ModelChoiceField)
        person.queryset = User.objects.filter(is_active=True).order_by("name", "id")

    @property
    def lasts(self) -> timedelta:
        return timedelta(days=self.cleaned_data["days"])
