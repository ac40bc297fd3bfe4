from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from core.access.models import Team, User
from core.errors import Refused
from core.events.actor import Actor
from crm.contacts.operations import create_contact
from crm.pipeline.enums import LeadSource
from crm.pipeline.models import Lead, LostReason, Pipeline, Stage, StageKind
from crm.pipeline.operations import (
    StageDraft,
    assign_lead,
    create_lead,
    create_stage,
    delete_stage,
    move_lead,
    set_next_step,
    update_lead,
    update_stage,
)
from crm.pipeline.queries import lost_reasons


class TagsField(forms.CharField):
    """Words parted by commas, without repeats."""

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        words = (" ".join(word.split()) for word in str(value or "").split(","))
        return list(dict.fromkeys(word for word in words if word))

    def validate(self, value: Any) -> None:
        super().validate(value)
        if any(len(tag) > 50 for tag in value):
            raise forms.ValidationError(_("A tag has at most 50 characters."))

    def run_validators(self, value: Any) -> None:
        """Those of CharField look at one text; `validate` has looked at each tag."""


def _people() -> forms.ModelChoiceField[User]:
    people = User.objects.filter(is_active=True).order_by("name", "id")
    return forms.ModelChoiceField(people, label=_("Owner"), required=False, empty_label=_("Nobody"))


def _currency() -> forms.RegexField:
    return forms.RegexField(
        r"^[A-Z]{3}$", label=_("Currency"), error_messages={"invalid": _("Three letters, like AMD.")}
    )


class LeadForm(forms.Form):
    """Details of a lead. `save` raises StaleLead where somebody changed it after the form was opened."""

    title = forms.CharField(label=_("Title"), max_length=200)
    value = forms.DecimalField(
        label=_("Value"), min_value=0, max_digits=20, decimal_places=4, required=False, localize=True
    )
    currency = _currency()
    source = forms.ChoiceField(label=_("Source"), choices=[("", "—"), *LeadSource.choices], required=False)
    campaign = forms.CharField(label=_("Campaign"), max_length=120, required=False)
    tags = TagsField(label=_("Tags"), required=False, help_text=_("Parted by commas."))
    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, lead: Lead) -> None:
        self.lead = lead
        names = ("title", "value", "currency", "source", "campaign", "tags", "revision")
        super().__init__(data, initial={name: getattr(lead, name) for name in names})

    def save(self, *, user: User) -> Lead:
        values = dict(self.cleaned_data)
        revision = values.pop("revision")
        return update_lead(lead_id=self.lead.pk, actor=Actor.of(user), expected_revision=revision, **values)


class NewLeadForm(forms.Form):
    """A lead entered by hand, with its contact. Raises BadContactPoint from `save` as an error of the field."""

    name = forms.CharField(label=_("Name of the contact"), max_length=200)
    phone = forms.CharField(label=_("Phone"), max_length=40, required=False)
    email = forms.CharField(label=_("Email"), max_length=254, required=False)
    title = forms.CharField(label=_("What it is about"), max_length=200, required=False)
    value = forms.DecimalField(
        label=_("Value"), min_value=0, max_digits=20, decimal_places=4, required=False, localize=True
    )

    def __init__(self, data: Any = None, *, pipeline: Pipeline) -> None:
        super().__init__(data)
        stages = pipeline.stages.filter(kind=StageKind.OPEN).order_by("position", "id")
        self.fields["stage"] = forms.ModelChoiceField(stages, label=_("Stage"), initial=stages.first())
        self.fields["owner"] = _people()

    def save(self, *, user: User) -> Lead | None:
        values, actor = self.cleaned_data, Actor.of(user)
        try:
            with transaction.atomic():
                contact = create_contact(
                    actor=actor,
                    name=values["name"],
                    phones=[values["phone"]] if values["phone"] else [],
                    emails=[values["email"]] if values["email"] else [],
                    owner=values["owner"],
                    source=LeadSource.MANUAL,
                )
                return create_lead(
                    contact=contact,
                    actor=actor,
                    title=values["title"],
                    source=LeadSource.MANUAL,
                    stage=values["stage"],
                    owner=values["owner"],
                    value=values["value"],
                )
        except Refused as error:
            self.add_error(None, str(error))
            return None


class MoveForm(forms.Form):
    """To which stage; a lost one asks for the reason. `save` raises StaleLead."""

    stage = forms.ModelChoiceField(Stage.objects.none(), label=_("Stage"))
    lost_reason = forms.ModelChoiceField(LostReason.objects.none(), label=_("Why lost"), required=False)
    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, lead: Lead) -> None:
        self.lead = lead
        super().__init__(data, initial={"stage": lead.stage_id, "revision": lead.revision})
        self.fields["stage"].queryset = Stage.objects.select_related("pipeline").order_by("position", "id")  # type: ignore[attr-defined]
        self.fields["lost_reason"].queryset = lost_reasons()  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        stage = values.get("stage")
        if stage and stage.kind == StageKind.LOST and not values.get("lost_reason"):
            self.add_error("lost_reason", _("Say why the lead was lost."))
        return values

    def save(self, *, user: User) -> Lead:
        values = self.cleaned_data
        return move_lead(
            lead_id=self.lead.pk,
            to_stage_id=values["stage"].pk,
            actor=Actor.of(user),
            expected_revision=values["revision"],
            lost_reason=values["lost_reason"],
        )


