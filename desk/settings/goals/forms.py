from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from automation.flows.queries import published_versions
from conversations.goals.enums import Category, Handoff
from conversations.goals.models import Goal
from conversations.goals.operations import GoalDraft
from conversations.goals.operations.goals import LONGEST_ANSWER, LONGEST_NAME
from conversations.threads.models import Urgency
from core.languages import Language
from crm.qualification.queries import active_criteria
from desk.settings.criteria.values import as_key


class GoalForm(forms.Form):
    """A goal as an admin writes it; names and answers have a field for each language."""

    category = forms.ChoiceField(label=_("Group"), choices=Category.choices)
    urgency = forms.TypedChoiceField(
        label=_("Urgency"),
        choices=Urgency.choices,
        coerce=int,
        help_text=_("A conversation with this goal is at least so urgent."),
    )
    response_minutes = forms.IntegerField(
        label=_("Answer within, minutes"), required=False, min_value=1, max_value=43_200
    )
    handoff = forms.ChoiceField(label=_("A person takes over"), choices=Handoff.choices)
    flow = forms.ChoiceField(
        label=_("Flow"), required=False, help_text=_("The flow that leads on from this goal.")
    )
    required_facts = forms.MultipleChoiceField(
        label=_("What must be known"), required=False, widget=forms.CheckboxSelectMultiple
    )
    expected = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: Any = None, *, known: Goal | None = None, own: bool) -> None:
        super().__init__(data, initial=_initial(known))
        self.own = own
        for code, name in Language.choices:
            if own:
                self.fields[f"name_{code}"] = forms.CharField(
                    label=str(name), required=False, max_length=LONGEST_NAME
                )
            self.fields[f"answer_{code}"] = forms.CharField(
                label=str(name),
                required=False,
                max_length=LONGEST_ANSWER,
                widget=forms.Textarea(attrs={"rows": 2}),
            )
        self._choices("flow", [("", "—"), *_flows(known)])
        self._choices(
            "required_facts",
            [(each.key, each.name) for each in active_criteria()],
        )

    def _choices(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    @property
    def names(self) -> list[forms.BoundField]:
        return [self[f"name_{code}"] for code in Language.values] if self.own else []

    @property
    def answers(self) -> list[forms.BoundField]:
        return [self[f"answer_{code}"] for code in Language.values]

    def draft(self) -> GoalDraft:
        """What `save_goal` takes."""
        values = self.cleaned_data
        return GoalDraft(
            names=self._texts("name") if self.own else {},
            category=values["category"],
            urgency=values["urgency"],
            required_facts=tuple(values["required_facts"]),
            response_minutes=values["response_minutes"],
            flow=values["flow"],
            answer=self._texts("answer"),
            handoff=values["handoff"],
        )

    def new_key(self) -> str:
        """A key from the name, in English where there is one."""
        names = self._texts("name")
        return as_key(names.get("en") or next(iter(names.values()), ""), "goal").strip("_")[:40] or "goal"

    def refuse(self, faults: dict[str, str]) -> None:
        """Show what the operation found at the inputs that it speaks of."""
        places = {"names": "name_en", "answer": "answer_en"}
        for name, sentence in faults.items():
            place = places.get(name, name)
            self.add_error(place if place in self.fields else None, sentence)

    def _texts(self, name: str) -> dict[str, str]:
        texts = {code: self.cleaned_data.get(f"{name}_{code}", "").strip() for code in Language.values}
        return {code: text for code, text in texts.items() if text}


class PhraseForm(forms.Form):
    """How customers say it."""

    text = forms.CharField(label=_("Phrase"), max_length=300)
    language = forms.ChoiceField(label=_("Language"), choices=Language.choices)


def _initial(known: Goal | None) -> dict[str, Any]:
    if known is None:
        return {"category": Category.SALES}
    names = ("category", "urgency", "response_minutes", "handoff", "flow", "required_facts")
    initial = {name: getattr(known, name) for name in names} | {"expected": known.revision}
    for code in Language.values:
        initial[f"name_{code}"] = known.names.get(code, "")
        initial[f"answer_{code}"] = known.answer.get(code, "")
    return initial


def _flows(known: Goal | None) -> list[tuple[str, str]]:
    found = {version.flow.key: version.flow.name for version in published_versions()}
    if known is not None and known.flow:
        found.setdefault(known.flow, known.flow)
    return list(found.items())
