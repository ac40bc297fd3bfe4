"""Editing a cell in place: for each column the inputs, and the operation that they end in."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from core.access.models import User
from core.company.queries import company
from core.events.actor import Actor
from crm.fields.models import CustomField
from crm.fields.operations import set_lead_values
from crm.fields.queries import PREFIX, fields_of
from crm.pipeline import operations
from crm.pipeline.models import Lead
from crm.pipeline.steps import LENGTH
from crm.qualification import entry
from crm.qualification.answers import FIELD_TYPES
from crm.qualification.errors import BadAnswer
from crm.qualification.forms import answer_input
from crm.qualification.models import Criterion
from crm.qualification.operations import Seen, correct_answer
from crm.qualification.queries import all_criteria
from desk.colleagues.queries import active_colleagues
from desk.fields.forms import begun, value_input, value_of
from desk.leads.forms import AMOUNT, currency_field
from desk.leads.queries import stages_beside
from desk.steps.forms import MINUTES
from desk.table.cells import ANSWER

MOST_TAGS = 50


class CellForm(forms.Form):
    """The inputs of one column; the first has its name. `acts` is False where another address does the work."""

    acts: ClassVar[bool] = True

    def __init__(self, data: Any = None, *, lead: Lead, label: str) -> None:
        self.lead = lead
        super().__init__(data, initial=self.known(lead), auto_id="cell_%s")
        first = next(iter(self.fields.values()))
        first.label = label

    def known(self, lead: Lead) -> dict[str, Any]:
        """What the inputs begin with."""
        raise NotImplementedError

    @property
    def seen(self) -> str:
        """A mark of what the lead says in this column: another one means that somebody changed it."""
        return hashlib.sha256(repr(self.known(self.lead)).encode()).hexdigest()[:16]

    def save(self, *, user: User, expected: int | None) -> None:
        """Raises StaleLead where somebody changed the lead since that revision, and what the operation refuses."""
        raise NotImplementedError


class TitleForm(CellForm):
    title = forms.CharField(max_length=200)

    def known(self, lead: Lead) -> dict[str, Any]:
        return {"title": lead.title}

    def save(self, *, user: User, expected: int | None) -> None:
        title = self.cleaned_data["title"]
        operations.update_lead(
            lead_id=self.lead.pk, actor=Actor.of(user), expected_revision=expected, title=title
        )


class ValueForm(CellForm):
    value = forms.DecimalField(required=False, **AMOUNT)  # type: ignore[arg-type]

    def __init__(self, data: Any = None, *, lead: Lead, label: str) -> None:
        super().__init__(data, lead=lead, label=label)
        self.fields["currency"] = currency_field(lead.currency)

    def known(self, lead: Lead) -> dict[str, Any]:
        return {"value": None if lead.value is None else lead.value.normalize() + Decimal(0)}

    def save(self, *, user: User, expected: int | None) -> None:
        operations.update_lead(
            lead_id=self.lead.pk, actor=Actor.of(user), expected_revision=expected, **self.cleaned_data
        )


class TagsForm(CellForm):
    tags = forms.CharField(required=False, max_length=2000, help_text=_("Separated by commas."))

    def known(self, lead: Lead) -> dict[str, Any]:
        return {"tags": ", ".join(lead.tags)}

    def clean_tags(self) -> list[str]:
        words = (" ".join(each.split()) for each in self.cleaned_data["tags"].split(","))
        tags = list(dict.fromkeys(each for each in words if each))
        if len(tags) > MOST_TAGS or any(len(each) > 50 for each in tags):
            raise forms.ValidationError(_("At most 50 tags of 50 letters."))
        return tags

    def save(self, *, user: User, expected: int | None) -> None:
        tags = self.cleaned_data["tags"]
        operations.update_lead(
            lead_id=self.lead.pk, actor=Actor.of(user), expected_revision=expected, tags=tags
        )


class OwnerForm(CellForm):
    owner = forms.ChoiceField(required=False)

    def __init__(self, data: Any = None, *, lead: Lead, label: str) -> None:
        super().__init__(data, lead=lead, label=label)
        people = [(str(person.public_id), person.name) for person in active_colleagues()]
        self.fields["owner"].choices = [("", _("Nobody")), *people]  # type: ignore[attr-defined]

    def known(self, lead: Lead) -> dict[str, Any]:
        return {"owner": str(lead.owner.public_id) if lead.owner else ""}

    def save(self, *, user: User, expected: int | None) -> None:
        chosen = self.cleaned_data["owner"]
        person = next((each for each in active_colleagues() if str(each.public_id) == chosen), None)
        operations.assign_lead(
            lead_id=self.lead.pk, owner=person, actor=Actor.of(user), expected_revision=expected
        )


class StageForm(CellForm):
    """Moving has questions of its own: the address that moves leads asks them."""

    acts = False
    stage = forms.ChoiceField()

    def __init__(self, data: Any = None, *, lead: Lead, label: str) -> None:
        super().__init__(data, lead=lead, label=label)
        stages = [(str(stage.public_id), stage.name) for stage in stages_beside(lead)]
        self.fields["stage"].choices = stages  # type: ignore[attr-defined]

    def known(self, lead: Lead) -> dict[str, Any]:
        return {"stage": str(lead.stage.public_id)}


class NextStepForm(CellForm):
    """An empty text takes the step away."""

    next_step = forms.CharField(required=False, max_length=LENGTH)
    due_at = forms.DateTimeField(
        required=False,
        label=_("When"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MINUTES),
    )

    def known(self, lead: Lead) -> dict[str, Any]:
        return {"next_step": lead.next_step, "due_at": lead.next_step_at}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("next_step") and not cleaned.get("due_at") and "due_at" not in self.errors:
            self.add_error("due_at", _("Say when."))
        return cleaned

    def save(self, *, user: User, expected: int | None) -> None:
        due_at: datetime | None = self.cleaned_data["due_at"]
        operations.set_next_step(
            lead_id=self.lead.pk,
            text=self.cleaned_data["next_step"],
            due_at=due_at,
            actor=Actor.of(user),
            expected_revision=expected,
        )


class AnswerCellForm(CellForm):
    """One answer of the lead; empty takes it away."""

    value = forms.CharField(required=False)

    def __init__(self, data: Any = None, *, lead: Lead, label: str, criterion: Criterion) -> None:
        self.criterion = criterion
        super().__init__(data, lead=lead, label=label)
        self.fields["value"] = answer_input(criterion)

    def known(self, lead: Lead) -> dict[str, Any]:
        kind = FIELD_TYPES[self.criterion.kind]
        return {"value": entry.shown(kind, lead.answers.get(self.criterion.key))}

    def clean_value(self) -> Any:
        typed = self.cleaned_data["value"]
        if not typed:
            return None
        try:
            return entry.read(FIELD_TYPES[self.criterion.kind], typed, company().currency)
        except BadAnswer as error:
            raise forms.ValidationError(str(error)) from error

    def save(self, *, user: User, expected: int | None) -> None:
        key = self.criterion.key
        correct_answer(
            lead_id=self.lead.pk,
            key=key,
            value=self.cleaned_data["value"],
            user=user,
            seen=Seen(self.lead.answers.get(key)),
        )


class OwnFieldForm(CellForm):
    """A field of the company's own; empty takes its value away."""

    value = forms.CharField(required=False)

    def __init__(self, data: Any = None, *, lead: Lead, label: str, asked: CustomField) -> None:
        self.asked = asked
        super().__init__(data, lead=lead, label=label)
        self.fields["value"] = value_input(asked)

    def known(self, lead: Lead) -> dict[str, Any]:
        return {"value": begun(self.asked, lead.custom.get(self.asked.key))}

    def clean_value(self) -> Any:
        return value_of(self.asked, self.cleaned_data["value"])

    def save(self, *, user: User, expected: int | None) -> None:
        values = {self.asked.key: self.cleaned_data["value"]}
        set_lead_values(lead_id=self.lead.pk, values=values, actor=Actor.of(user), expected_revision=expected)


FORMS: Mapping[str, type[CellForm]] = {
    "title": TitleForm,
    "value": ValueForm,
    "tags": TagsForm,
    "owner": OwnerForm,
    "stage": StageForm,
    "next_step": NextStepForm,
}


def cell_form(column: str, lead: Lead, label: str, data: Any = None) -> CellForm | None:
    """The form of that column, None for one that cannot be edited."""
    if column in FORMS:
        return FORMS[column](data, lead=lead, label=label)
    if column.startswith(PREFIX):
        own = next((each for each in fields_of("lead") if f"{PREFIX}{each.key}" == column), None)
        return OwnFieldForm(data, lead=lead, label=label, asked=own) if own else None
    key = column.removeprefix(ANSWER)
    criterion = next((each for each in all_criteria() if each.key == key and column != key), None)
    return AnswerCellForm(data, lead=lead, label=label, criterion=criterion) if criterion else None
