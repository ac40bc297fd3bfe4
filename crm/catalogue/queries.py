"""What is sold, what it costs for a lead, and as what lines it stands in a quote."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from core import clock
from core.company.queries import company
from core.conditions import Field, FieldType, Moment
from core.languages import in_active_language
from crm.catalogue.errors import BadFacts, BadRules
from crm.catalogue.explaining import Conversion, label_of, lines_of, part_title, part_words
from crm.catalogue.facts import LeadFacts
from crm.catalogue.models import ExchangeRate, Product, Tax
from crm.catalogue.prices import Option, Priced, PriceRules, Surcharge, price
from crm.catalogue.reading import ASKED, facts_used, price_fields, read_rules
from crm.contacts.models import Contact
from crm.errors import Use
from crm.fields.errors import BadValue
from crm.fields.models import FieldSubject
from crm.fields.queries import all_fields, canonical_of
from crm.pipeline.models import Lead
from crm.qualification.answers import canonical, told
from crm.qualification.errors import BadAnswer
from crm.qualification.queries import all_criteria
from crm.quotes.enums import QuoteState
from crm.quotes.lines import LineDraft
from crm.quotes.models import QuoteLine, QuoteTemplate
from crm.uses import mentions

OPEN = (QuoteState.DRAFT, QuoteState.SENT)


def today(now: datetime | None = None) -> date:
    """The company's day."""
    return _moment(now).today


def sold_on(day: date) -> QuerySet[Product]:
    """Products that can be offered on the day, in order."""
    return Product.objects.filter(
        Q(active_from__isnull=True) | Q(active_from__lte=day),
        Q(active_until__isnull=True) | Q(active_until__gte=day),
        active=True,
    ).order_by("position", "id")


def products_for(wish: Lead | str, *, on: date | None = None) -> list[Product]:
    """Products sold on the day (default: today) for a goal, or for a lead: for its goal and what it chose among answers.

    Products without goals are for nobody in particular, so they are not among them. Taxes come with them: two statements.
    """
    if isinstance(wish, str):
        goals = [wish]
    else:
        goals = [wish.goal, *(each for each in (wish.answers or {}).values() if isinstance(each, str))]
    wanted = [goal for goal in goals if goal]
    if not wanted:
        return []
    rows = sold_on(on or today()).filter(goals__overlap=wanted)
    return list(rows.prefetch_related("taxes"))


def rate(base: str, quote: str, on: date) -> Decimal | None:
    """Units of `quote` for one of `base` by the newest rate on the day; 1 for the same currency, None where nobody
    entered one. The other direction is a rate of its own.
    """
    if base == quote:
        return Decimal(1)
    rows = ExchangeRate.objects.filter(base=base, quote=quote, since__lte=on).order_by("-since")
    return rows.values_list("rate", flat=True).first()


def rates_into(quote: str, on: date) -> dict[str, Decimal]:
    """The newest rate on the day by the currency from which it converts into `quote`; one statement."""
    rows = ExchangeRate.objects.filter(quote=quote, since__lte=on).order_by("base", "-since").distinct("base")
    return {quote: Decimal(1), **dict(rows.values_list("base", "rate"))}


def facts_of(
    lead: Lead, *, currency: str, now: datetime | None = None, fields: Mapping[str, Field] | None = None
) -> LeadFacts:
    """`currency` is that of the product: an amount in another one is not known in it."""
    return LeadFacts(lead, _moment(now), currency, price_fields() if fields is None else fields)


def lead_knowing(values: Mapping[str, Any]) -> Lead:
    """What stands for a lead of which just these facts are known: value by key ("answer.length", "custom.floor").

    Raises BadFacts with a sentence for each that no question or field takes.
    """
    known: dict[str, dict[str, Any]] = {"answers": {}, "lead": {}, "contact": {}}
    faults: dict[str, str] = {}
    for key, value in values.items():
        try:
            place, name, stored = _stored(key, value)
        except (BadAnswer, BadValue) as error:
            faults[key] = str(error)
            continue
        if stored is not None:
            known[place][name] = stored
    if faults:
        raise BadFacts(faults)
    contact = Contact(custom=known["contact"])
    return Lead(contact=contact, answers=known["answers"], custom=known["lead"])


