from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from conversations.assistant.enums import Outcome, Purpose, Use
from conversations.assistant.models import AssistantSettings
from conversations.assistant.operations.settings import SettingsDraft

PLAIN = tuple(name for name in SettingsDraft.__dataclass_fields__ if name != "uses")


class AssistantForm(forms.Form):
    """What an admin sets; what belongs together is judged by the operation."""

    active = forms.BooleanField(label=_("Switched on"), required=False)
    endpoint = forms.CharField(
        label=_("Address of the service"),
        max_length=500,
        required=False,
        widget=forms.URLInput(attrs={"placeholder": "https://api.example.com/v1", "autocomplete": "off"}),
        help_text=_("Any service that speaks like OpenAI's, also one in your own house."),
    )
    model = forms.CharField(
        label=_("Model"), max_length=100, required=False, help_text=_("Its name, as the service calls it.")
    )
    key = forms.CharField(
        label=_("Key"),
        max_length=500,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )
    forget_key = forms.BooleanField(label=_("Take the key out"), required=False)
    uses = forms.MultipleChoiceField(
        label=_("What it may do"), choices=Use.choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    answers_alone = forms.BooleanField(
        label=_("Answers by itself what nothing else understood"),
        required=False,
        help_text=_(
            "Only with a source that speaks for it, and never while a colleague speaks. Otherwise drafts wait."
        ),
    )
    voice = forms.CharField(
        label=_("Your voice"),
        max_length=1500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("How you speak to customers, in a few words: warm, brief, with “you”."),
    )
    hide_names = forms.BooleanField(
        label=_("Hide names"),
        required=False,
        help_text=_("Phones, emails, cards and order numbers never leave; names only where this is off."),
    )
    min_confidence = forms.IntegerField(label=_("Sure enough from, percent"))
    timeout_seconds = forms.IntegerField(label=_("Time to answer, seconds"))
    monthly_tokens = forms.IntegerField(label=_("Tokens a month at most"), required=False)
    monthly_money = forms.DecimalField(
        label=_("Money a month at most"), required=False, max_digits=12, decimal_places=2
    )
    price_in = forms.DecimalField(
        label=_("Price of a million tokens read"), required=False, max_digits=12, decimal_places=4
    )
    price_out = forms.DecimalField(
        label=_("Price of a million tokens written"), required=False, max_digits=12, decimal_places=4
    )
    currency = forms.CharField(label=_("Currency"), max_length=3)
    expected = forms.IntegerField(widget=forms.HiddenInput, required=False)

    @classmethod
    def of(cls, found: AssistantSettings) -> AssistantForm:
        values = {name: getattr(found, name) for name in (*PLAIN, "uses")}
        return cls(initial={**values, "expected": found.revision})

    def draft(self) -> SettingsDraft:
        values = {name: self.cleaned_data[name] for name in PLAIN}
        for name in ("price_in", "price_out"):
            values[name] = values[name] or 0
        return SettingsDraft(**values, uses=tuple(self.cleaned_data["uses"]))

    @property
    def key_given(self) -> str | None:
        """None: the key stays as it is."""
        if self.cleaned_data["forget_key"]:
            return ""
        return self.cleaned_data["key"] or None

    def refuse(self, faults: Mapping[str, str]) -> None:
        for name, said in faults.items():
            self.add_error(name if name in self.fields else None, said)


class LogFilter(forms.Form):
    purpose = forms.ChoiceField(
        label=_("For what"), choices=[("", _("everything")), *Purpose.choices], required=False
    )
    outcome = forms.ChoiceField(
        label=_("Outcome"), choices=[("", _("any")), *Outcome.choices], required=False
    )

    def narrowed(self, rows: Any) -> Any:
        """Values that nobody offers narrow to nothing."""
        if not self.is_valid():
            return rows.none()
        wanted = {name: value for name, value in self.cleaned_data.items() if value}
        return rows.filter(**wanted)
