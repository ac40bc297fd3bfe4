from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from bookings.resources.models import Resource
from bookings.services.models import MeetingFormat, Service
from bookings.services.wording import span
from core.languages import Language
from desk.settings import places

TEXTS = {"title": 100, "description": 1000, "prepare": 500, "where": 300}
"""Texts of a service in each language, and how long they may be."""
PLAIN = (
    *("name", "format", "link", "duration", "step", "buffer_before", "buffer_after", "min_notice"),
    *("horizon_days", "cutoff", "hold_minutes", "capacity", "price", "currency", "goals", "active", "public"),
)
NOTICES = (0, 30, 60, 120, 240, 720, 1440, 2880, 10080)
CUTOFFS = (0, 30, 60, 120, 240, 720, 1440, 2880)
STEPS = (5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 240)


def _number(label: Any, low: int, high: int, help_text: Any = "") -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=low, max_value=high, help_text=help_text)


class ServiceForm(forms.Form):
    """A service as an admin writes it; lengths in minutes."""

    name = forms.CharField(
        label=pgettext_lazy("of a thing", "Name"),
        max_length=100,
        help_text=gettext_lazy("What colleagues read."),
    )
    duration = _number(gettext_lazy("Length, minutes"), 5, 1440)
    step = forms.TypedChoiceField(label=gettext_lazy("A start every"), coerce=int)
    buffer_before = _number(gettext_lazy("Free before, minutes"), 0, 480)
    buffer_after = _number(gettext_lazy("Free after, minutes"), 0, 480)
    min_notice = forms.TypedChoiceField(label=gettext_lazy("Notice at least"), coerce=int)
    horizon_days = _number(gettext_lazy("Days ahead"), 1, 365)
    cutoff = forms.TypedChoiceField(
        label=gettext_lazy("Customers may change it until"),
        coerce=int,
        help_text=gettext_lazy("Before the start. Later, they are asked to call."),
    )
    hold_minutes = _number(
        gettext_lazy("A chosen time is kept for, minutes"),
        5,
        120,
        gettext_lazy("While the customer answers the last questions in the chat."),
    )
    capacity = _number(
        gettext_lazy("Seats"), 1, 500, gettext_lazy("More than one for a class: so many people at one time.")
    )
    price = forms.DecimalField(
        label=gettext_lazy("Price"),
        required=False,
        min_value=Decimal(0),
        max_digits=20,
        decimal_places=4,
        help_text=gettext_lazy("Empty: no price is shown."),
    )
    currency = forms.ChoiceField(label=gettext_lazy("Currency"))
    format = forms.ChoiceField(label=gettext_lazy("Where it takes place"), choices=MeetingFormat.choices)
    link = forms.URLField(label=gettext_lazy("Link"), required=False, max_length=500, assume_scheme="https")
    resources = forms.MultipleChoiceField(
        label=gettext_lazy("Who gives it"), required=False, widget=forms.CheckboxSelectMultiple
    )
    goals = forms.MultipleChoiceField(
        label=gettext_lazy("Goals in the chat"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("The chat offers this service to customers with such a goal."),
    )
    public = forms.BooleanField(label=gettext_lazy("On the public booking page"), required=False)
    active = forms.BooleanField(label=gettext_lazy("In use"), required=False)

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        service: Service,
        resources: Iterable[Resource],
        goals: Iterable[tuple[str, str]],
    ) -> None:
        super().__init__(data, initial=_initial(service))
        for name, length in TEXTS.items():
            for code, language in Language.choices:
                self.fields[f"{name}_{code}"] = _text(str(language), length, rows=1 if name == "title" else 2)
        self._choose("step", [(each, span(each)) for each in _with(STEPS, service.step)])
        self._choose("min_notice", [(each, span(each)) for each in _with(NOTICES, service.min_notice)])
        self._choose("cutoff", [(each, span(each)) for each in _with(CUTOFFS, service.cutoff)])
        self._choose("currency", places.currencies())
        self._choose("resources", [(str(each.public_id), each.name) for each in resources])
        known = dict(goals)
        self._choose("goals", [*known.items(), *((key, key) for key in service.goals if key not in known)])

    def texts(self, name: str) -> list[forms.BoundField]:
        return [self[f"{name}_{code}"] for code in Language.values]

    @property
    def titles(self) -> list[forms.BoundField]:
        return self.texts("title")

    @property
    def descriptions(self) -> list[forms.BoundField]:
        return self.texts("description")

    @property
    def preparations(self) -> list[forms.BoundField]:
        return self.texts("prepare")

    @property
    def places(self) -> list[forms.BoundField]:
        return self.texts("where")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if (
            cleaned.get("format") == MeetingFormat.LINK
            and not cleaned.get("link")
            and "link" not in self.errors
        ):
            self.add_error("link", _("Give the link under which you meet."))
        return cleaned

    def values(self) -> dict[str, Any]:
        """What `save_service` takes."""
        return {
            **{name: self.cleaned_data[name] for name in PLAIN},
            **{name: self._said(name) for name in TEXTS},
        }

    def _said(self, name: str) -> dict[str, str]:
        texts = {code: self.cleaned_data[f"{name}_{code}"].strip() for code in Language.values}
        return {code: text for code, text in texts.items() if text}

    def _choose(self, name: str, choices: Any) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices


def _text(label: str, length: int, *, rows: int) -> forms.CharField:
    area = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, required=False, max_length=length, widget=area)


def _with(usual: Iterable[int], stored: int) -> list[int]:
    return sorted({*usual, stored})


def _initial(service: Service) -> dict[str, Any]:
    initial = {name: getattr(service, name) for name in PLAIN}
    if service.price is not None:
        initial["price"] = service.price.normalize() + 0
    for name in TEXTS:
        for code in Language.values:
            initial[f"{name}_{code}"] = getattr(service, name).get(code, "")
    if service.pk:
        initial["resources"] = [str(each.public_id) for each in service.resources.all()]
    return initial
