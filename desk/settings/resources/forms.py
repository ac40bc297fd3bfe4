from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from bookings.resources.models import Resource, ResourceKind
from bookings.services.models import Service
from core.access.models import User
from desk.settings.hours.forms import CalendarForm


class ResourceForm(CalendarForm):
    """A person or a room as an admin writes it; zone and holidays as those of business hours."""

    name = forms.CharField(
        label=pgettext_lazy("of a thing", "Name"),
        max_length=100,
        help_text=_("Customers read it: with whom, or where."),
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=ResourceKind.choices)
    user = forms.ChoiceField(
        label=_("Colleague"), required=False, help_text=_("Who signs in here: it is their calendar.")
    )
    services = forms.MultipleChoiceField(
        label=_("What can be booked"), required=False, widget=forms.CheckboxSelectMultiple
    )
    active = forms.BooleanField(label=_("Can be booked"), required=False)

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        resource: Resource,
        people: Iterable[User],
        services: Iterable[Service],
    ) -> None:
        super().__init__(data, initial=_initial(resource))
        self._people = {str(each.public_id): each for each in people}
        self._choose("user", [("", _("nobody")), *((key, each.name) for key, each in self._people.items())])
        self._choose("services", [(str(each.public_id), each.name) for each in services])

    def values(self) -> dict[str, Any]:
        """What `save_resource` takes."""
        plain = ("name", "kind", "timezone", "holiday_country", "active")
        person = self._people.get(self.cleaned_data["user"])
        if self.cleaned_data["kind"] == ResourceKind.ROOM:
            person = None
        return {**{name: self.cleaned_data[name] for name in plain}, "user": person}

    def _choose(self, name: str, choices: Any) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices


def _initial(resource: Resource) -> dict[str, Any]:
    plain = ("name", "kind", "timezone", "holiday_country", "active")
    initial = {name: getattr(resource, name) for name in plain}
    initial["user"] = str(resource.user.public_id) if resource.user else ""
    if resource.pk:
        initial["services"] = [str(each.public_id) for each in resource.services.all()]
    return initial
