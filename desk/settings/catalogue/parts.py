"""The parts of a price as forms: what a unit costs and how many there are, steps, surcharges, options, what is included.

A form gives the change of the rule document; whether it can be is for `crm.catalogue.reading` to say, with the same
sentences as by the API.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.languages import Language
from crm.catalogue.editing import entry_of, with_entry, with_parts
from crm.catalogue.errors import BadEntry, BadRules, Fault
from crm.catalogue.models import Product, Unit
from crm.catalogue.queries import number_choices
from crm.catalogue.reading import ALSO, ASKED, SUBJECT, Fields, plain
from desk.conditions.builder import ConditionForm
from desk.conditions.purposes import Purpose, register
from desk.settings import places
from desk.settings.catalogue.inputs import AmountField, as_figure, posted_rows, text_field, texts_of

PRICES = register(Purpose("prices", SUBJECT, lambda field: field.key.startswith(ASKED) or field.key in ALSO))
LONGEST = 200
OF = ("of_1", "of_2", "of_3")
HOW = {"one": 0, "number": 1, "area": 2, "volume": 3}
"""Of how many answers the quantity is made."""


class PartForm(forms.Form):
    """`key` names an option or surcharge; `other` are faults of the rules that stand in none of its fields."""

    part: ClassVar[str]
    template: ClassVar[str]

    def __init__(
        self, product: Product, fields: Fields, *, key: str = "", data: QueryDict | None = None
    ) -> None:
        self.product, self.known, self.key = product, fields, key
        self.other: list[str] = []
        super().__init__(data, initial=self.begin())
        self.prepare(data)

    def begin(self) -> dict[str, Any]:
        """What stands in the fields before anybody types."""
        return {}

    def prepare(self, data: QueryDict | None) -> None:
        """Choices and rows."""

    def changes(self) -> dict[str, Any]:
        """Parts of the product beside its rules."""
        return {}

    def edit(self, document: Mapping[str, Any]) -> dict[str, Any]:
        raise NotImplementedError

    def place_of(self, fault: Fault) -> str | None:
        """The field that a fault of the rules is about; None for one that stands elsewhere, "" for all of this part."""
        raise NotImplementedError

    def refuse(self, error: BadRules | BadEntry) -> None:
        """Show each fault where it belongs."""
        if isinstance(error, BadEntry):
            for name, sentence in error.faults.items():
                self.add_error(name if name in self.fields else None, sentence)
            return
        for fault in error.faults:
            self.show(self.place_of(fault), fault)

    def show(self, place: str | None, fault: Fault) -> None:
        if place is None:
            self.other.append(str(fault))
        else:
            self.add_error(place if place in self.fields else None, fault.message)


class BaseForm(PartForm):
    part, template = "base", "desk/settings/prices/base.html"

    unit_price = AmountField(label=_("Price of a unit"))
    unit = forms.ChoiceField(label=_("Unit"), choices=Unit.choices)
    currency = forms.ChoiceField(label=_("Currency"))
    cost = AmountField(
        label=_("Cost of a unit"), required=False, help_text=_("For the margin. Customers never see it.")
    )
    minimum = AmountField(
        label=_("At least"), required=False, help_text=_("The smallest order; options come on top.")
    )
    how = forms.ChoiceField(
        label=_("How many units"),
        choices=[
            ("one", _("one, a fixed price")),
            ("number", _("as many as an answer says")),
            ("area", _("an area: one answer times another")),
            ("volume", _("three answers multiplied")),
        ],
    )
    of_1 = forms.ChoiceField(label=_("Which answer"), required=False)
    of_2 = forms.ChoiceField(label=_("times"), required=False)
    of_3 = forms.ChoiceField(label=_("times"), required=False)
    usual_low = AmountField(label=_("Usually from"), required=False)
    usual_high = AmountField(label=pgettext_lazy("of a range", "to"), required=False)
    step = AmountField(label=_("Rounded up to"), required=False)

    def begin(self) -> dict[str, Any]:
        product, rules = self.product, self.product.rules
        quantity = rules.get("quantity") or {}
        of, usual = list(quantity.get("of") or ()), list(quantity.get("usual") or ("", ""))
        initial = {name: getattr(product, name) for name in ("unit_price", "unit", "currency", "cost")}
        initial |= dict(zip(OF, of, strict=False))
        how = next((name for name, count in HOW.items() if count == len(of)), "volume")
        return initial | {
            "how": how,
            "usual_low": usual[0],
            "usual_high": usual[-1],
            "step": quantity.get("step", ""),
            "minimum": rules.get("minimum", ""),
        }

    def prepare(self, data: QueryDict | None) -> None:
        choices = [("", "–"), *number_choices(self.known)]
        for name in OF:
            kept = str(self.initial.get(name) or "")
            gone = [(kept, kept)] if kept and kept not in dict(choices) else []
            self._choose(name, [*choices, *gone])
        self._choose("currency", places.currencies())

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for name in OF[: HOW.get(cleaned.get("how", ""), 0)]:
            if not cleaned.get(name):
                self.add_error(name, _("Choose an answer that is a number."))
        low, high = cleaned.get("usual_low"), cleaned.get("usual_high")
        if (low is None) != (high is None) and not {"usual_low", "usual_high"} & set(self.errors):
            self.add_error("usual_high" if high is None else "usual_low", _("Give both ends, or none."))
        return cleaned

    def changes(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("unit_price", "unit", "currency", "cost")}

    def edit(self, document: Mapping[str, Any]) -> dict[str, Any]:
        given = self.cleaned_data
        of = [given[name] for name in OF[: HOW[given["how"]]] if given[name]]
        usual = [given["usual_low"], given["usual_high"]]
        quantity: dict[str, Any] = {"of": of} if of else {}
        if of and any(each is not None for each in usual):
            quantity["usual"] = [None if each is None else plain(each) for each in usual]
        if given["step"] is not None:
            quantity["step"] = plain(given["step"])
        minimum = given["minimum"]
        return with_parts(document, quantity=quantity, minimum=None if minimum is None else plain(minimum))

    def place_of(self, fault: Fault) -> str | None:
        if found := re.match(r"quantity\.of\[(\d)\]", fault.path):
            return f"of_{int(found[1]) + 1}"
        places = {"quantity.usual[1]": "usual_high", "quantity.step": "step", "minimum": "minimum"}
        if fault.path.startswith("quantity.usual"):
            return places.get(fault.path, "usual_low")
        return places.get(fault.path, "" if fault.path.startswith("quantity") else None)

    def _choose(self, name: str, choices: Any) -> None:
        chosen = self.fields[name]
        assert isinstance(chosen, forms.ChoiceField)
        chosen.choices = choices


@dataclass
class TierRow:
    """From a quantity on another price, both as typed."""

    slot: str = "__row__"
    start: str = ""
    price: str = ""
    errors: dict[str, str] = field(default_factory=dict)


class TiersForm(PartForm):
    part, template = "tiers", "desk/settings/prices/tiers.html"
    rows: list[TierRow]
    blank = TierRow()

    def prepare(self, data: QueryDict | None) -> None:
        if data is None:
            stored = self.product.rules.get("tiers") or [{}]
            self.rows = [
                TierRow(f"s{place}", str(each.get("from", "")), str(each.get("unit_price", "")))
                for place, each in enumerate(stored)
            ]
            return
        posted = (
            TierRow(slot, data.get(f"from-{slot}", "")[:40], data.get(f"price-{slot}", "")[:40])
            for slot in posted_rows(data)
        )
        self.rows = [row for row in posted if row.start.strip() or row.price.strip()]

    def clean(self) -> dict[str, Any]:
        for row in self.rows:
            for name, typed in (("from", row.start), ("unit_price", row.price)):
                if wrong := as_figure(typed)[1]:
                    row.errors[name] = wrong
                    self.add_error(None, wrong)
        return super().clean() or {}

    def edit(self, document: Mapping[str, Any]) -> dict[str, Any]:
        tiers = [
            {"from": as_figure(row.start)[0], "unit_price": as_figure(row.price)[0]} for row in self.rows
        ]
        return with_parts(document, tiers=tiers)

    def place_of(self, fault: Fault) -> str | None:
        return "" if fault.path.startswith("tiers") else None

    def show(self, place: str | None, fault: Fault) -> None:
        found = re.match(r"tiers\[(\d+)\]\.?(\w*)", fault.path)
        if found and int(found[1]) < len(self.rows):
            self.rows[int(found[1])].errors[found[2] or "from"] = fault.message
        super().show(place, fault)


@dataclass
class IncludedRow:
    slot: str = "__row__"
    title: dict[str, str] = field(default_factory=dict)
    error: str = ""

    @property
    def fields(self) -> list[tuple[str, str, str]]:
        """Code and name of each language, and the title in it."""
        return [(code, str(name), self.title.get(code, "")) for code, name in Language.choices]


class IncludesForm(PartForm):
    part, template = "includes", "desk/settings/prices/includes.html"
    rows: list[IncludedRow]
    blank = IncludedRow()

    def prepare(self, data: QueryDict | None) -> None:
        if data is None:
            stored = self.product.rules.get("includes") or [{}]
            self.rows = [
                IncludedRow(f"s{place}", dict(each.get("title") or {})) for place, each in enumerate(stored)
            ]
            return
        said = (
            IncludedRow(
                slot, {code: data.get(f"title-{slot}-{code}", "").strip() for code in Language.values}
            )
            for slot in posted_rows(data)
        )
        self.rows = [row for row in said if any(row.title.values())]

    def edit(self, document: Mapping[str, Any]) -> dict[str, Any]:
        titles = [{code: text for code, text in row.title.items() if text} for row in self.rows]
        return with_parts(document, includes=[{"title": each} for each in titles])

    def place_of(self, fault: Fault) -> str | None:
        return "" if fault.path.startswith("includes") else None

    def show(self, place: str | None, fault: Fault) -> None:
        found = re.match(r"includes\[(\d+)\]", fault.path)
        if found and int(found[1]) < len(self.rows):
            self.rows[int(found[1])].error = fault.message
        super().show(place, fault)


class EntryForm(PartForm):
    """An option or a surcharge: a title in four languages, a figure, and when it counts."""

    own: ClassVar[str]
    """Its value of `counts` without a condition."""
    counts = forms.ChoiceField(label=_("Counts"))

    def prepare(self, data: QueryDict | None) -> None:
        for code, language in Language.choices:
            self.fields[f"title_{code}"] = text_field(str(language), LONGEST)
        stored = self.stored
        when = stored.get("when")
        currency = self.product.currency
        if data is not None and data.get("counts") != "when":
            data = None
        self.condition = ConditionForm(PRICES, data=data, stored=when, currency=currency)

    @property
    def stored(self) -> Mapping[str, Any]:
        return entry_of(self.product.rules, self.part, self.key) or {}

    def begin(self) -> dict[str, Any]:
        title = self.stored.get("title") or {}
        counts = "when" if self.stored.get("when") is not None else self.own
        return {"counts": counts} | {f"title_{code}": text for code, text in title.items()}

    def titles(self) -> list[forms.BoundField]:
        return [self[f"title_{code}"] for code in Language.values]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        self.when = self.condition.condition() if cleaned.get("counts") == "when" else None
        if cleaned.get("counts") == "when" and self.when is None:
            self.add_error(None, _("Say when it counts: one of the conditions is not complete."))
        return cleaned

    def figures(self) -> dict[str, Any]:
        """The entry's own parts."""
        raise NotImplementedError

    def edit(self, document: Mapping[str, Any]) -> dict[str, Any]:
        entry = {"title": texts_of(self.cleaned_data, "title"), **self.figures()}
        if self.when is not None:
            entry["when"] = self.when
        return with_entry(document, self.part, entry, self.key)

    def place_of(self, fault: Fault) -> str | None:
        entries = self.edit(self.product.rules)[self.part]
        place = next((at for at, each in enumerate(entries) if each.get("key") == self.key), len(entries) - 1)
        start = f"{self.part}[{place}]"
        if not fault.path.startswith(start):
            return None
        name = fault.path.removeprefix(start).lstrip(".").partition(".")[0]
        return {"title": "title_en"}.get(name, name)


