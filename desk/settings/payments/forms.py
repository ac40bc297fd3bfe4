from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext as now_
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.payments.models import PaidStage, PaymentProvider, PaymentSettings
from crm.pipeline.models import Pipeline, StageKind


class ProviderForm(forms.Form):
    name = forms.CharField(
        label=pgettext_lazy("of a thing", "Name"),
        max_length=100,
        help_text=_("Customers read it: the name of the bank or of the service where they pay."),
    )
    url_template = forms.CharField(
        label=_("Address where customers pay"),
        max_length=1000,
        widget=forms.Textarea(
            attrs={
                "rows": 3,
                "spellcheck": "false",
                "placeholder": "https://pay.example.com/?sum={amount}&order={reference}&back={return_url}",
            }
        ),
        help_text=_(
            "Places are filled in for each payment: {amount}, {currency}, {reference}, {purpose}, {return_url}."
        ),
    )
    is_default = forms.BooleanField(label=_("Used unless another is chosen"), required=False)
    active = forms.BooleanField(label=_("Switched on"), required=False, initial=True)

    @classmethod
    def initial_of(cls, provider: PaymentProvider) -> dict[str, Any]:
        return {name: getattr(provider, name) for name in ("name", "url_template", "is_default", "active")}


class RulesForm(forms.Form):
    """What a payment sets off; for each pipeline a choice of the stage that a paid lead goes to."""

    thank = forms.BooleanField(
        label=_("Thank the customer in the chat when the money has come"), required=False
    )
    remind = forms.BooleanField(
        label=_("Remind the customer once, the day after the last day"), required=False
    )

    def __init__(self, data: Any, *, rules: PaymentSettings, pipelines: Sequence[Pipeline]) -> None:
        super().__init__(data, initial={"thank": rules.thank, "remind": rules.remind})
        self.pipelines = pipelines
        chosen = dict(PaidStage.objects.values_list("pipeline", "stage"))
        for pipeline in pipelines:
            stages = [
                (str(stage.pk), stage.name)
                for stage in pipeline.stages.all()
                if stage.kind != StageKind.LOST and stage.leaving_for_id is None
            ]
            self.fields[f"stage_{pipeline.pk}"] = forms.ChoiceField(
                label=pipeline.name, choices=[("", now_("stays where it is")), *stages], required=False
            )
            self.initial[f"stage_{pipeline.pk}"] = str(chosen.get(pipeline.pk, ""))

    def stage_fields(self) -> Iterator[BoundField]:
        return (self[f"stage_{each.pk}"] for each in self.pipelines)

    def stages(self) -> dict[int, int | None]:
        """What `update_payment_settings` takes."""
        given = {each.pk: self.cleaned_data[f"stage_{each.pk}"] for each in self.pipelines}
        return {pk: int(stage) if stage else None for pk, stage in given.items()}
