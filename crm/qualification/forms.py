from __future__ import annotations

from typing import Any

from django import forms
from django.forms import BaseFormSet, formset_factory
from django.utils.translation import gettext_lazy as _

from core.access.models import User
from core.company.queries import company
from core.languages import Language
from crm.qualification import entry
from crm.qualification.answers import FIELD_TYPES, same
from crm.qualification.errors import BadAnswer, BadCriterion, CriterionInUse, StaleCriterion
from crm.qualification.models import Criterion, CriterionKind
from crm.qualification.operations import CriterionDraft, correct_answer, save_criterion
from crm.qualification.queries import choice_labels, fingerprint

YES_NO = [("", _("Choose")), ("true", _("Yes")), ("false", _("No"))]


def _per_language(texts: dict[str, str] | None, name: str) -> dict[str, str]:
    return {f"{name}_{language}": (texts or {}).get(language, "") for language in Language.values}


def _gathered(cleaned: dict[str, Any], name: str) -> dict[str, str]:
    texts = {language: cleaned.get(f"{name}_{language}", "") for language in Language.values}
    return {language: text for language, text in texts.items() if text}


class ChoiceForm(forms.Form):
    """One row of the choices editor; synonyms are parted by commas."""

    value = forms.CharField(label=_("Value"), max_length=60)
    synonyms = forms.CharField(label=_("Other words for it"), required=False)
    disqualifying = forms.BooleanField(label=_("Not a fit"), required=False)

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind
        for language, name in Language.choices:
            self.fields[f"label_{language}"] = forms.CharField(label=name, max_length=80, required=False)

    def clean_value(self) -> Any:
        try:
            return entry.read(FIELD_TYPES[self.kind], self.cleaned_data["value"], company().currency)
        except BadAnswer as error:
            raise forms.ValidationError(str(error)) from error

    def as_choice(self) -> dict[str, Any]:
        synonyms = [word.strip() for word in self.cleaned_data["synonyms"].split(",")]
        return {
            "value": self.cleaned_data["value"],
            "label": _gathered(self.cleaned_data, "label"),
            "synonyms": [word for word in synonyms if word],
        }


ChoiceFormSet = formset_factory(ChoiceForm, extra=0, can_delete=True, can_order=True, max_num=30)


