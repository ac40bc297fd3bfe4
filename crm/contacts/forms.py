from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from core.access.models import User
from core.events.actor import Actor
from core.languages import Language
from crm.contacts.errors import BadContactPoint
from crm.contacts.models import Contact, ContactPointKind
from crm.contacts.operations import add_point, company_named, create_contact, remove_point, update_contact
from crm.contacts.queries import stored_form
from crm.pipeline.forms import TagsField


class PointsField(forms.CharField):
    """Phones or emails, one a line; `clean` gives their stored forms and says which line cannot be read."""

    def __init__(self, kind: ContactPointKind, **kwargs: Any) -> None:
        super().__init__(required=False, widget=forms.Textarea(attrs={"rows": 2}), **kwargs)
        self.kind = kind

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[str]:
        lines = [line.strip() for line in str(super().clean(value) or "").splitlines()]
        faults, stored = [], []
        for line in filter(None, lines):
            try:
                stored.append(stored_form(self.kind, line))
            except BadContactPoint as error:
                faults.append(f"{line}: {error}")
        if faults:
            raise forms.ValidationError(faults)
        return list(dict.fromkeys(stored))


class ContactForm(forms.Form):
    """A contact with all its phones and emails; without `contact` it adds one."""

    name = forms.CharField(label=_("Name"), max_length=200)
    phones = PointsField(ContactPointKind.PHONE, label=_("Phones"), help_text=_("One a line."))
    emails = PointsField(ContactPointKind.EMAIL, label=_("Emails"), help_text=_("One a line."))
    language = forms.ChoiceField(
        label=_("Language"), choices=[("", _("Not known")), *Language.choices], required=False
    )
    timezone = forms.CharField(label=_("Time zone"), max_length=64, required=False)
    company = forms.CharField(label=_("Company"), max_length=200, required=False)
    owner = forms.ModelChoiceField(
        User.objects.none(), label=_("Owner"), required=False, empty_label=_("Nobody")
    )
    tags = TagsField(label=_("Tags"), required=False, help_text=_("Parted by commas."))

    def __init__(self, data: Any = None, *, contact: Contact | None = None) -> None:
        self.contact = contact
        super().__init__(data, initial=_initial(contact) if contact else None)
        self.fields["owner"].queryset = User.objects.filter(is_active=True).order_by("name", "id")  # type: ignore[attr-defined]

    def clean_timezone(self) -> str:
        zone: str = self.cleaned_data["timezone"]
        if zone and zone not in available_timezones():
            raise forms.ValidationError(_("Write a time zone like Asia/Yerevan."))
        return zone

    @transaction.atomic
    def save(self, *, user: User) -> Contact:
        values, actor = self.cleaned_data, Actor.of(user)
        details = {name: values[name] for name in ("name", "language", "timezone", "owner", "tags")}
        details["company"] = company_named(values["company"])
        if self.contact is None:
            return create_contact(
                actor=actor, phones=values["phones"], emails=values["emails"], source="manual", **details
            )
        update_contact(contact=self.contact, actor=actor, **details)
        self._settle(ContactPointKind.PHONE, values["phones"], actor)
        self._settle(ContactPointKind.EMAIL, values["emails"], actor)
        return self.contact

    def _settle(self, kind: ContactPointKind, wanted: list[str], actor: Actor) -> None:
        assert self.contact is not None
        held = set(self.contact.points.filter(kind=kind).values_list("value", flat=True))
        for value in held.difference(wanted):
            remove_point(contact=self.contact, kind=kind, value=value, actor=actor)
        for value in wanted:
            if value not in held:
                add_point(contact=self.contact, kind=kind, value=value, actor=actor)


def _initial(contact: Contact) -> dict[str, Any]:
    points = list(contact.points.order_by("id"))
    return {
        "name": contact.name,
        "phones": [point.value for point in points if point.kind == ContactPointKind.PHONE],
        "emails": [point.value for point in points if point.kind == ContactPointKind.EMAIL],
        "language": contact.language,
        "timezone": contact.timezone,
        "company": contact.company.name if contact.company else "",
        "owner": contact.owner_id,
        "tags": contact.tags,
    }
