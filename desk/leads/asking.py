"""What a stage wants of a lead, as a form; each input fits what is asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.access.models import User
from core.conditions import FieldType
from crm.pipeline.models import Lead
from crm.pipeline.steps import LENGTH, Step, When, choices
from crm.pipeline.wants import Want, offered
from crm.qualification import entry
from crm.qualification.errors import BadAnswer
from crm.qualification.forms import YES_NO
from desk.colleagues.queries import active_colleagues
from desk.steps.forms import MINUTES

GIVEN = "given-"
"""What the names of the inputs begin with."""
DUE = "-at"
OWNER, STEP = "lead.owner", "lead.next_step"


class WantsForm(forms.Form):
    """One input for each want, two for a next step. `given` holds the values once the form is valid."""

    def __init__(self, wants: Iterable[Want], *, lead: Lead, user: User, data: Any = None) -> None:
        super().__init__(data)
        self.wants = {want.key: want for want in wants}
        self.currency = lead.currency
        for want in self.wants.values():
            name = f"{GIVEN}{want.key}"
            self.fields[name] = _input(want, user)
            if want.key == STEP:
                self.fields[name + DUE] = _moment()
        for field in list(self.fields.values())[:1]:
            field.widget.attrs["autofocus"] = True

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        self.given: dict[str, Any] = {}
        for key, want in self.wants.items():
            name = f"{GIVEN}{key}"
            if name in self.errors or name + DUE in self.errors:
                continue
            try:
                self.given[key] = self._value(want, cleaned[name])
            except BadAnswer as error:
                self.add_error(name, str(error))
        return cleaned

    def _value(self, want: Want, typed: Any) -> Any:
        if want.key == OWNER:
            return next(each for each in active_colleagues() if str(each.public_id) == typed)
        if want.key == STEP:
            return Step(typed, self.cleaned_data[f"{GIVEN}{STEP}{DUE}"])
        if want.type is None or want.type in (FieldType.CHOICE, FieldType.MULTICHOICE):
            return typed
        return entry.read(want.type, typed, self.currency)

    def refuse(self, key: str, sentence: str) -> None:
        """Say at the input what the operation did not take."""
        name = f"{GIVEN}{key}"
        self.add_error(name if name in self.fields else None, sentence)


def posted(asked: Mapping[str, str]) -> list[Want]:
    """The wants for which something was sent."""
    wants = offered()
    keys = [name.removeprefix(GIVEN) for name in asked if name.startswith(GIVEN)]
    return [wants[key] for key in keys if key in wants]


def _input(want: Want, user: User) -> forms.Field:
    label = str(want.label)
    if want.key == OWNER:
        people = [(str(each.public_id), each.name) for each in active_colleagues()]
        return forms.ChoiceField(label=label, choices=people, initial=str(user.public_id))
    if want.key == STEP:
        return forms.CharField(label=_("What happens next"), max_length=LENGTH)
    if want.type is FieldType.MULTICHOICE and want.choices is not None:
        return forms.MultipleChoiceField(
            label=label, choices=want.choices, widget=forms.CheckboxSelectMultiple
        )
    if want.choices is not None:
        return forms.ChoiceField(label=label, choices=[("", "---------"), *want.choices()])
    if want.type is FieldType.BOOLEAN:
        return forms.ChoiceField(label=label, choices=[("", "---------"), *YES_NO[1:]])
    if want.type is FieldType.DATE:
        return forms.CharField(label=label, widget=forms.DateInput(attrs={"type": "date"}))
    hint = _("Like 500,000 AMD.") if want.type is FieldType.MONEY else ""
    return forms.CharField(label=label, max_length=500, help_text=hint)


def _moment() -> forms.Field:
    soon = choices(timezone.now(), timezone.get_current_timezone_name())[When.TOMORROW]
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MINUTES)
    return forms.DateTimeField(label=_("When"), initial=soon, widget=widget)
