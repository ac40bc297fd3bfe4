from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.company.queries import company
from core.languages import Language
from crm.actions.registry import ACTIONS, Offered
from crm.pipeline.enums import LeadSource
from crm.qualification import entry
from crm.qualification.answers import FIELD_TYPES
from crm.qualification.errors import BadAnswer
from crm.qualification.forms import answer_input
from crm.qualification.queries import active_criteria
from crm.scoring.content import ConsequenceDraft, SectionDraft
from crm.scoring.models import RuleGroup
from crm.scoring.operations import MAX_POINTS
from crm.scoring.queries import WHEN_LABELS, decay_fields
from crm.scoring.scoring import Thresholds

MOST_SECTIONS = 20


class RuleForm(forms.Form):
    """What a rule gives; its condition stands beside, in `desk.conditions.builder.ConditionForm`."""

    name = forms.CharField(
        label=pgettext_lazy("of a thing", "Name"),
        max_length=120,
        widget=forms.TextInput(attrs={"autofocus": True, "autocomplete": "off"}),
    )
    group = forms.ChoiceField(label=_("Counts for"), choices=RuleGroup.choices)
    points = forms.IntegerField(label=_("Points"), min_value=-MAX_POINTS, max_value=MAX_POINTS)
    section = forms.ChoiceField(label=_("Group"), required=False)
    half_life_days = forms.IntegerField(
        label=_("Halve every … days"), required=False, min_value=1, max_value=3650
    )
    decays_from = forms.ChoiceField(label=_("Counted from"), required=False)

    def __init__(self, *args: Any, sections: list[SectionDraft], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = [(str(each.key), each.name) for each in sections]
        instants = [(key, str(each.label)) for key, each in decay_fields().items()]
        self.fields["section"].choices = [("", _("none")), *names]  # type: ignore[attr-defined]
        self.fields["decays_from"].choices = instants  # type: ignore[attr-defined]

    def clean_points(self) -> int:
        points = int(self.cleaned_data["points"])
        if points == 0:
            raise forms.ValidationError(_("A rule gives or takes at least one point."))
        return points

    def clean_section(self) -> UUID | None:
        return UUID(self.cleaned_data["section"]) if self.cleaned_data["section"] else None


class ThresholdsForm(forms.Form):
    """From how many points on."""

    qualified = forms.IntegerField(label=_("Qualified from"), min_value=-9999, max_value=9999)
    nurture = forms.IntegerField(label=_("Nurture from"), min_value=-9999, max_value=9999)
    grade_a = forms.IntegerField(label=_("Grade A from"), min_value=-9999, max_value=9999)
    grade_b = forms.IntegerField(label=_("Grade B from"), min_value=-9999, max_value=9999)
    grade_c = forms.IntegerField(label=_("Grade C from"), min_value=-9999, max_value=9999)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for higher, lower, fault in (
            ("qualified", "nurture", _("“Qualified” needs at least as many points as “nurture”.")),
            ("grade_a", "grade_b", _("Grade A needs at least as many points as B.")),
            ("grade_b", "grade_c", _("Grade B needs at least as many points as C.")),
        ):
            if {higher, lower} <= set(cleaned) and cleaned[higher] < cleaned[lower]:
                self.add_error(higher, fault)
        return cleaned

    def thresholds(self) -> Thresholds:
        return Thresholds(**self.cleaned_data)


def posted_sections(data: QueryDict) -> list[SectionDraft]:
    """The groups as typed, rows without a name left out; a cap that is no number is no cap of ours: 0 is refused."""
    found = []
    for row in data.getlist("row")[: MOST_SECTIONS + 1]:
        name, cap = data.get(f"name-{row}", "").strip(), data.get(f"cap-{row}", "").strip()
        if name:
            limit = (int(cap) if cap.isdecimal() and len(cap) < 6 else 0) if cap else None
            found.append(SectionDraft(name, data.get(f"group-{row}", ""), limit, _uuid(row)))
    return found


def posted_consequence(data: QueryDict, key: UUID | None) -> ConsequenceDraft:
    """Settings carry the name of their action, so that the form can show one action's at a time."""
    action = data.get("action", "")
    known = ACTIONS.get(action)
    settings = {
        each.name: data.get(f"{action}-{each.name}", "") for each in (known.settings if known else ())
    }
    return ConsequenceDraft(data.get("when", ""), action, settings, key)


@dataclass(frozen=True)
class OfferedSetting:
    name: str
    label: str
    kind: str
    choices: list[tuple[str, str]]


def offered_actions(offered: Offered) -> list[tuple[str, str, list[OfferedSetting]]]:
    """Every action with what it asks for."""
    return [
        (
            action.kind,
            str(action.label),
            [
                OfferedSetting(
                    f"{action.kind}-{each.name}",
                    str(each.label),
                    each.kind,
                    list(offered.choices(each).items()),
                )
                for each in action.settings
            ],
        )
        for action in ACTIONS.values()
    ]


def when_choices() -> list[tuple[str, str]]:
    return [(key, str(label)) for key, label in WHEN_LABELS.items()]


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


class TestLeadForm(forms.Form):
    """A lead typed in by hand: an answer for each criterion that is asked, and what else rules ask for most."""

    phone = forms.CharField(label=_("Phone"), required=False, max_length=40)
    email = forms.CharField(label=_("Email"), required=False, max_length=200)
    source = forms.ChoiceField(label=_("Source"), required=False)
    campaign = forms.CharField(label=_("Campaign"), required=False, max_length=120)
    language = forms.ChoiceField(label=_("Language of the contact"), required=False)
    wrote_days_ago = forms.IntegerField(
        label=_("Last message, days ago"), required=False, min_value=0, max_value=3650
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", "test_%s")
        super().__init__(*args, **kwargs)
        self.criteria = {f"answer-{each.key}": each for each in active_criteria()}
        answers = {name: answer_input(each) for name, each in self.criteria.items()}
        self.fields = {**answers, **self.fields}
        self.fields["source"].choices = [("", "–"), *LeadSource.choices]  # type: ignore[attr-defined]
        self.fields["language"].choices = [("", "–"), *Language.choices]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        currency = company().currency
        answers = {}
        for name, criterion in self.criteria.items():
            if typed := cleaned.get(name):
                try:
                    answers[criterion.key] = entry.read(FIELD_TYPES[criterion.kind], typed, currency)
                except BadAnswer as error:
                    self.add_error(name, str(error))
        return {**cleaned, "answers": answers}
