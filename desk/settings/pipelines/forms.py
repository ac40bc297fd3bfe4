from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.pipeline.models import LostReason, Stage, StageKind
from crm.pipeline.operations import StageDraft
from desk.settings import places

NAME = {"autofocus": True, "autocomplete": "off"}
NEW_STAGES = ((_("New"), 10, 2), (_("Talking"), 40, 5), (_("Offer"), 70, 7))


class NameForm(forms.Form):
    """The name of a pipeline."""

    name = forms.CharField(
        label=pgettext_lazy("of a thing", "Name"), max_length=100, widget=forms.TextInput(attrs=NAME)
    )


class PipelineForm(NameForm):
    """A new pipeline; it begins with stages that are then made one's own."""

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

    def draft(self) -> StageDraft:
        return StageDraft(**self.cleaned_data)


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
            Stage.objects.filter(pipeline=stage.pipeline_id).exclude(pk=stage.pk).order_by("position", "id")
        )
        reason.queryset = LostReason.objects.filter(active=True).order_by("id")


class ReasonForm(forms.Form):
    """Why leads are lost, as colleagues choose it."""

    name = forms.CharField(
        label=pgettext_lazy("of a thing", "Name"), max_length=100, widget=forms.TextInput(attrs=NAME)
    )
    active = forms.BooleanField(label=_("Offered"), required=False, initial=True)
