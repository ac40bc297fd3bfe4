from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.resources.models import Resource
from bookings.services.models import Service
from crm.contacts.errors import BadContactPoint
from crm.contacts.queries import kind_of, stored_form

MOMENT = {
    "widget": forms.DateTimeInput(attrs={"type": "datetime-local", "step": "300"}, format="%Y-%m-%dT%H:%M")
}


class MoveForm(forms.Form):
    """Another time, another person; wall time of whoever moves."""

    start = forms.DateTimeField(label=gettext_lazy("When"), **MOMENT)  # type: ignore[arg-type]
    resource = forms.ChoiceField(label=gettext_lazy("With"))

    def __init__(self, *args: Any, resources: Iterable[Resource], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "resource", [(str(each.public_id), each.name) for each in resources])


class NewForm(forms.Form):
    """A booking by hand: for a known customer, or for a new one by name and phone or email."""

    service = forms.ChoiceField(label=gettext_lazy("Service"))
    start = forms.DateTimeField(label=gettext_lazy("When"), **MOMENT)  # type: ignore[arg-type]
    resource = forms.ChoiceField(label=gettext_lazy("With"), required=False)
    contact = forms.UUIDField(required=False)
    name = forms.CharField(label=gettext_lazy("Name"), max_length=100, required=False)
    reach = forms.CharField(label=gettext_lazy("Phone or email"), max_length=254, required=False)
    purpose = forms.CharField(label=gettext_lazy("About"), max_length=500, required=False)
    key = forms.CharField(max_length=60, widget=forms.HiddenInput)

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        resources: Iterable[Resource],
        services: Iterable[Service],
        **kwargs: Any,
    ) -> None:
        super().__init__(data, **kwargs)
        _choose(self, "service", [(str(each.public_id), each.name) for each in services])
        anybody = ("", gettext_lazy("whoever is free"))
        _choose(self, "resource", [anybody, *((str(each.public_id), each.name) for each in resources)])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("contact"):
            return cleaned
        given = str(cleaned.get("reach") or "").strip()
        if not given:
            self.add_error("reach", _("Choose a customer, or give a phone or an email of a new one."))
            return cleaned
        try:
            cleaned["reach"] = stored_form(kind_of(given), given)
        except BadContactPoint as error:
            self.add_error("reach", str(error))
        return cleaned


def _choose(form: forms.Form, name: str, choices: Any) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = choices