def lead_like(lead: Lead, values: Mapping[str, Any], *, forget: Collection[str]) -> Lead:
    """The lead in memory with just these facts in place of what it knows of the keys in `forget`; it is not to be saved.

    Raises BadFacts.
    """
    known = lead_knowing(values)
    gone = {key.partition(".")[2] for key in forget}

    def merged(holder: Any, name: str, fresh: Mapping[str, Any]) -> None:
        kept = {key: value for key, value in (getattr(holder, name) or {}).items() if key not in gone}
        setattr(holder, name, {**kept, **fresh})

    merged(lead, "answers", known.answers)
    merged(lead, "custom", known.custom)
    merged(lead.contact, "custom", known.contact.custom)
    return lead


def stored_fact(lead: Lead, key: str) -> Any:
    """What the lead knows of a key that a price may ask for, in its canonical form; None for nothing."""
    prefix, _point, name = key.partition(".")
    places = [lead.answers] if prefix == "answer" else [lead.custom, lead.contact.custom]
    return next((place[name] for place in places if place and name in place), None)


def _stored(key: str, value: Any) -> tuple[str, str, Any]:
    prefix, _point, name = key.partition(".")
    criterion = next((each for each in all_criteria() if prefix == "answer" and each.key == name), None)
    if criterion is not None:
        given = None if value is None else canonical(criterion.kind, told(value), criterion.choices)
        return "answers", name, given
    field = next((each for each in all_fields() if prefix == "custom" and each.key == name), None)
    if field is None:
        raise BadAnswer(_("There is no field “%(key)s”.") % {"key": key})
    return FieldSubject(field.subject).value, name, canonical_of(field, value)


@dataclass(frozen=True)
class Answer:
    """What a product costs: `priced` by its `rules`; texts in the language that is active."""

    product: Product
    rules: PriceRules
    priced: Priced
    fields: Mapping[str, Field]

    @property
    def parts(self) -> list[tuple[str, str, Any]]:
        """Title, how it came about, and the part itself."""
        return [
            (part_title(self.product, each), part_words(self.product, each, self.rules, self.fields), each)
            for each in self.priced.parts
        ]

    @property
    def missing(self) -> list[tuple[str, str]]:
        """Key and name of what to ask for the exact price."""
        return [(key, label_of(key, self.fields)) for key in self.priced.missing_for_exact]

    @property
    def missing_for_range(self) -> list[tuple[str, str]]:
        return [(key, label_of(key, self.fields)) for key in self.priced.missing_for_range]

    @property
    def asked(self) -> tuple[str, ...]:
        """Keys of all facts that the rules may ask for."""
        return tuple(key for key in facts_used(self.rules) if key.startswith(ASKED))


@dataclass(frozen=True)
class Question:
    """A fact that the price waits for while nothing is known; `why` names the parts of the price that ask for it."""

    key: str
    label: str
    why: Sequence[str]


@dataclass(frozen=True)
class Tree:
    """What is asked, in order: first for a range, then for the exact price."""

    for_range: Sequence[Question]
    for_exact: Sequence[Question]


def tree_of(answer: Answer) -> Tree:
    """The decision tree of the rules; `answer` is the one for a lead of which nothing is known."""
    rules, priced = answer.rules, answer.priced

    def question(key: str) -> Question:
        why = [str(_("Quantity"))] if key in rules.quantity.of else []
        parts: list[Option | Surcharge] = [*rules.surcharges, *rules.options]
        asking = [each for each in parts if each.when is not None and key in each.when.fields_used()]
        why += [in_active_language(each.title, each.key) for each in asking]
        return Question(key, label_of(key, answer.fields), why)

    first = priced.missing_for_range
    rest = [key for key in priced.missing_for_exact if key not in first]
    return Tree([question(key) for key in first], [question(key) for key in rest])


