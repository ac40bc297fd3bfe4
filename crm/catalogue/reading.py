"""Rule documents (crm.catalogue.prices) read from JSON, each fault with its place and what to do, and written again."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from core.conditions import Condition, ConditionError, Field, FieldType, parse, registry
from core.languages import Language
from core.text import clean
from crm.catalogue.errors import BadRules, Fault
from crm.catalogue.prices import Option, PriceRules, Quantity, Surcharge, Tier

SUBJECT = "lead"
NUMBERS = frozenset({FieldType.NUMBER, FieldType.MONEY, FieldType.DURATION})
ASKED = ("answer.", "custom.")
"""What the fields begin with that somebody can be asked for."""
ALSO = frozenset(
    {"lead.goal", "lead.source", "lead.campaign", "lead.tags", "contact.language", "contact.tags"}
)
MOST = {"of": 3, "tiers": 30, "options": 50, "surcharges": 30, "includes": 30}
LONGEST = 200
LARGEST = Decimal(10) ** 14
_KEY = re.compile(r"[a-z0-9][a-z0-9_]{0,39}")
Fields = Mapping[str, Field]


def price_fields() -> dict[str, Field]:
    """The condition fields that price rules may ask for; runs the registry's providers, so keep it for a request."""
    return {
        key: field for key, field in registry.fields(SUBJECT).items() if key.startswith(ASKED) or key in ALSO
    }


def number_fields(fields: Fields) -> dict[str, Field]:
    """Those of which a quantity can be made."""
    return {key: field for key, field in fields.items() if key.startswith(ASKED) and field.type in NUMBERS}


def read_rules(document: Any, *, unit_price: Decimal, fields: Fields | None = None) -> PriceRules:
    """Raises BadRules with every fault."""
    reader = _Reader(price_fields() if fields is None else fields)
    rules = reader.rules(document, unit_price)
    if reader.faults:
        raise BadRules(reader.faults)
    return rules


def written(rules: PriceRules) -> dict[str, Any]:
    """The document that `read_rules` reads as the same rules; parts that say nothing are left out."""
    quantity = rules.quantity
    document: dict[str, Any] = {
        "quantity": _some(
            of=list(quantity.of),
            usual=[plain(each) for each in quantity.usual or ()],
            step=None if quantity.step is None else plain(quantity.step),
        ),
        "tiers": [{"from": plain(each.start), "unit_price": plain(each.unit_price)} for each in rules.tiers],
        "minimum": None if rules.minimum is None else plain(rules.minimum),
        "options": [
            _some(
                key=each.key, title=dict(each.title), price=plain(each.price), per=each.per, when=_when(each)
            )
            for each in rules.options
        ],
        "surcharges": [
            _some(
                key=each.key,
                title=dict(each.title),
                percent=None if each.percent is None else plain(each.percent),
                amount=None if each.amount is None else plain(each.amount),
                when=_when(each),
            )
            for each in rules.surcharges
        ],
        "includes": [{"title": dict(each)} for each in rules.includes],
    }
    return _some(**document)


def facts_used(rules: PriceRules) -> tuple[str, ...]:
    """Keys of all fields that the rules ask for, those of the quantity first."""
    asked = list(rules.quantity.of)
    conditions = [each.when for each in rules.surcharges] + [each.when for each in rules.options]
    for when in conditions:
        asked += sorted(when.fields_used()) if when is not None else ()
    return tuple(dict.fromkeys(asked))


def plain(number: Decimal) -> str:
    return f"{number.normalize() + 0:f}"


def _when(rule: Option | Surcharge) -> Any:
    return rule.when.to_json() if isinstance(rule.when, Condition) else None


def _some(**parts: Any) -> dict[str, Any]:
    return {name: part for name, part in parts.items() if part not in (None, [], {})}