class CriterionForm(forms.Form):
    """The editor of one criterion: its texts per language and, as rows in `choices`, its quick replies.

    `save` returns the criterion, or None with its reasons among the errors.
    """

    name = forms.CharField(label=_("Name"), max_length=100)
    key = forms.CharField(
        label=_("Key"), max_length=40, help_text=_("For rules and the API: small letters and underscores.")
    )
    kind = forms.ChoiceField(label=_("Type"), choices=CriterionKind.choices)
    must_have = forms.BooleanField(
        label=_("Must have"), required=False, help_text=_("Without it a lead is not judged.")
    )
    active = forms.BooleanField(label=_("Ask for it"), required=False, initial=True)
    disqualifying_answer = forms.ChoiceField(
        label=_("Not a fit when the answer is"), choices=[("", _("Neither")), *YES_NO[1:]], required=False
    )
    expected = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, criterion: Criterion | None = None) -> None:
        self.criterion = criterion
        super().__init__(data, initial=_initial(criterion) if criterion else None)
        for language, name in Language.choices:
            area = forms.Textarea(attrs={"rows": 2, "lang": language})
            self.fields[f"question_{language}"] = forms.CharField(label=name, required=False, widget=area)
            self.fields[f"hint_{language}"] = forms.CharField(label=name, required=False, widget=area)
        kind = self.data.get("kind") or (criterion.kind if criterion else CriterionKind.CHOICE)
        self.choices: BaseFormSet[Any] = ChoiceFormSet(
            data,
            prefix="choices",
            initial=_choice_rows(criterion) if criterion else None,
            form_kwargs={"kind": kind if kind in FIELD_TYPES else CriterionKind.TEXT},
        )

    def is_valid(self) -> bool:
        rows = self.choices.is_valid()
        return super().is_valid() and rows

    def save(self, *, user: User) -> Criterion | None:
        try:
            return save_criterion(
                draft=self._draft(),
                user=user,
                criterion_id=self.criterion.pk if self.criterion else None,
                expected=self.cleaned_data["expected"] or None,
            )
        except BadCriterion as error:
            for field, sentence in error.faults.items():
                self.add_error(
                    {"question": "question_en"}.get(field, field if field in self.fields else None), sentence
                )
        except CriterionInUse as error:
            self.add_error(None, " ".join([str(error), *(f"{use}." for use in error.uses)]))
        except StaleCriterion as error:
            self.add_error(None, str(error))
        return None

    def _draft(self) -> CriterionDraft:
        values = self.cleaned_data
        rows = [row for row in self.choices.ordered_forms if row not in self.choices.deleted_forms]
        disqualifying = [row.cleaned_data["value"] for row in rows if row.cleaned_data["disqualifying"]]
        disqualifying += self._not_shown()
        if values["kind"] == CriterionKind.YES_NO and values["disqualifying_answer"]:
            disqualifying = [values["disqualifying_answer"] == "true"]
        return CriterionDraft(
            key=values["key"],
            kind=values["kind"],
            name=values["name"],
            question=_gathered(values, "question"),
            hint=_gathered(values, "hint"),
            choices=[row.as_choice() for row in rows],
            disqualifying=disqualifying,
            must_have=values["must_have"],
            active=values["active"],
        )

    def _not_shown(self) -> list[Any]:
        """Disqualifying answers that no row stands for: they stay."""
        criterion = self.criterion
        if criterion is None or criterion.kind != self.cleaned_data["kind"] or criterion.kind == "yes_no":
            return []
        offered = [choice["value"] for choice in criterion.choices]
        return [each for each in criterion.disqualifying if not any(same(each, one) for one in offered)]


def _initial(criterion: Criterion) -> dict[str, Any]:
    against = ""
    if criterion.kind == CriterionKind.YES_NO and criterion.disqualifying:
        against = "true" if criterion.disqualifying[0] else "false"
    return {
        "name": criterion.name,
        "key": criterion.key,
        "kind": criterion.kind,
        "must_have": criterion.must_have,
        "active": criterion.active,
        "disqualifying_answer": against,
        "expected": fingerprint(criterion),
        **_per_language(criterion.question, "question"),
        **_per_language(criterion.hint, "hint"),
    }


def _choice_rows(criterion: Criterion) -> list[dict[str, Any]]:
    return [
        {
            "value": entry.shown(FIELD_TYPES[criterion.kind], choice["value"]),
            "synonyms": ", ".join(choice.get("synonyms", ())),
            "disqualifying": any(same(choice["value"], each) for each in criterion.disqualifying),
            **_per_language(choice.get("label"), "label"),
        }
        for choice in criterion.choices
    ]


class AnswerForm(forms.Form):
    """Correct one fact of a lead; an empty field takes the answer away. The input fits the type."""

    def __init__(self, data: Any = None, *, criterion: Criterion, value: Any = None) -> None:
        self.criterion = criterion
        super().__init__(data, initial={"value": entry.shown(FIELD_TYPES[criterion.kind], value)})
        self.fields["value"] = _answer_input(criterion)

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


def _answer_input(criterion: Criterion) -> forms.Field:
    label = criterion.name
    if criterion.kind == CriterionKind.CHOICE:
        options = [("", _("Not known")), *choice_labels(criterion)]
        return forms.ChoiceField(label=label, choices=options, required=False)
    if criterion.kind == CriterionKind.YES_NO:
        return forms.ChoiceField(label=label, choices=[("", _("Not known")), *YES_NO[1:]], required=False)
    if criterion.kind == CriterionKind.DATE:
        return forms.CharField(label=label, required=False, widget=forms.DateInput(attrs={"type": "date"}))
    return forms.CharField(label=label, required=False, max_length=500)
