"""The try-out beside a product: facts as inputs, and what they come to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from core.conditions import Field, FieldType
from core.text.amounts import money
from crm.catalogue.errors import BadFacts, BadRules
from crm.catalogue.explaining import label_of, money_exact, rules_in_words
from crm.catalogue.models import Product
from crm.catalogue.queries import Answer, lead_knowing, price_of
from crm.catalogue.reading import Fields
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


@dataclass
class TryOut:
    """`answer` is None where the rules cannot be read; then `fault` says why."""

    facts: list[Fact]
    answer: Answer | None = None
    fault: str = ""

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


def try_out(product: Product, data: QueryDict, fields: Fields) -> TryOut:
    """With what stands in the inputs; what cannot be read is told at its input and counts as not known."""
    try:
        asked = price_of(product, lead_knowing({}), fields=fields).asked
    except BadRules as error:
        return TryOut([], fault=str(error))
    facts = [_fact(key, data.get(key, "").strip()[:200], fields, product.currency) for key in asked]
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
    return TryOut(facts, price_of(product, lead_knowing(values), fields=fields))


def sentences(product: Product, answer: Answer | None, fields: Mapping[str, Field]) -> list[str]:
    """The price rules in plain words."""
    return [] if answer is None else [each["text"] for each in rules_in_words(answer.rules, product, fields)]


def _fact(key: str, value: str, fields: Fields, currency: str) -> Fact:
    asked = fields[key]
    known = [("true", _("Yes")), ("false", _("No"))] if asked.type is FieldType.BOOLEAN else asked.options()
    options = [(each, str(label), each == value) for each, label in known or ()]
    return Fact(key, label_of(key, fields), value, options)