def price_of(
    product: Product,
    lead: Lead,
    *,
    quantity: Decimal | None = None,
    now: datetime | None = None,
    fields: Mapping[str, Field] | None = None,
) -> Answer:
    """Exactly, from ... to ..., or what to ask first. Raises BadRules where the stored rules cannot be read."""
    known = price_fields() if fields is None else fields
    rules = read_rules(product.rules, unit_price=product.unit_price, fields=known)
    facts = facts_of(lead, currency=product.currency, now=now, fields=known)
    return Answer(product, rules, price(rules, facts, quantity=quantity), known)


@dataclass(frozen=True)
class Suggestions:
    """`lines` for what costs exactly so much; `open`: products that still need an answer; `without_rate`: those in a
    currency for which nobody entered a rate.
    """

    lines: Sequence[LineDraft]
    open: Sequence[Answer] = ()
    without_rate: Sequence[Product] = ()


def suggestions(
    lead: Lead,
    *,
    currency: str | None = None,
    language: str | None = None,
    now: datetime | None = None,
    products: Sequence[Product] | None = None,
) -> Suggestions:
    """For the products that the lead is for, or for just those given. Currency and language: those of the lead where they
    are not given.
    """
    currency = currency or lead.currency
    language = language or lead.contact.language or company().language
    day, fields = today(now), price_fields()
    lines: list[LineDraft] = []
    waiting: list[Answer] = []
    without: list[Product] = []
    rates: dict[str, Decimal | None] = {}
    with translation.override(language):
        for product in products_for(lead, on=day) if products is None else products:
            try:
                answer = price_of(product, lead, now=now, fields=fields)
            except BadRules:
                continue  # told where the product is edited
            if answer.priced.exact is None:
                waiting.append(answer)
                continue
            if product.currency not in rates:
                rates[product.currency] = rate(product.currency, currency, day)
            found = rates[product.currency]
            if found is None:
                without.append(product)
                continue
            conversion = Conversion(product.currency, currency, found)
            lines += lines_of(product, answer.priced, answer.rules, conversion, fields)
    return Suggestions(lines, waiting, without)


def suggested_lines(
    lead: Lead, *, currency: str | None = None, language: str | None = None, now: datetime | None = None
) -> list[LineDraft]:
    return list(suggestions(lead, currency=currency, language=language, now=now).lines)


def products_using(field: str, choice: str | None = None) -> Iterator[Use]:
    """Products whose price rules ask for the condition field, or compare it with that choice."""
    for name, rules in Product.objects.exclude(rules={}).values_list("name", "rules"):
        of = (rules.get("quantity") or {}).get("of") or () if isinstance(rules, dict) else ()
        if mentions(rules, field, choice) or (choice is None and field in of):
            yield Use(_("Price of"), name)


def uses_of_product(product: Product) -> list[Use]:
    """Quotes that are still open, and templates; those that were decided keep their words and need it no more."""
    lines = QuoteLine.objects.filter(product=product, version__state__in=OPEN)
    quotes = lines.values_list("version__quote__number", "version__quote__title").distinct()[:20]
    found = [Use(_("Quote"), number or title) for number, title in quotes]
    templates = QuoteTemplate.objects.filter(lines__contains=[{"product": product.code}])
    return found + [Use(_("Template of a quote"), name) for name in templates.values_list("name", flat=True)]


def quotes_with_tax(tax: Tax) -> list[Use]:
    """Quotes on which a product that has the tax stands with its percent, in whatever state they are."""
    lines = QuoteLine.objects.filter(product__taxes=tax, taxes__contains=[tax.percent])
    quotes = lines.values_list("version__quote__number", "version__quote__title").distinct()[:20]
    return [Use(_("Quote"), number or title) for number, title in quotes]


def _moment(now: datetime | None) -> Moment:
    return Moment(now or clock.now(), company().timezone)


def number_choices(fields: Mapping[str, Field]) -> list[tuple[str, str]]:
    kinds = (FieldType.NUMBER, FieldType.MONEY, FieldType.DURATION)
    return [
        (key, str(each.label)) for key, each in fields.items() if key.startswith(ASKED) and each.type in kinds
    ]
