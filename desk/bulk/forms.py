"""What should be done to the chosen leads; one form for each button of the bar."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.access.models import Team
from crm.bulk import actions
from crm.pipeline.models import LostReason, Pipeline, Stage, StageKind
from crm.pipeline.queries import lost_reasons, pipelines
from crm.pipeline.steps import LENGTH
from desk.colleagues.queries import active_colleagues
from desk.steps.forms import MINUTES

Action = tuple[str, dict[str, Any]]
NOBODY = "nobody"
MOST_TEXT = 1000


class BulkForm(forms.Form):
    """`action` is what `crm.bulk.operations.start_bulk` takes; the form must be valid."""

    headline: Any = ""

    def __init__(self, data: Any = None, *, pipeline: Pipeline | None = None) -> None:
        super().__init__(data)
        self.pipeline = pipeline

    @property
    def action(self) -> Action:
        raise NotImplementedError

    def _choose(self, name: str, choices: list[Any]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices


class AssignForm(BulkForm):
    headline = _("Assign")

    to = forms.ChoiceField(label=_("To whom"))

    def __init__(self, data: Any = None, **options: Any) -> None:
        super().__init__(data, **options)
        people = [(f"user:{each.pk}", each.name) for each in active_colleagues()]
        rows = Team.objects.filter(members__is_active=True).distinct().order_by("name")
        self._teams = {f"team:{team.pk}": team for team in rows}
        teams = [
            (key, gettext("%(team)s, in turn") % {"team": team.name}) for key, team in self._teams.items()
        ]
        grouped = [("", gettext("Choose…")), (gettext("People"), people)]
        if teams:
            grouped.append((gettext("Shared among a team"), teams))
        self._choose("to", [*grouped, (NOBODY, gettext("Nobody"))])

    @property
    def action(self) -> Action:
        chosen = self.cleaned_data["to"]
        if chosen in self._teams:
            return actions.share_among(self._teams[chosen])
        person = next((each for each in active_colleagues() if f"user:{each.pk}" == chosen), None)
        return actions.assign_to(person)


class _ClosingForm(BulkForm):
    """A lost reason is asked for where the leads are lost."""

    reason = forms.ChoiceField(label=_("Why lost"), required=False)

    def __init__(self, data: Any = None, **options: Any) -> None:
        super().__init__(data, **options)
        self._choose("reason", [("", "—"), *((str(each.pk), each.name) for each in lost_reasons())])

    @property
    def _is_lost(self) -> bool:
        raise NotImplementedError

    @property
    def lost_reason(self) -> LostReason | None:
        chosen = self.cleaned_data.get("reason")
        return LostReason.objects.filter(pk=int(chosen)).first() if chosen and self._is_lost else None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and self._is_lost and self.lost_reason is None:
            self.add_error("reason", gettext("Say why the leads were lost."))
        return cleaned


class MoveForm(_ClosingForm):
    headline = _("Move to a stage")
    field_order = ("stage", "reason", "reopen")

    stage = forms.ChoiceField(label=_("Stage"))
    reopen = forms.BooleanField(label=_("Also those that are won or lost already"), required=False)

    def __init__(self, data: Any = None, **options: Any) -> None:
        super().__init__(data, **options)
        shown = [self.pipeline] if self.pipeline else list(pipelines())
        self._stages = {
            str(stage.public_id): stage
            for each in shown
            for stage in each.stages.filter(leaving_for__isnull=True)
        }
        names = [
            (key, stage.name if self.pipeline else f"{stage.pipeline.name}: {stage.name}")
            for key, stage in self._stages.items()
        ]
        self._choose("stage", [("", gettext("Choose…")), *names])

    @property
    def _stage(self) -> Stage | None:
        return self._stages.get(self.cleaned_data.get("stage", ""))

    @property
    def _is_lost(self) -> bool:
        return self._stage is not None and self._stage.kind == StageKind.LOST

    @property
    def action(self) -> Action:
        assert self._stage is not None
        return actions.move_to(self._stage, reason=self.lost_reason, reopen=self.cleaned_data["reopen"])


class CloseForm(_ClosingForm):
    headline = _("Won or lost")
    field_order = ("outcome", "reason")

    outcome = forms.ChoiceField(
        label=_("How they ended"),
        choices=[(StageKind.LOST, _("Lost")), (StageKind.WON, _("Won"))],
        initial=StageKind.LOST,
    )

    @property
    def _is_lost(self) -> bool:
        return self.cleaned_data.get("outcome") == StageKind.LOST

    @property
    def action(self) -> Action:
        return actions.close_as(self.cleaned_data["outcome"], reason=self.lost_reason)


class TagForm(BulkForm):
    headline = _("Tags")

    add = forms.CharField(
        label=_("Add"),
        required=False,
        max_length=MOST_TEXT,
        help_text=_("Several with commas between them."),
        widget=forms.TextInput(attrs={"autofocus": True, "autocomplete": "off"}),
    )
    remove = forms.CharField(
        label=_("Take away"),
        required=False,
        max_length=MOST_TEXT,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    @property
    def action(self) -> Action:
        return actions.tag_with(add=self._tags("add"), remove=self._tags("remove"))

    def _tags(self, name: str) -> list[str]:
        return str(self.cleaned_data[name]).split(",")


class NextStepForm(BulkForm):
    headline = _("Next step")

    next_step = forms.CharField(
        label=_("What happens next"),
        required=False,
        max_length=LENGTH,
        help_text=_("Left empty, the leads have no next step any more."),
        widget=forms.TextInput(attrs={"autofocus": True, "autocomplete": "off"}),
    )
    due_at = forms.DateTimeField(
        label=_("When"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MINUTES),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("next_step") and not cleaned.get("due_at") and "due_at" not in self.errors:
            self.add_error("due_at", gettext("Say when."))
        return cleaned

    @property
    def action(self) -> Action:
        return actions.plan_step(self.cleaned_data["next_step"], self.cleaned_data["due_at"])


FORMS: Mapping[str, type[BulkForm]] = {
    "assign": AssignForm,
    "move": MoveForm,
    "tag": TagForm,
    "next_step": NextStepForm,
    "close": CloseForm,
}