class AssignForm(forms.Form):
    owner = forms.ModelChoiceField(User.objects.none(), label=_("Owner"), required=False)
    team = forms.ModelChoiceField(Team.objects.none(), label=_("Team"), required=False)

    def __init__(self, data: Any = None, *, lead: Lead) -> None:
        self.lead = lead
        super().__init__(data, initial={"owner": lead.owner_id, "team": lead.team_id})
        self.fields["owner"] = _people()
        self.fields["team"].queryset = Team.objects.order_by("name")  # type: ignore[attr-defined]

    def save(self, *, user: User) -> Lead:
        values = self.cleaned_data
        return assign_lead(
            lead_id=self.lead.pk, owner=values["owner"], team=values["team"], actor=Actor.of(user)
        )


class NextStepForm(forms.Form):
    """What happens next and when, in the reader's zone; an empty text clears both."""

    text = forms.CharField(label=_("Next step"), max_length=200, required=False)
    due_at = forms.DateTimeField(
        label=_("When"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    def __init__(self, data: Any = None, *, lead: Lead) -> None:
        self.lead = lead
        super().__init__(data, initial={"text": lead.next_step, "due_at": lead.next_step_at})

    def save(self, *, user: User) -> Lead:
        values = self.cleaned_data
        return set_next_step(
            lead_id=self.lead.pk, text=values["text"], due_at=values["due_at"], actor=Actor.of(user)
        )


class PipelineForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=100)
    currency = _currency()


class StageForm(forms.Form):
    """`save` returns the stage, or None with its reasons among the errors."""

    name = forms.CharField(label=_("Name"), max_length=100)
    kind = forms.ChoiceField(label=_("Leads in it are"), choices=StageKind.choices)
    probability = forms.IntegerField(label=_("Probability, %"), min_value=0, max_value=100, initial=10)
    rotting_days = forms.IntegerField(
        label=_("Days until rotting"),
        min_value=1,
        max_value=3650,
        required=False,
        help_text=_("Empty: a lead may stay as long as it likes."),
    )
    takes_qualified = forms.BooleanField(label=_("Takes leads that become qualified"), required=False)

    def __init__(self, data: Any = None, *, pipeline: Pipeline, stage: Stage | None = None) -> None:
        self.pipeline, self.stage = pipeline, stage
        names = ("name", "kind", "probability", "rotting_days", "takes_qualified")
        initial = {name: getattr(stage, name) for name in names} if stage else None
        super().__init__(data, initial=initial)

    def save(self, *, user: User) -> Stage | None:
        draft, actor = StageDraft(**self.cleaned_data), Actor.of(user)
        try:
            if self.stage:
                return update_stage(stage_id=self.stage.pk, draft=draft, actor=actor)
            return create_stage(pipeline_id=self.pipeline.pk, draft=draft, actor=actor)
        except Refused as error:
            self.add_error(None, str(error))
            return None


class DeleteStageForm(forms.Form):
    """Where the leads of the stage go; `save` returns how many went, or None with its reasons among the
    errors.
    """

    move_leads_to = forms.ModelChoiceField(
        Stage.objects.none(), label=_("Its leads go to"), required=False, empty_label=_("Choose a stage")
    )
    lost_reason = forms.ModelChoiceField(LostReason.objects.none(), label=_("Why lost"), required=False)

    def __init__(self, data: Any = None, *, stage: Stage) -> None:
        self.stage = stage
        super().__init__(data)
        others = Stage.objects.filter(pipeline=stage.pipeline_id).exclude(pk=stage.pk)
        self.fields["move_leads_to"].queryset = others.order_by("position", "id")  # type: ignore[attr-defined]
        self.fields["lost_reason"].queryset = lost_reasons()  # type: ignore[attr-defined]

    def save(self, *, user: User) -> int | None:
        target: Stage | None = self.cleaned_data["move_leads_to"]
        try:
            return delete_stage(
                stage_id=self.stage.pk,
                actor=Actor.of(user),
                move_leads_to=target.pk if target else None,
                lost_reason=self.cleaned_data["lost_reason"],
            )
        except Refused as error:
            self.add_error(None, str(error))
            return None


def default_stages() -> Sequence[StageDraft]:
    """What a new pipeline begins with, to be changed at once."""
    return (
        StageDraft(str(_("New")), StageKind.OPEN, probability=10, rotting_days=3),
        StageDraft(str(_("In work")), StageKind.OPEN, probability=50, rotting_days=7),
        StageDraft(str(_("Won")), StageKind.WON, probability=100),
        StageDraft(str(_("Lost")), StageKind.LOST, probability=0),
    )
