from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.access.models import User
from core.languages import Language
from crm.contacts.errors import BadContactPoint
from crm.contacts.models import Contact, ContactPointKind
from crm.contacts.queries import stored_form
from crm.fields.models import CustomField, FieldSubject
from crm.fields.queries import fields_of
from crm.pipeline.enums import LeadSource
from crm.pipeline.models import Stage
from crm.pipeline.operations.intake import LeadDraft
from desk.adding.operations import PersonDraft
from desk.colleagues.queries import active_colleagues
from desk.fields.forms import PREFIX, add_inputs, custom_values
from desk.leads.forms import AMOUNT, currency_field

SOURCES = (
    LeadSource.MANUAL,
    LeadSource.PHONE,
    LeadSource.REFERRAL,
    LeadSource.EMAIL,
    LeadSource.WHATSAPP,
    LeadSource.INSTAGRAM,
    LeadSource.MESSENGER,
    LeadSource.TELEGRAM,
    LeadSource.VIBER,
    LeadSource.FORM,
    LeadSource.ADS,
)
_FREE = {"autocomplete": "off"}


def needed(subject: str, pipeline_id: int | None = None) -> list[CustomField]:
    """The custom fields without which nothing is added."""
    return [each for each in fields_of(subject, pipeline_id=pipeline_id) if each.required]


class PersonForm(forms.Form):
    """Who it is: somebody of whom a phone, an email or at least a name is typed."""

    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=200, required=False, widget=forms.TextInput(attrs=_FREE)
    )
    phone = forms.CharField(
        label=gettext_lazy("Phone"),
        max_length=50,
        required=False,
        widget=forms.TextInput(attrs={"type": "tel", **_FREE}),
    )
    email = forms.CharField(
        label=gettext_lazy("Email"),
        max_length=254,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "email", **_FREE}),
    )

    def __init__(self, data: Any = None, *, chosen: Contact | None = None, **options: Any) -> None:
        super().__init__(data, **options)
        self.chosen = chosen
        self.of_contact = [] if chosen else needed(FieldSubject.CONTACT)
        add_inputs(self, self.of_contact)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.chosen is None:
            self._clean_person(cleaned)
        self.contact_values = custom_values(self, self.of_contact)
        return cleaned

    def _clean_person(self, cleaned: dict[str, Any]) -> None:
        for kind in ContactPointKind:
            given = (cleaned.get(kind.value) or "").strip()
            if not given:
                continue
            try:
                cleaned[kind.value] = stored_form(kind, given)
            except BadContactPoint as error:
                self.add_error(kind.value, str(error))
        if not any((cleaned.get(name) or "").strip() for name in ("name", "phone", "email")) and not (
            self.errors.keys() & {"phone", "email"}
        ):
            self.add_error("name", _("Write a name, a phone or an email."))

    def person(self) -> PersonDraft:
        if self.chosen is not None:
            return PersonDraft(chosen=self.chosen)
        words = ("name", "phone", "email", "company_name", "language")
        given = {name: self.cleaned_data[name] for name in words if name in self.cleaned_data}
        return PersonDraft(**given, custom=self.contact_values)

    @property
    def contact_inputs(self) -> list[forms.BoundField]:
        return [self[f"{PREFIX}{field.key}"] for field in self.of_contact]


class NewContactForm(PersonForm):
    company_name = forms.CharField(label=gettext_lazy("Company"), max_length=200, required=False)
    language = forms.ChoiceField(
        label=gettext_lazy("Language"),
        required=False,
        choices=[("", gettext_lazy("Not known")), *Language.choices],
    )


class NewLeadForm(PersonForm):
    title = forms.CharField(
        label=gettext_lazy("What it is about"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs=_FREE),
    )
    stage = forms.ChoiceField(label=gettext_lazy("Stage"))
    value = forms.DecimalField(label=gettext_lazy("Value"), required=False, **AMOUNT)  # type: ignore[arg-type]
    source = forms.ChoiceField(
        label=gettext_lazy("Source"), choices=[(each.value, each.label) for each in SOURCES]
    )
    owner = forms.ChoiceField(label=gettext_lazy("Owner"), required=False)

    def __init__(self, data: Any = None, *, stages: Sequence[Stage], stage: Stage, **options: Any) -> None:
        """`stage` is the one that is chosen: its pipeline says which custom fields are asked for."""
        super().__init__(data, **options)
        self.stages = stages
        self._choose("stage", _by_pipeline(stages))
        nobody: list[tuple[str, Any]] = [("", gettext_lazy("Nobody yet"))]
        self._choose("owner", [*nobody, *((str(each.public_id), each.name) for each in active_colleagues())])
        self.fields["currency"] = currency_field(stage.pipeline.currency)
        self.of_lead = needed(FieldSubject.LEAD, stage.pipeline_id)
        add_inputs(self, self.of_lead)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        self.lead_values = custom_values(self, self.of_lead)
        return cleaned

    def draft(self) -> LeadDraft:
        values = self.cleaned_data
        return LeadDraft(
            title=values["title"],
            stage=next(each for each in self.stages if str(each.public_id) == values["stage"]),
            owner=_person(values["owner"]),
            value=values["value"],
            currency=values["currency"],
            source=values["source"],
            custom=self.lead_values,
        )

    @property
    def lead_inputs(self) -> list[forms.BoundField]:
        return [self[f"{PREFIX}{field.key}"] for field in self.of_lead]

    def _choose(self, name: str, choices: Any) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices


def _by_pipeline(stages: Sequence[Stage]) -> list[tuple[str, Any]]:
    """The stages to choose from; under the names of their pipelines where there are several."""
    found = [
        (pipeline.name, [(str(each.public_id), each.name) for each in group])
        for pipeline, group in groupby(stages, key=lambda each: each.pipeline)
    ]
    return list(found[0][1]) if len(found) == 1 else list(found)


def _person(public_id: str) -> User | None:
    return next((each for each in active_colleagues() if str(each.public_id) == public_id), None)
