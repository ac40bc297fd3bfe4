from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.actions.registry import ACTIONS, MOST_DAYS, Action, Offered, Setting
from crm.pipeline.models import LostReason, Stage, StageKind
from crm.pipeline.operations import StageDraft
from crm.pipeline.wants import offered
from desk.settings import places

NAME = {"autofocus": True, "autocomplete": "off"}
NEW_STAGES = ((_("New"), 10, 2), (_("Talking"), 40, 5), (_("Offer"), 70, 7))


class PipelineForm(forms.Form):
    """Name and currency; a new pipeline begins with stages that are then made one's own."""

    name = forms.CharField(
        label=pgettext_lazy("of a thing", "Name"), max_length=100, widget=forms.TextInput(attrs=NAME)
    )
    currency = forms.ChoiceField(
        label=_("Currency"), help_text=_("The sums of its columns are counted in it.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        currency = self.fields["currency"]
        assert isinstance(currency, forms.ChoiceField)
        currency.choices = places.currencies()

    @staticmethod
    def first_stages() -> list[StageDraft]:
        stages = [StageDraft(str(name), StageKind.OPEN, share, days) for name, share, days in NEW_STAGES]
        return [
            *stages,
            StageDraft(str(_("Won")), StageKind.WON, 100),
            StageDraft(str(_("Lost")), StageKind.LOST, 0),
        ]


class StageForm(forms.Form):
    """A stage as an admin writes it."""

    name = forms.CharField(
        label=pgettext_lazy("of a thing", "Name"), max_length=100, widget=forms.TextInput(attrs=NAME)
    )
    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=StageKind.choices,
        help_text=_(
            "A lead in a stage that is won or lost is closed; into a lost one it goes with a reason."
        ),
    )
    probability = forms.IntegerField(
        label=_("Probability, %"),
        min_value=0,
        max_value=100,
        help_text=_("How many of its leads end in a yes."),
    )
    rotting_days = forms.IntegerField(
        label=_("Days until rotting"),
        min_value=1,
        max_value=1000,
        required=False,
        help_text=_("A lead that stands here longer is marked on the board. Empty: never."),
    )
    takes_qualified = forms.BooleanField(
        label=_("Takes leads that become qualified"),
        required=False,
        help_text=_(
            "A lead in an earlier stage moves here by itself. One open stage of a pipeline does this."
        ),
    )

    wip_limit = forms.IntegerField(
        label=_("Most leads at a time"),
        min_value=1,
        max_value=100_000,
        required=False,
        help_text=_("Nobody but a manager brings more. Empty: any number."),
    )
    required = forms.MultipleChoiceField(
        label=_("Needed to enter"),
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}),
        help_text=_("Whoever moves a lead here is asked for what is missing."),
    )

    def __init__(self, data: Any = None, *, stage: Stage | None = None, initial: Any = None) -> None:
        super().__init__(data, initial=_initial(stage) if stage else initial)
        self.offered = Offered()
        required = self.fields["required"]
        assert isinstance(required, forms.MultipleChoiceField)
        kept = list(stage.required) if stage else []
        wants = offered()
        required.choices = [(key, want.label) for key, want in wants.items()]
        # One that is gone stays to be seen until it is unticked.
        required.choices += [(key, key) for key in kept if key not in wants]
        planned = {each["action"]: each["settings"] for each in stage.actions} if stage else {}
        self.deeds = [
            self._deed(action, planned.get(kind)) for kind, action in ACTIONS.items() if not action.moves
        ]

    def _deed(self, action: Action, planned: Mapping[str, Any] | None) -> Deed:
        name = f"do-{action.kind}"
        self.fields[name] = forms.BooleanField(
            label=action.label, required=False, initial=planned is not None
        )
        settings = [self._setting(action.kind, each, planned or {}) for each in action.settings]
        return Deed(action.kind, name, settings)

    def _setting(self, kind: str, setting: Setting, planned: Mapping[str, Any]) -> str:
        name = f"{kind}-{setting.name}"
        known = planned.get(setting.name)
        if setting.kind == "choice":
            choices = list(self.offered.choices(setting).items())
            if known is not None and known not in dict(choices):
                choices.append((known, str(_("gone; choose another"))))
            self.fields[name] = forms.ChoiceField(
                label=setting.label, choices=choices, required=False, initial=known
            )
        elif setting.kind == "days":
            self.fields[name] = forms.IntegerField(
                label=setting.label, min_value=0, max_value=MOST_DAYS, required=False, initial=known or 1
            )
        else:
            self.fields[name] = forms.CharField(
                label=setting.label, max_length=200, required=False, initial=known
            )
        return name

    @property
    def main_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in StageForm.base_fields if name != "required"]

    @property
    def deed_fields(self) -> list[tuple[forms.BoundField, list[forms.BoundField]]]:
        return [(self[deed.name], [self[name] for name in deed.settings]) for deed in self.deeds]

    def draft(self) -> StageDraft:
        values = {name: self.cleaned_data[name] for name in StageForm.base_fields}
        return StageDraft(**values, actions=self._actions())

    def _actions(self) -> list[dict[str, Any]]:
        return [
            {
                "action": deed.kind,
                "settings": {
                    name.removeprefix(f"{deed.kind}-"): _plain(self.cleaned_data[name])
                    for name in deed.settings
                },
            }
            for deed in self.deeds
            if self.cleaned_data[deed.name]
        ]


@dataclass(frozen=True)
class Deed:
    """Something that a stage may do: the name of its checkbox, and of what is said about it."""

    kind: str
    name: str
    settings: list[str]


def _plain(value: Any) -> str:
    return "" if value is None else str(value)


def _initial(stage: Stage) -> dict[str, Any]:
    return {name: getattr(stage, name) for name in StageForm.base_fields}


class DeleteStageForm(forms.Form):
    """Which stage takes the leads."""

    to = forms.ModelChoiceField(Stage.objects.none(), label=_("Its leads go to"), empty_label=None)
    reason = forms.ModelChoiceField(
        LostReason.objects.none(),
        label=_("Why they were lost"),
        required=False,
        empty_label=_("no reason"),
        help_text=_("Needed where the leads go to a lost stage."),
    )

    def __init__(self, stage: Stage, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        to, reason = self.fields["to"], self.fields["reason"]
        assert isinstance(to, forms.ModelChoiceField)
        assert isinstance(reason, forms.ModelChoiceField)
        to.queryset = (
            Stage.objects.filter(pipeline=stage.pipeline_id, leaving_for__isnull=True)
            .exclude(pk=stage.pk)
            .order_by("position", "id")
        )
        reason.queryset = LostReason.objects.filter(active=True).order_by("id")


class ReasonForm(forms.Form):
    """Why leads are lost, as colleagues choose it."""

    name = forms.CharField(
        label=pgettext_lazy("of a thing", "Name"), max_length=100, widget=forms.TextInput(attrs=NAME)
    )
    active = forms.BooleanField(label=_("Offered"), required=False, initial=True)
