from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.scoring.models import RuleGroup
from crm.scoring.operations import MAX_POINTS
from crm.scoring.scoring import Thresholds


class RuleForm(forms.Form):
    """What a rule gives; its condition stands beside, in `builder.ConditionForm`."""

    name = forms.CharField(
        label=_("Name"),
        max_length=120,
        widget=forms.TextInput(attrs={"autofocus": True, "autocomplete": "off"}),
    )
    group = forms.ChoiceField(label=_("Counts for"), choices=RuleGroup.choices)
    points = forms.IntegerField(label=_("Points"), min_value=-MAX_POINTS, max_value=MAX_POINTS)

    def clean_points(self) -> int:
        points = int(self.cleaned_data["points"])
        if points == 0:
            raise forms.ValidationError(_("A rule gives or takes at least one point."))
        return points


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
