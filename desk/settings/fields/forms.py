from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, cast

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from core.languages import Language
from crm.fields.models import CustomField, FieldKind, FieldSubject
from crm.fields.operations import FieldDraft
from crm.fields.operations.definitions import MOST_CHOICES
from crm.fields.queries import all_fields
from crm.pipeline.models import Pipeline
from desk.settings.criteria.values import as_key


@dataclass
class OptionRow:
    """A choice as typed; `value` is what is stored and stays when the names change."""

    slot: str = "__row__"
    value: str = ""
    labels: dict[str, str] = field(default_factory=dict)

    @property
    def fields(self) -> list[tuple[str, str, str]]:
        """Code and name of each language, and the name in it."""
        return [(code, str(name), self.labels.get(code, "")) for code, name in Language.choices]

    @property
    def first_label(self) -> str:
        return self.labels.get("en") or next((text for text in self.labels.values() if text), "")


class CustomFieldForm(forms.Form):
    """A custom field as an admin writes it; the choices stand beside as `rows`."""

    kind = forms.ChoiceField(label=_("Type"), choices=FieldKind.choices)
    required = forms.BooleanField(
        label=_("Required"),
        required=False,
        help_text=_("Whoever adds one by hand is asked for it, and it cannot be emptied afterwards."),
    )
    active = forms.BooleanField(
        label=_("In use"),
        required=False,
        initial=True,
        help_text=_(
            "Out of use it is not asked for any more; what stands in it, and rules that ask for it, stay."
        ),
    )
    pipelines = forms.ModelMultipleChoiceField(
        label=_("Only for leads of"),
        queryset=Pipeline.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None chosen: leads of every pipeline have it."),
    )
    expected = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(
        self, data: QueryDict | None = None, *, subject: str, known: CustomField | None = None
    ) -> None:
        self.known, self.subject = known, subject
        super().__init__(data, initial=_initial(known))
        for code, name in Language.choices:
            self.fields[f"label_{code}"] = _text(str(name), 60)
            self.fields[f"help_{code}"] = _text(str(name), 200)
        if subject == FieldSubject.LEAD:
            cast(Any, self.fields["pipelines"]).queryset = Pipeline.objects.order_by("position", "id")
        else:
            del self.fields["pipelines"]
        self.rows = _posted_rows(data) if data is not None else _stored_rows(known)
        self.choices_error = ""

    @property
    def names(self) -> list[forms.BoundField]:
        return [self[f"label_{code}"] for code in Language.values]

    @property
    def hints(self) -> list[forms.BoundField]:
        return [self[f"help_{code}"] for code in Language.values]

    def draft(self) -> FieldDraft:
        """What `save_field` takes."""
        values = self.cleaned_data
        labels = self._texts("label")
        return FieldDraft(
            subject=self.subject,
            key=self.known.key if self.known else _free_key(labels),
            kind=values["kind"],
            labels=labels,
            help=self._texts("help"),
            choices=[
                {"value": row.value or as_key(row.first_label), "label": row.labels} for row in self.rows
            ],
            required=values["required"],
            active=values["active"],
            pipelines=[each.pk for each in values.get("pipelines", ())],
        )

    def build_on(self, revision: int) -> None:
        """Let the next save of what was typed be one over that revision."""
        data = cast(QueryDict, self.data).copy()
        data["expected"] = str(revision)
        self.data = data

    def refuse(self, faults: dict[str, str]) -> None:
        """Show what the operation found at the inputs that it speaks of."""
        places = {"kind": "kind", "labels": "label_en", "key": "label_en", "pipelines": "pipelines"}
        for name, sentence in faults.items():
            if name == "choices":
                self.choices_error = sentence
            else:
                self.add_error(places.get(name), sentence)

    def _texts(self, name: str) -> dict[str, str]:
        texts = {code: self.cleaned_data[f"{name}_{code}"].strip() for code in Language.values}
        return {code: text for code, text in texts.items() if text}


def _text(label: str, length: int) -> forms.CharField:
    return forms.CharField(label=label, required=False, max_length=length)


def _free_key(labels: dict[str, str]) -> str:
    """A key from the name that no other field has."""
    base = as_key(labels.get("en") or next(iter(labels.values()), ""), "field").strip("_")[:36] or "field"
    base = base if base[0].isalpha() else f"field_{base}"[:36]
    taken = {each.key for each in all_fields()}
    return next(
        key for number in range(1, 200) if (key := base if number == 1 else f"{base}_{number}") not in taken
    )


def _initial(known: CustomField | None) -> dict[str, Any]:
    if known is None:
        return {"active": True, "kind": FieldKind.TEXT}
    initial = {name: getattr(known, name) for name in ("kind", "required", "active", "pipelines")}
    initial["expected"] = known.revision
    for code in Language.values:
        initial[f"label_{code}"] = known.labels.get(code, "")
        initial[f"help_{code}"] = known.help.get(code, "")
    return initial


def _stored_rows(known: CustomField | None) -> list[OptionRow]:
    if known is None or not known.choices:
        return [OptionRow(slot="n1"), OptionRow(slot="n2")]
    return [
        OptionRow(slot=f"s{number}", value=each["value"], labels=dict(each.get("label", {})))
        for number, each in enumerate(known.choices)
    ]


def _posted_rows(data: QueryDict) -> list[OptionRow]:
    slots = [token for token in dict.fromkeys(data.getlist("option")) if token.isalnum() and len(token) <= 40]
    rows = [_posted_row(data, slot) for slot in slots[:MOST_CHOICES]]
    return [row for row in rows if row.value or row.labels]


def _posted_row(data: QueryDict, slot: str) -> OptionRow:
    def text(name: str) -> str:
        return str(data.get(f"option-{slot}-{name}", "")).strip()[:100]

    labels = {code: text(code) for code in Language.values if text(code)}
    return OptionRow(slot=slot, value=text("value"), labels=labels)
