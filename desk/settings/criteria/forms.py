from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, cast

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from core.languages import Language
from crm.qualification.answers import same
from crm.qualification.errors import BadAnswer
from crm.qualification.models import Criterion, CriterionKind
from crm.qualification.operations import CriterionDraft
from desk.settings.criteria.values import as_key, as_text, as_value

OFFERING = frozenset({"choice", "number", "money", "duration", "date", "place", "text"})
"""Kinds whose question may come with answers to tap."""
WORDS = frozenset({"place", "text"})
MOST_CHOICES = 20


@dataclass
class ChoiceRow:
    """An answer to tap: its texts as typed, `value` in the form of `values.as_text`."""

    slot: str = "__row__"
    value: str = ""
    labels: dict[str, str] = field(default_factory=dict)
    synonyms: str = ""
    not_fit: bool = False
    error: str = ""

    @property
    def fields(self) -> list[tuple[str, str, str]]:
        """Code and name of each language, and the label in it."""
        return [(code, str(name), self.labels.get(code, "")) for code, name in Language.choices]

    @property
    def is_empty(self) -> bool:
        return not (self.value or self.synonyms or any(self.labels.values()))

    @property
    def first_label(self) -> str:
        return self.labels.get("en") or next((text for text in self.labels.values() if text), "")


