from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any
from uuid import UUID

from django import forms
from django.forms import BaseFormSet, formset_factory
from django.utils.translation import gettext_lazy as _

from core.access.models import User
from core.company.queries import company
from core.conditions import ConditionError, Field, FieldType, GroupKind, Operator, parse, registry
from core.conditions.operators import Shape, shape_of
from core.conditions.words import operator_label
from core.errors import Refused
from crm.scoring.errors import BadRule
from crm.scoring.models import RuleGroup, RuleSet, ScoringRule
from crm.scoring.operations import MAX_POINTS, Published, RuleDraft, save_rule, save_thresholds
from crm.scoring.operations.rules import JUDGED
from crm.scoring.queries import SUBJECT
from crm.scoring.rows import Row, leaf, to_json, to_rows
from crm.scoring.scoring import Thresholds

YES_NO = [("true", _("Yes")), ("false", _("No"))]
JOINS = [
    (GroupKind.ALL.value, _("all of these hold")),
    (GroupKind.ANY.value, _("at least one of these holds")),
    (GroupKind.NONE.value, _("none of these holds")),
]


def rule_fields() -> dict[str, Field]:
    """What a scoring rule may ask, by key: all fields of a lead but those that scoring decides."""
    fields = registry.fields(SUBJECT)
    return {
        key: field for key, field in fields.items() if key not in JUDGED and (field.orm or field.of_moment)
    }


class ConditionRowForm(forms.Form):
    """One condition: the comparisons and the input for the value follow the field that is chosen."""

    field = forms.ChoiceField(label=_("What"))
    op = forms.ChoiceField(label=_("How"))
    value = forms.CharField(label=_("Value"), required=False)
    value_to = forms.CharField(label=_("to"), required=False)

    def __init__(self, *args: Any, known: Mapping[str, Field], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known = known
        what = [("", _("Choose")), *((key, each.label) for key, each in known.items())]
        self.fields["field"] = forms.ChoiceField(label=_("What"), choices=what)
        self._op = self._chosen("op")
        if asked := known.get(self._chosen("field")):
            how = [(each.value, operator_label(asked.type, each)) for each in asked.operators]
            self.fields["op"] = forms.ChoiceField(label=_("How"), choices=how)
            self._suit(asked)
        if not self._takes(Shape.PAIR):
            self.fields["value_to"].widget = forms.HiddenInput()
        if self._takes(Shape.NOTHING, Shape.FLAG):
            self.fields["value"].widget = forms.HiddenInput()

    def _chosen(self, name: str) -> str:
        source = self.data if self.is_bound else self.initial
        return str(source.get(self.add_prefix(name) if self.is_bound else name) or "")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors:
            try:
                json = leaf(self.row, self.known, company().currency)
                parse(json, SUBJECT, fields=self.known)
            except BadRule as error:
                self.add_error("value", str(error))
            except ConditionError as error:
                self.add_error("value", error.message)
        return cleaned

    @property
    def row(self) -> Row:
        values = self.cleaned_data
        return Row(values["field"], values["op"], values["value"], values["value_to"])

    def _takes(self, *shapes: Shape) -> bool:
        return self._op in list(Operator) and shape_of(Operator(self._op)) in shapes

    def _suit(self, asked: Field) -> None:
        options = YES_NO if asked.type is FieldType.BOOLEAN else asked.options()
        several = self._takes(Shape.LIST)
        if options and not several:
            self.fields["value"].widget = forms.Select(choices=[("", _("Choose")), *options])
        elif asked.type is FieldType.DURATION or self._takes(Shape.SPAN):
            self.fields["value"].widget = forms.NumberInput(attrs={"min": 0})
        elif several:
            self.fields["value"].help_text = _("Several values, parted by commas.")


RowFormSet = formset_factory(
    ConditionRowForm, extra=0, min_num=1, validate_min=True, can_delete=True, max_num=20
)


class ScoringRuleForm(forms.Form):
    """The plain editor of a rule: rows joined by all, any or none, and the points they give.

    A condition with groups within groups is kept as it is (`is_advanced`) while name, group and points can
    change. `save` returns what was published, or None with its reasons among the errors.
    """

    name = forms.CharField(label=_("Name"), max_length=120)
    group = forms.ChoiceField(label=_("Counts for"), choices=RuleGroup.choices)
    points = forms.IntegerField(label=_("Points"), min_value=-MAX_POINTS, max_value=MAX_POINTS)
    join = forms.ChoiceField(label=_("When"), choices=JOINS, initial=GroupKind.ALL.value)
    expected_version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, data: Any = None, *, rule: ScoringRule | None = None, version: int | None = None
    ) -> None:
        self.rule = rule
        join, rows = self._rows_of(rule)
        initial = {"join": join, "expected_version": version}
        if rule:
            initial |= {"name": rule.name, "group": rule.group, "points": rule.points}
        super().__init__(data, initial=initial)
        self.rows: BaseFormSet[Any] = RowFormSet(
            None if self.is_advanced else data,
            prefix="rows",
            initial=[vars(row) for row in rows],
            form_kwargs={"known": self.known},
        )

    @cached_property
    def known(self) -> dict[str, Field]:
        return rule_fields()

    def _rows_of(self, rule: ScoringRule | None) -> tuple[str, list[Row]]:
        plain = to_rows(rule.condition, self.known) if rule else (GroupKind.ALL.value, [])
        self.is_advanced = plain is None
        return plain or (GroupKind.ALL.value, [])

    def clean_points(self) -> int:
        points: int = self.cleaned_data["points"]
        if points == 0:
            raise forms.ValidationError(_("A rule gives at least one point, or takes one."))
        return points

    def is_valid(self) -> bool:
        rows = self.is_advanced or self.rows.is_valid()
        return super().is_valid() and rows

    def condition(self) -> Any:
        """The JSON of a valid form."""
        if self.is_advanced and self.rule:
            return self.rule.condition
        rows = [form.row for form in self.rows.forms if form not in self.rows.deleted_forms]
        return to_json(rows, self.cleaned_data["join"], self.known, company().currency)

    def draft(self) -> RuleDraft:
        values = self.cleaned_data
        key: UUID | None = self.rule.key if self.rule else None
        return RuleDraft(values["name"], values["group"], self.condition(), values["points"], key)

    def save(self, *, user: User) -> Published | None:
        try:
            expected = self.cleaned_data["expected_version"]
            return save_rule(draft=self.draft(), user=user, expected_version=expected)
        except Refused as error:
            self.add_error(None, str(error))
            return None


class ThresholdsForm(forms.Form):
    qualified = forms.IntegerField(label=_("Qualified from"))
    nurture = forms.IntegerField(label=_("Nurture from"))
    grade_a = forms.IntegerField(label=_("Grade A from"))
    grade_b = forms.IntegerField(label=_("Grade B from"))
    grade_c = forms.IntegerField(label=_("Grade C from"))
    expected_version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, rule_set: RuleSet | None = None) -> None:
        initial = {"expected_version": rule_set.version if rule_set else 0}
        limits = ("qualified", "nurture", "grade_a", "grade_b", "grade_c")
        defaults = vars(Thresholds())
        initial |= {
            name: getattr(rule_set, f"{name}_from") if rule_set else defaults[name] for name in limits
        }
        super().__init__(data, initial=initial)

    def save(self, *, user: User) -> Published | None:
        values = dict(self.cleaned_data)
        expected = values.pop("expected_version")
        try:
            return save_thresholds(thresholds=Thresholds(**values), user=user, expected_version=expected)
        except Refused as error:
            self.add_error(None, str(error))
            return None
