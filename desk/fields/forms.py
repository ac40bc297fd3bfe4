"""Inputs that fit the kinds of custom fields, and forms made of them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.company.queries import company
from crm.fields.errors import BadValue
from crm.fields.models import CustomField, FieldKind
from crm.fields.queries import canonical_of
from crm.fields.values import LONGEST, read, typed

PREFIX = "custom-"
YES_NO = [("", _("Not known")), ("true", _("Yes")), ("false", _("No"))]
_ATTRIBUTES: Mapping[str, dict[str, str]] = {
    FieldKind.NUMBER: {"inputmode": "decimal"},
    FieldKind.MONEY: {"inputmode": "decimal"},
    FieldKind.DATE: {"type": "date"},
    FieldKind.LINK: {"inputmode": "url", "placeholder": "https://"},
    FieldKind.PHONE: {"type": "tel"},
    FieldKind.EMAIL: {"inputmode": "email"},
}


def value_input(field: CustomField, *, required: bool = False) -> forms.Field:
    """The input that fits the kind; what it gives is read by `value_of`."""
    common = {"label": field.label, "help_text": field.hint, "required": required}
    if field.kind == FieldKind.CHOICES:
        boxes = forms.CheckboxSelectMultiple
        return forms.MultipleChoiceField(choices=field.options, widget=boxes, **common)  # type: ignore[arg-type]
    if field.kind == FieldKind.CHOICE:
        return forms.ChoiceField(choices=[("", _("Not known")), *field.options], **common)  # type: ignore[arg-type]
    if field.kind == FieldKind.YES_NO:
        return forms.ChoiceField(choices=YES_NO, **common)  # type: ignore[arg-type]
    attributes = _ATTRIBUTES.get(field.kind, {})
    widget = forms.DateInput if field.kind == FieldKind.DATE else forms.TextInput
    return forms.CharField(max_length=LONGEST, widget=widget(attrs=attributes), **common)  # type: ignore[arg-type]


def begun(field: CustomField, stored: Any) -> Any:
    """What stands in the input for a stored value."""
    if field.kind == FieldKind.CHOICES:
        return stored if isinstance(stored, list) else []
    return typed(field.kind, stored)


def value_of(field: CustomField, given: Any) -> Any:
    """The canonical value of what the input gave; None for nothing. Raises forms.ValidationError."""
    try:
        told = read(field.kind, given, company().currency) if isinstance(given, str) else given
        return canonical_of(field, told)
    except BadValue as error:
        raise forms.ValidationError(str(error)) from error


class ValueForm(forms.Form):
    """One value where it is shown. It carries what was stored when it was opened, so that a second writer is told."""

    seen = forms.JSONField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: Any = None, *, field: CustomField, value: Any = None) -> None:
        self.field = field
        initial = {"value": begun(field, value), "seen": json.dumps(value)}
        super().__init__(data, initial=initial)
        self.fields["value"] = value_input(field)
        self.fields["value"].help_text = ""

    def clean_value(self) -> Any:
        return value_of(self.field, self.cleaned_data["value"])


def add_inputs(form: forms.Form, fields: Iterable[CustomField]) -> None:
    """Let a form ask for the fields as well; `custom_values` reads them."""
    for field in fields:
        form.fields[f"{PREFIX}{field.key}"] = value_input(field, required=field.required)


def custom_values(form: forms.Form, fields: Iterable[CustomField]) -> dict[str, Any]:
    """The canonical values of the inputs that `add_inputs` gave to a form that was cleaned; errors stand at them."""
    values = {}
    for field in fields:
        name = f"{PREFIX}{field.key}"
        if name not in form.cleaned_data:
            continue
        try:
            value = value_of(field, form.cleaned_data[name])
        except forms.ValidationError as error:
            form.add_error(name, error)
            continue
        if value is not None:
            values[field.key] = value
    return values
