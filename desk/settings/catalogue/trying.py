"""The try-out beside a product: facts as inputs, those of a lead to begin with, and what they come to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from core.conditions import Field, FieldType
from core.text.amounts import money
from crm.catalogue.errors import BadFacts, BadRules
from crm.catalogue.explaining import label_of, money_exact
from crm.catalogue.models import Product
from crm.catalogue.queries import Answer, Tree, lead_knowing, lead_like, price_of, stored_fact, tree_of
from crm.catalogue.reading import Fields
from crm.pipeline.models import Lead
from crm.qualification import entry
from crm.qualification.errors import BadAnswer


@dataclass
class Fact:
    """An input of the try-out. `options`: (value, label, whether it is chosen); none for a text or a number."""

    key: str
    label: str
    value: str = ""
    options: list[tuple[str, str, bool]] = field(default_factory=list)
    error: str = ""

    @property
    def id(self) -> str:
        return f"fact-{self.key.replace('.', '-')}"


@dataclass
class TryOut:
    """`answer` is None where the rules cannot be read; then `fault` says why. `lead`: whose facts they began with."""

    facts: list[Fact]
    answer: Answer | None = None
    fault: str = ""
    lead: Lead | None = None
    tree: Tree | None = None

    @property
    def headline(self) -> str:
        """The exact price, the range, or nothing yet."""
        if self.answer is None:
            return ""
        priced, currency = self.answer.priced, self.answer.product.currency
        if priced.exact is not None:
            return money_exact(priced.exact, currency)
        if priced.low is None or priced.high is None:
            return ""
        if priced.low == priced.high:
            return money(priced.low, currency)
        low, high = (money_exact(each, currency) for each in (priced.low, priced.high))
        return _("from %(low)s to %(high)s") % {"low": low, "high": high}

    @property
    def lines(self) -> list[dict[str, Any]]:
        if self.answer is None:
            return []
        currency = self.answer.product.currency
        return [
            {
                "title": title,
                "words": words,
                "amount": money_exact(part.amount, currency),
                "offer": part.kind == "offer",
            }
            for title, words, part in self.answer.parts
        ]


def try_out(product: Product, data: QueryDict, fields: Fields, lead: Lead | None = None) -> TryOut:
    """With what stands in the inputs; what cannot be read is told at its input and counts as not known. Of `lead` comes
    what no input asks for, and all facts where no input was sent yet.
    """
    try:
        empty = price_of(product, lead_knowing({}), fields=fields)
    except BadRules as error:
        return TryOut([], fault=str(error), lead=lead)
    asked = [key for key in empty.asked if key in fields]
    typed = _typed(asked, data, fields, lead)
    facts = [_fact(key, typed[key], fields) for key in asked]
    values: dict[str, Any] = {}
    for fact in facts:
        if fact.value:
            try:
                value = entry.read(fields[fact.key].type, fact.value, product.currency)
                lead_knowing({fact.key: value})
            except (BadAnswer, BadFacts) as error:
                fact.error = str(error).removeprefix(f"{fact.key}: ")
            else:
                values[fact.key] = value
    wish = lead_like(lead, values, forget=asked) if lead else lead_knowing(values)
    return TryOut(facts, price_of(product, wish, fields=fields), lead=lead, tree=tree_of(empty))


def _typed(asked: list[str], data: QueryDict, fields: Fields, lead: Lead | None) -> dict[str, str]:
    """What stands in the inputs; of a fact without an input yet, what the lead knows."""

    def text(key: str) -> str:
        if key in data or lead is None:
            return data.get(key, "").strip()[:200]
        return entry.shown(fields[key].type, stored_fact(lead, key))

    return {key: text(key) for key in asked}


def _fact(key: str, value: str, fields: Mapping[str, Field]) -> Fact:
    asked = fields[key]
    known = [("true", _("Yes")), ("false", _("No"))] if asked.type is FieldType.BOOLEAN else asked.options()
    options = [(each, str(label), each == value) for each, label in known or ()]
    return Fact(key, label_of(key, fields), value, options)