class _Reader:
    """Goes on after a fault, so that all of them are told at once; what a faulty part becomes does not count."""

    def __init__(self, fields: Fields) -> None:
        self.fields = fields
        self.faults: list[Fault] = []
        self.keys: set[str] = set()

    def rules(self, json: Any, unit_price: Decimal) -> PriceRules:
        names = ("quantity", "tiers", "minimum", "options", "surcharges", "includes")
        given = self._object(json, "", names)
        return PriceRules(
            unit_price=unit_price,
            quantity=self._quantity(given.get("quantity", {})),
            tiers=self._tiers(given),
            minimum=self._number(given, "minimum", "", needed=False, low=Decimal(0)),
            options=tuple(
                self._option(each, f"options[{place}]")
                for place, each in enumerate(self._list(given, "options", ""))
            ),
            surcharges=tuple(
                self._surcharge(each, f"surcharges[{place}]")
                for place, each in enumerate(self._list(given, "surcharges", ""))
            ),
            includes=tuple(
                self._titles(self._object(each, f"includes[{place}]", ("title",)), f"includes[{place}]")
                for place, each in enumerate(self._list(given, "includes", ""))
            ),
        )

    def _quantity(self, json: Any) -> Quantity:
        given = self._object(json, "quantity", ("of", "usual", "step"))
        of = self._list(given, "of", "quantity")
        numbers = number_fields(self.fields)
        for place, key in enumerate(of):
            if not isinstance(key, str) or key not in numbers:
                self._fault(
                    f"quantity.of[{place}]",
                    _("“%(key)s” is no question or field whose answer is a number.") % {"key": key},
                )
        step = self._number(given, "step", "quantity", needed=False, above=Decimal(0))
        return Quantity(tuple(map(str, of)), self._usual(given, of), step)

    def _usual(self, given: Mapping[str, Any], of: Sequence[Any]) -> tuple[Decimal, Decimal] | None:
        path, json = "quantity.usual", given.get("usual")
        if json in (None, []):
            return None
        if not isinstance(json, list | tuple) or len(json) != 2:
            self._fault(path, _("Write two numbers: the smallest usual quantity and the largest."))
            return None
        if not of:
            self._fault(path, _("Choose first of which answers the quantity is made."))
        ends = dict(zip(("[0]", "[1]"), json, strict=True))
        low, high = (self._number(ends, name, path, above=Decimal(0)) for name in ends)
        if low is None or high is None:
            return None
        if low > high:
            self._fault(path, _("The first number is the smaller one."))
        return low, high

    def _tiers(self, given: Mapping[str, Any]) -> tuple[Tier, ...]:
        tiers: list[Tier] = []
        for place, each in enumerate(self._list(given, "tiers", "")):
            path = f"tiers[{place}]"
            row = self._object(each, path, ("from", "unit_price"))
            start = self._number(row, "from", path, above=Decimal(0))
            amount = self._number(row, "unit_price", path, low=Decimal(0))
            if start is None or amount is None:
                continue
            if any(start == other.start for other in tiers):
                self._fault(f"{path}.from", _("Another tier begins at this quantity."))
            tiers.append(Tier(start, amount))
        return tuple(sorted(tiers, key=lambda tier: tier.start))

    def _option(self, json: Any, path: str) -> Option:
        given = self._object(json, path, ("key", "title", "price", "per", "when"))
        per = given.get("per", "once")
        if per not in ("once", "unit"):
            self._fault(f"{path}.per", _("Write “once” or “unit”."))
        amount = self._number(given, "price", path)
        return Option(
            self._key(given, path),
            self._titles(given, path),
            amount or Decimal(0),
            str(per),
            self._condition(given, path),
        )

    def _surcharge(self, json: Any, path: str) -> Surcharge:
        given = self._object(json, path, ("key", "title", "percent", "amount", "when"))
        percent = self._number(given, "percent", path, needed=False, low=Decimal(-100), places=3)
        amount = self._number(given, "amount", path, needed=False)
        if (given.get("percent") is None) == (given.get("amount") is None):
            self._fault(path, _("Give either a percent or an amount."))
        return Surcharge(
            self._key(given, path),
            self._titles(given, path),
            percent,
            amount,
            self._condition(given, path),
        )

    def _condition(self, given: Mapping[str, Any], path: str) -> Condition | None:
        json = given.get("when")
        if json is None:
            return None
        try:
            return parse(json, SUBJECT, fields=self.fields)
        except ConditionError as error:
            self._fault(".".join(filter(None, (f"{path}.when", error.path))), error.message)
        return None

    def _key(self, given: Mapping[str, Any], path: str) -> str:
        key = given.get("key")
        if not isinstance(key, str) or not _KEY.fullmatch(key):
            self._fault(f"{path}.key", _("Use small letters, digits and underscores, at most 40."))
        elif key in self.keys:
            self._fault(f"{path}.key", _("Another option or surcharge has this key."))
        else:
            self.keys.add(key)
        return str(key)

    def _titles(self, given: Mapping[str, Any], path: str) -> dict[str, str]:
        json, path = given.get("title"), f"{path}.title"
        if not isinstance(json, Mapping):
            self._fault(path, _("Write the title in at least one language."))
            return {}
        titles = {}
        for code, text in json.items():
            if code not in Language.values or not isinstance(text, str):
                self._fault(f"{path}.{code}", _("Write a text for en, ru, hy or az."))
            elif len(text) > LONGEST:
                self._fault(f"{path}.{code}", _("This text is too long."))
            elif said := clean(text).strip():
                titles[str(code)] = said
        if not titles:
            self._fault(path, _("Write the title in at least one language."))
        return titles

    def _number(
        self,
        given: Mapping[str, Any],
        name: str,
        path: str,
        *,
        needed: bool = True,
        low: Decimal | None = None,
        above: Decimal | None = None,
        places: int = 6,
    ) -> Decimal | None:
        json, path = given.get(name), f"{path}{'' if name.startswith('[') or not path else '.'}{name}"
        if json is None and not needed:
            return None
        number = _decimal(json)
        if number is None or abs(number) >= LARGEST:
            self._fault(path, _('Write a number as a text, like "250" or "2.5".'))
        elif -int(number.as_tuple().exponent) > places:
            self._fault(path, _("At most %(places)d decimals.") % {"places": places})
        elif above is not None and number <= above:
            self._fault(path, _("Write a number above zero."))
        elif low is not None and number < low:
            self._fault(path, _("Write a number that is not below %(low)s.") % {"low": plain(low)})
        else:
            return number
        return None

    def _list(self, given: Mapping[str, Any], name: str, path: str) -> list[Any]:
        json, path = given.get(name, []), f"{path}.{name}" if path else name
        if not isinstance(json, list):
            self._fault(path, _("This is a list."))
            return []
        if len(json) > MOST[name]:
            self._fault(path, _("At most %(most)d of them.") % {"most": MOST[name]})
        return json[: MOST[name]]

    def _object(self, json: Any, path: str, names: Sequence[str]) -> Mapping[str, Any]:
        if not isinstance(json, Mapping):
            self._fault(path, _("This is an object with names and values."))
            return {}
        for name in json:
            if name not in names:
                inside = f"{path}.{name}" if path else str(name)
                self._fault(inside, _("“%(key)s” does not belong here.") % {"key": name})
        return json

    def _fault(self, path: str, message: str) -> None:
        self.faults.append(Fault(path, message))


def _decimal(json: Any) -> Decimal | None:
    """Of a text or a whole number; a JSON number with a point has lost digits on its way."""
    if isinstance(json, bool) or not isinstance(json, str | int) or len(str(json)) > 30:
        return None
    try:
        number = Decimal(json)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
