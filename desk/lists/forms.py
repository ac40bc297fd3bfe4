from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.lists.models import SavedView


class ViewForm(forms.Form):
    """Name and readers of a saved view; `take` puts the list as it is now into it."""

    name = forms.CharField(
        max_length=100,
        label=_("Name"),
        widget=forms.TextInput(attrs={"autofocus": True, "autocomplete": "off"}),
    )
    shared = forms.BooleanField(required=False, label=_("Shared with everybody"))

    def __init__(self, data: Any = None, *, view: SavedView | None = None) -> None:
        super().__init__(data, initial={"name": view.name, "shared": view.shared} if view else None)