class CriterionForm(forms.Form):
    """A criterion as an admin writes it; the choices stand beside the fields as `rows`."""

    name = forms.CharField(
        label=pgettext_lazy("of a thing", "Name"),
        max_length=100,
        help_text=gettext_lazy("What colleagues read on a lead."),
    )
    kind = forms.ChoiceField(label=gettext_lazy("Type of the answer"), choices=CriterionKind.choices)
    must_have = forms.BooleanField(
        label=gettext_lazy("Must have: without it nobody is called qualified"), required=False
    )
    active = forms.BooleanField(label=gettext_lazy("In use"), required=False, initial=True)
    not_fit_yes_no = forms.MultipleChoiceField(
        label=gettext_lazy("Answers of somebody who is not a fit"),
        choices=[("yes", gettext_lazy("yes")), ("no", gettext_lazy("no"))],
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    not_fit_words = forms.CharField(
        label=gettext_lazy("Answers of somebody who is not a fit"),
        required=False,
        max_length=2000,
        help_text=gettext_lazy("With commas between them. Such a lead is not a fit, whatever its points."),
    )
    expected = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(
        self, data: QueryDict | None = None, *, criterion: Criterion | None = None, mark: str = ""
    ) -> None:
        self.criterion = criterion
        initial = (
            {**_initial(criterion), "expected": mark} if criterion else {"active": True, "kind": "choice"}
        )
        super().__init__(data, initial=initial)
        for code, name in Language.choices:
            self.fields[f"question_{code}"] = _text(str(name), 500)
            self.fields[f"hint_{code}"] = _text(str(name), 500)
        self.rows = _posted_rows(data) if data is not None else _stored_rows(criterion)
        self.choices_error = ""

    @property
    def questions(self) -> list[forms.BoundField]:
        return [self[f"question_{code}"] for code in Language.values]

    @property
    def hints(self) -> list[forms.BoundField]:
        return [self[f"hint_{code}"] for code in Language.values]

    def draft(self, *, currency: str) -> CriterionDraft | None:
        """What `save_criterion` takes; None, with the rows' errors set, when a value cannot be read."""
        values = self.cleaned_data
        kind, known = values["kind"], self.criterion
        choices, not_fit = self._choices(kind, currency)
        if self.choices_error or any(row.error for row in self.rows):
            return None
        return CriterionDraft(
            key=known.key if known else as_key(values["name"], "criterion"),
            kind=kind,
            name=values["name"],
            question=self._texts("question"),
            hint=self._texts("hint"),
            choices=choices,
            disqualifying=[*not_fit, *self._other_not_fit(kind, choices)],
            must_have=values["must_have"],
            active=values["active"],
        )

    def build_on(self, mark: str) -> None:
        """Let the next save of what was typed be one over the version with that fingerprint."""
        data = cast(QueryDict, self.data).copy()
        data["expected"] = mark
        self.data = data

    def refuse(self, faults: dict[str, str]) -> None:
        """Show what the operation found at the fields that it speaks of."""
        places = {"key": "name", "question": "question_en", "disqualifying": "not_fit_words", "name": "name"}
        for name, sentence in faults.items():
            if name == "choices":
                self.choices_error = sentence
            else:
                self.add_error(places.get(name), sentence)

    def _texts(self, name: str) -> dict[str, str]:
        texts = {code: self.cleaned_data[f"{name}_{code}"].strip() for code in Language.values}
        return {code: text for code, text in texts.items() if text}

    def _choices(self, kind: str, currency: str) -> tuple[list[dict[str, Any]], list[Any]]:
        if kind not in OFFERING:
            return [], []
        choices: list[dict[str, Any]] = []
        not_fit: list[Any] = []
        for row in self.rows:
            try:
                value = _value_of(row, kind, currency)
            except BadAnswer as error:
                row.error = str(error)
                continue
            labels = {code: text for code, text in row.labels.items() if text}
            choices.append({"value": value, "label": labels, "synonyms": _words(row.synonyms)})
            if row.not_fit:
                not_fit.append(value)
        return choices, not_fit

    def _other_not_fit(self, kind: str, choices: list[dict[str, Any]]) -> list[Any]:
        if kind == "yes_no":
            return [answer == "yes" for answer in self.cleaned_data["not_fit_yes_no"]]
        if kind in WORDS:
            return list(_words(self.cleaned_data["not_fit_words"]))
        known = self.criterion
        if known is None or known.kind != kind or kind == "choice":
            return []
        offered = [each["value"] for each in known.choices]
        return [value for value in known.disqualifying if not any(same(value, other) for other in offered)]


def _text(label: str, length: int) -> forms.CharField:
    area = forms.Textarea(attrs={"rows": 2})
    return forms.CharField(label=label, required=False, max_length=length, widget=area)


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


def _value_of(row: ChoiceRow, kind: str, currency: str) -> Any:
    if kind == "choice":
        value = row.value or as_key(row.first_label)
        if not value:
            raise BadAnswer(_("Write a label."))
        return value
    if not row.value:
        raise BadAnswer(_("Write the value that a tap stands for."))
    return as_value(kind, row.value, currency=currency)


def _initial(criterion: Criterion) -> dict[str, Any]:
    initial: dict[str, Any] = {
        name: getattr(criterion, name) for name in ("name", "kind", "must_have", "active")
    }
    for code in Language.values:
        initial[f"question_{code}"] = criterion.question.get(code, "")
        initial[f"hint_{code}"] = criterion.hint.get(code, "")
    if criterion.kind == "yes_no":
        initial["not_fit_yes_no"] = ["yes" if value else "no" for value in criterion.disqualifying]
    if criterion.kind in WORDS:
        offered = [each["value"] for each in criterion.choices]
        words = [
            value for value in criterion.disqualifying if not any(same(value, other) for other in offered)
        ]
        initial["not_fit_words"] = ", ".join(as_text(criterion.kind, value) for value in words)
    return initial


def _stored_rows(criterion: Criterion | None) -> list[ChoiceRow]:
    if criterion is None:
        return [ChoiceRow(slot="n1"), ChoiceRow(slot="n2")]
    return [
        ChoiceRow(
            slot=f"s{number}",
            value=as_text(criterion.kind, each["value"]),
            labels=dict(each.get("label", {})),
            synonyms=", ".join(each.get("synonyms", ())),
            not_fit=any(same(each["value"], value) for value in criterion.disqualifying),
        )
        for number, each in enumerate(criterion.choices)
    ]


def _posted_rows(data: QueryDict) -> list[ChoiceRow]:
    rows = (_posted_row(data, slot) for slot in _slots(data.getlist("choice")))
    return [row for row in rows if not row.is_empty]


def _posted_row(data: QueryDict, slot: str) -> ChoiceRow:
    def text(name: str, length: int) -> str:
        return str(data.get(f"choice-{slot}-{name}", "")).strip()[:length]

    return ChoiceRow(
        slot=slot,
        value=text("value", 100),
        labels={code: text(code, 100) for code in Language.values},
        synonyms=text("synonyms", 2000),
        not_fit=bool(data.get(f"choice-{slot}-not_fit")),
    )


def _slots(given: Iterable[str]) -> list[str]:
    known = (token for token in dict.fromkeys(given) if token.isalnum() and len(token) <= 40)
    return list(known)[:MOST_CHOICES]
