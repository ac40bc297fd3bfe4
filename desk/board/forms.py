from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.pipeline.models import Grade, Qualification
from crm.pipeline.queries import LeadFilter, Show
from crm.pipeline.queries.leads import NOBODY
from desk.colleagues.queries import active_colleagues

CHIPS = (
    (Show.ALL, _("All")),
    (Show.MINE, _("Mine")),
    (Show.NONE, _("No next step")),
    (Show.OVERDUE, _("Overdue")),
    (Show.TODAY, _("Today")),
)


class FilterForm(forms.Form):
    """The filter bar of the board. What is not among the choices is ignored, so that an old link still opens."""

    show = forms.ChoiceField(
        required=False, label=_("Show"), choices=CHIPS, widget=forms.RadioSelect, initial=Show.ALL
    )
    q = forms.CharField(
        required=False,
        max_length=100,
        strip=True,
        label=_("Title, name, phone or email"),
        widget=forms.TextInput(
            attrs={
                "type": "search",
                "class": "form-control-sm",
                "placeholder": _("Title, name, phone or email"),
            }
        ),
    )
    owner = forms.ChoiceField(required=False, label=_("Owner"))
    grade = forms.ChoiceField(required=False, label=_("Grade"))
    qualification = forms.ChoiceField(required=False, label=_("Qualification"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = [(str(person.public_id), person.name) for person in active_colleagues()]
        self._set("owner", [("", _("All owners")), (NOBODY, _("Nobody")), *people])
        grades = [(value, _("Grade %(grade)s") % {"grade": value}) for value in Grade.values]
        self._set("grade", [("", _("All grades")), *grades])
        self._set("qualification", [("", _("Any qualification")), *Qualification.choices])

    def _set(self, name: str, choices: list[Any]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices
        field.widget.attrs["class"] = "form-select-sm"

    @property
    def chosen(self) -> str:
        """The chip that is pressed."""
        return self.narrow().show.value

    def narrow(self) -> LeadFilter:
        self.is_valid()
        chosen = self.cleaned_data
        return LeadFilter(
            text=chosen.get("q", ""),
            owner=_owner(chosen.get("owner", "")),
            grades=tuple(filter(None, [chosen.get("grade")])),
            show=Show(chosen.get("show") or Show.ALL),
            qualifications=tuple(filter(None, [chosen.get("qualification")])),
        )


def _owner(chosen: str) -> int | str | None:
    if chosen == NOBODY:
        return NOBODY
    return next((person.pk for person in active_colleagues() if str(person.public_id) == chosen), None)
