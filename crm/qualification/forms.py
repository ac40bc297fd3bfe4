from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.access.models import User
from core.company.queries import company
from crm.qualification import entry
from crm.qualification.answers import FIELD_TYPES
from crm.qualification.errors import BadAnswer
from crm.qualification.models import Criterion, CriterionKind
from crm.qualification.operations import correct_answer
from crm.qualification.queries import choice_labels

YES_NO = [("", _("Not known")), ("true", _("Yes")), ("false", _("No"))]


class AnswerForm(forms.Form):
    """Correct one fact of a lead; an empty field takes the answer away. The input fits the type."""

    def __init__(self, data: Any = None, *, criterion: Criterion, value: Any = None) -> None:
        self.criterion = criterion
        super().__init__(data, initial={"value": entry.shown(FIELD_TYPES[criterion.kind], value)})
        self.fields["value"] = answer_input(criterion)

    def clean_value(self) -> Any:
        typed = self.cleaned_data["value"]
        if not typed:
            return None
        try:
            return entry.read(FIELD_TYPES[self.criterion.kind], typed, company().currency)
        except BadAnswer as error:
            raise forms.ValidationError(str(error)) from error

    def save(self, *, lead_id: int, user: User) -> None:
        correct_answer(lead_id=lead_id, key=self.criterion.key, value=self.cleaned_data["value"], user=user)


def answer_input(criterion: Criterion) -> forms.Field:
    """The input that fits the type; what it gives is read by `entry.read`."""
    label = criterion.name
    if criterion.kind == CriterionKind.CHOICE:
        options = [("", _("Not known")), *choice_labels(criterion)]
        return forms.ChoiceField(label=label, choices=options, required=False)
    if criterion.kind == CriterionKind.YES_NO:
        return forms.ChoiceField(label=label, choices=YES_NO, required=False)
    if criterion.kind == CriterionKind.DATE:
        return forms.CharField(label=label, required=False, widget=forms.DateInput(attrs={"type": "date"}))
    return forms.CharField(label=label, required=False, max_length=500)
