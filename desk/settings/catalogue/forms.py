from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.languages import Language
from crm.catalogue.models import Product, ProductKind, Tax, Unit
from desk.settings import places
from desk.settings.catalogue.inputs import AmountField, text_field, texts_of

TEXTS = {"title": 200, "description": 4000}
PRICED = ("unit", "unit_price", "currency", "cost")
"""Asked for when a product is added; later they are changed where its price is."""
_DAY = {"type": "date"}


class ProductForm(forms.Form):
    """What a product is. One that is there already has its price beside, part by part."""

    name = forms.CharField(
        label=pgettext_lazy("of a thing", "Name"),
        max_length=200,
        help_text=_("What colleagues read."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    code = forms.CharField(
        label=_("Code"),
        max_length=60,
        help_text=_("Yours, such as KITCHEN-02: programs and files know the product by it."),
    )
    kind = forms.ChoiceField(label=_("Type"), choices=ProductKind.choices)
    unit_price = AmountField(label=_("Price of a unit"))
    unit = forms.ChoiceField(label=_("Unit"), choices=Unit.choices)
    currency = forms.ChoiceField(label=_("Currency"))
    cost = AmountField(
        label=_("Cost of a unit"),
        required=False,
        help_text=_("What you pay yourselves, for the margin. Customers never see it."),
    )
    taxes = forms.MultipleChoiceField(label=_("Taxes"), required=False, widget=forms.CheckboxSelectMultiple)
    goals = forms.MultipleChoiceField(
        label=_("Suggested for"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("What customers want when they mean it. Without any it is never suggested by itself."),
    )
    active_from = forms.DateField(
        label=_("Sold from"), required=False, widget=forms.DateInput(attrs=_DAY, format="%Y-%m-%d")
    )
    active_until = forms.DateField(
        label=_("Sold until"), required=False, widget=forms.DateInput(attrs=_DAY, format="%Y-%m-%d")
    )
    complex = forms.BooleanField(
        label=_("A specialist makes the quote"),
        required=False,
        help_text=_("Its price is a first guess: the chat names the range and hands over."),
    )
    active = forms.BooleanField(label=_("Sold"), required=False)
    expected = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        product: Product,
        taxes: Iterable[Tax],
        goals: Iterable[tuple[str, str]],
    ) -> None:
        all_taxes, held = list(taxes), _held(product)
        super().__init__(data, initial=_initial(product, all_taxes, held))
        for name, length in TEXTS.items():
            for code, language in Language.choices:
                rows = 1 if name == "title" else 2
                self.fields[f"{name}_{code}"] = text_field(str(language), length, rows=rows)
        if product.pk:
            for name in PRICED:
                del self.fields[name]
        else:
            self._choose("currency", places.currencies())
        offered = [each for each in all_taxes if each.active or each.pk in held]
        self._choose("taxes", [(str(each.pk), str(each)) for each in offered])
        known = dict(goals)
        self._choose("goals", [*known.items(), *((key, key) for key in product.goals if key not in known)])

    def titles(self) -> list[forms.BoundField]:
        return [self[f"title_{code}"] for code in Language.values]

    def descriptions(self) -> list[forms.BoundField]:
        return [self[f"description_{code}"] for code in Language.values]

    @property
    def revision(self) -> int | None:
        typed = self.cleaned_data["expected"]
        return int(typed) if typed.isdecimal() and len(typed) < 9 else None

    def changes(self) -> dict[str, Any]:
        """Parts of a ProductDraft."""
        plain = {name: value for name, value in self.cleaned_data.items() if name in PLAIN}
        return {
            **plain,
            **{name: texts_of(self.cleaned_data, name) for name in TEXTS},
            "taxes": tuple(int(each) for each in self.cleaned_data["taxes"]),
            "goals": tuple(self.cleaned_data["goals"]),
        }

    def refuse(self, faults: dict[str, str]) -> None:
        """Show what the operation found at the fields that it speaks of."""
        for name, sentence in faults.items():
            place = f"{name}_en" if name in TEXTS else name
            self.add_error(place if place in self.fields else None, sentence)

    def build_on(self, revision: int) -> None:
        """Let the next save of what was typed be one over that revision."""
        assert isinstance(self.data, QueryDict)
        data = self.data.copy()
        data["expected"] = str(revision)
        self.data = data

    def _choose(self, name: str, choices: Any) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices


PLAIN = ("name", "code", "kind", *PRICED, "active_from", "active_until", "complex", "active")


def _held(product: Product) -> set[int]:
    return set(product.taxes.values_list("pk", flat=True)) if product.pk else set()


def _initial(product: Product, taxes: list[Tax], held: set[int]) -> dict[str, Any]:
    initial = {name: getattr(product, name) for name in PLAIN if name != "unit_price" or product.pk}
    for name in TEXTS:
        for code in Language.values:
            initial[f"{name}_{code}"] = getattr(product, name).get(code, "")
    chosen = held if product.pk else {each.pk for each in taxes if each.is_default and each.active}
    initial["taxes"] = [str(pk) for pk in chosen]
    initial["goals"] = list(product.goals)
    initial["expected"] = str(product.revision) if product.pk else ""
    return initial


class TaxForm(forms.Form):
    """A tax; `replaces` says that a new one is to take its place."""

    name = forms.CharField(
        label=pgettext_lazy("of a thing", "Name"),
        max_length=60,
        widget=forms.TextInput(attrs={"autofocus": True, "autocomplete": "off"}),
    )
    percent = AmountField(label=_("Percent"))
    is_default = forms.BooleanField(label=_("On new products"), required=False)
    active = forms.BooleanField(
        label=_("In use"),
        required=False,
        help_text=_("One that is not in use stays on old quotes and is not put on new lines."),
    )

    def refuse(self, faults: dict[str, str]) -> None:
        for name, sentence in faults.items():
            self.add_error(name if name in self.fields else None, sentence)


class RateForm(forms.Form):
    """From a day on one `base` costs `rate` of `quote`."""

    base = forms.ChoiceField(label=_("One unit of"))
    rate = AmountField(
        label=_("Costs"), widget=forms.TextInput(attrs={"autofocus": True, "inputmode": "decimal"})
    )
    quote = forms.ChoiceField(label=pgettext_lazy("currency", "In"))
    since = forms.DateField(
        label=_("From"),
        widget=forms.DateInput(attrs=_DAY, format="%Y-%m-%d"),
        help_text=_("A rate of the same day takes the place of the one that is there."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("base", "quote"):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = places.currencies()

    def refuse(self, faults: dict[str, str]) -> None:
        for name, sentence in faults.items():
            self.add_error(name if name in self.fields else None, sentence)