class OptionForm(EntryForm):
    part, template, own = "options", "desk/settings/prices/entry.html", "wish"

    price = AmountField(label=_("Price"))
    per = forms.ChoiceField(label=_("Charged"), choices=[("once", _("once")), ("unit", _("for every unit"))])
    counts = forms.ChoiceField(
        label=_("Comes along"),
        choices=[("wish", _("if the customer ticks it")), ("when", _("by itself, under a condition"))],
    )

    def begin(self) -> dict[str, Any]:
        stored = self.stored
        return {**super().begin(), "price": stored.get("price", ""), "per": stored.get("per", "once")}

    def figures(self) -> dict[str, Any]:
        price = self.cleaned_data["price"]
        return {"price": None if price is None else plain(price), "per": self.cleaned_data["per"]}


class SurchargeForm(EntryForm):
    part, template, own = "surcharges", "desk/settings/prices/entry.html", "always"

    figure = AmountField(label=_("How much"), help_text=_("With a minus it is a discount."))
    kind = forms.ChoiceField(
        label=_("Is a"), choices=[("percent", _("percent of the price")), ("amount", _("sum"))]
    )
    counts = forms.ChoiceField(
        label=_("Counts"), choices=[("always", _("always")), ("when", _("under a condition"))]
    )

    def begin(self) -> dict[str, Any]:
        stored = self.stored
        kind = "amount" if "amount" in stored else "percent"
        initial = super().begin() | {"kind": kind, "figure": stored.get(kind, "")}
        if not stored:
            initial["counts"] = "when"
        return initial

    def figures(self) -> dict[str, Any]:
        figure = self.cleaned_data["figure"]
        return {self.cleaned_data["kind"]: None if figure is None else plain(figure)}

    def place_of(self, fault: Fault) -> str | None:
        place = super().place_of(fault)
        return "figure" if place in ("percent", "amount") else place


FORMS: Mapping[str, type[PartForm]] = {
    form.part: form for form in (BaseForm, TiersForm, SurchargeForm, OptionForm, IncludesForm)
}
