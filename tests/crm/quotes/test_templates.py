"""Prepared quotes: kept of a good one, begun with, and following the catalogue where nobody wrote otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest

from core.access.models import User
from core.events.actor import Actor
from core.events.models import Event
from crm.catalogue.models import Product, Tax
from crm.pipeline.models import Lead
from crm.quotes.errors import BadLine, BadQuote, StaleTemplate
from crm.quotes.lines import LineDraft
from crm.quotes.models import QuoteSettings, QuoteTemplate
from crm.quotes.operations import (
    TemplateDraft,
    delete_template,
    save_template,
    start_from_template,
    template_of,
)
from crm.quotes.prepared import merged
from tests.factories.core import CompanyFactory, UserFactory
from tests.factories.crm import ContactFactory, LeadFactory
from tests.factories.quotes import NOW, ProductFactory, line, make_draft

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna(db: None) -> User:
    CompanyFactory()
    return UserFactory(name="Anna")


@pytest.fixture
def oven(db: None) -> Product:
    oven: Product = ProductFactory(
        code="OV-1", name="Oven", title={"ru": "Духовка", "en": "Oven"}, unit_price=Decimal(250)
    )
    oven.taxes.add(Tax.objects.create(name="VAT", percent=Decimal(20)))
    return oven


@pytest.fixture
def lead(anna: User) -> Lead:
    return LeadFactory(owner=anna, title="Kitchen", currency="AMD", contact=ContactFactory(language="ru"))


def kept(anna: User, **more: Any) -> QuoteTemplate:
    draft: Mapping[str, Any] = {"name": "Kitchen", "currency": "USD", "lines": [line()], **more}
    return save_template(draft=TemplateDraft(**draft), actor=Actor.of(anna))


def begun(template: QuoteTemplate, lead: Lead, anna: User, **more: Any) -> list[tuple[str, Decimal]]:
    made = start_from_template(
        template=template, contact=lead.contact, lead=lead, actor=Actor.of(anna), now=NOW, **more
    )
    return [(row.title, row.unit_price) for row in made.lines.all()]


def test_a_quote_begins_with_lines_words_and_currency_of_the_template(anna: User, lead: Lead) -> None:
    QuoteSettings.objects.create(terms={"ru": "Как обычно"}, valid_days=14)
    template = kept(
        anna,
        lines=[line("Measuring", 50), line("Lights", 30, optional=True, chosen=False)],
        intro={"ru": "Спасибо за визит", "en": "Thank you"},
        valid_days=3,
    )
    made = start_from_template(
        template=template, contact=lead.contact, lead=lead, actor=Actor.of(anna), now=NOW
    )
    assert (made.currency, made.language, made.intro, made.terms) == (
        "USD",
        "ru",
        "Спасибо за визит",
        "Как обычно",
    )
    assert made.valid_until is not None
    assert (made.valid_until - NOW.date()).days == 3
    assert [(row.title, row.optional, row.chosen) for row in made.lines.all()] == [
        ("Measuring", False, True),
        ("Lights", True, False),
    ]
    assert made.total == Decimal(50)


def test_what_was_left_as_in_the_catalogue_follows_it(anna: User, lead: Lead, oven: Product) -> None:
    tax = (Decimal(20),)
    usual = LineDraft(title="Oven", product=oven, unit_price=Decimal(250), taxes=tax)
    own = LineDraft(title="The big oven", product=oven, unit_price=Decimal(199), taxes=tax)
    template = kept(anna, lines=[usual, own])
    assert [row["own"] for row in template.lines] == [[], ["title", "unit_price"]]

    Product.objects.filter(pk=oven.pk).update(unit_price=Decimal(270))
    assert begun(template, lead, anna) == [("Духовка", Decimal(270)), ("The big oven", Decimal(199))]
    Product.objects.filter(pk=oven.pk).update(currency="AMD", unit_price=Decimal(100_000))
    assert begun(template, lead, anna)[0] == ("Духовка", Decimal(250))  # nothing is converted
    oven.delete()
    assert begun(template, lead, anna) == [("Oven", Decimal(250)), ("The big oven", Decimal(199))]


def test_suggested_lines_take_the_place_of_their_product_and_others_come_after(oven: Product) -> None:
    hood = ProductFactory(name="Hood")

    def of(product: Product, title: str) -> LineDraft:
        return LineDraft(title=title, product=product, unit_price=Decimal(1))

    prepared = [line("Measuring"), of(oven, "Oven"), of(oven, "Oven again"), line("Delivery")]
    suggested = [of(oven, "Oven, 2 m"), of(hood, "Hood"), of(oven, "Glass door")]
    assert [each.title for each in merged(prepared, suggested)] == [
        "Measuring",
        "Oven, 2 m",
        "Glass door",
        "Delivery",
        "Hood",
    ]
    assert merged(prepared, []) == prepared
    assert merged([], suggested) == suggested


def test_a_good_quote_is_kept_as_a_template(anna: User, lead: Lead, oven: Product) -> None:
    QuoteSettings.objects.create(terms={"ru": "Как обычно"})
    draft = make_draft(
        lead,
        anna,
        LineDraft(title="Духовка", product=oven, unit_price=Decimal(250), taxes=(Decimal(20),)),
        line("Delivery", 20, discount_percent=Decimal("12.5")),
        now=NOW,
        currency="USD",
        intro="Спасибо",
    )
    template = template_of(version_id=draft.pk, name=" Kitchens ", actor=Actor.of(anna))
    assert (template.name, template.currency, template.intro, template.terms) == (
        "Kitchens",
        "USD",
        {"ru": "Спасибо"},
        {},
    )
    assert [(row["product"], row["own"], row["discount_percent"]) for row in template.lines] == [
        ("OV-1", [], "0"),
        (None, [], "12.5"),
    ]
    with pytest.raises(BadQuote, match="Another template has this name"):
        template_of(version_id=draft.pk, name="Kitchens", actor=Actor.of(anna))


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"currency": "dollars"}, "currency"),
        ({"valid_days": 3651}, "valid_days"),
        ({"terms": {"fr": "non"}}, "terms"),
        ({"intro": {"en": "x" * 4001}}, "intro"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(anna: User, given: dict[str, Any], field: str) -> None:
    with pytest.raises(BadQuote) as refused:
        kept(anna, **given)
    assert (refused.value.field, QuoteTemplate.objects.count()) == (field, 0)


def test_a_line_that_cannot_be_is_named(anna: User) -> None:
    with pytest.raises(BadLine) as refused:
        kept(anna, lines=[line(), line(quantity=Decimal(0))])
    assert (refused.value.position, refused.value.field) == (1, "quantity")


def test_two_who_save_at_once_and_the_same_once_more(anna: User) -> None:
    template = kept(anna)
    draft = TemplateDraft(name="Kitchens", currency="USD", lines=None)
    actor = Actor.of(anna)
    save_template(draft=draft, actor=actor, template_id=template.pk, revision=0)
    with pytest.raises(StaleTemplate) as stale:
        save_template(draft=draft, actor=actor, template_id=template.pk, revision=0)
    assert stale.value.revision == 1
    assert save_template(draft=draft, actor=actor, template_id=template.pk, revision=1).revision == 1
    delete_template(template_id=template.pk, actor=actor)
    changes = Event.objects.filter(name="quote_template.changed").order_by("id")
    assert [each.payload["changes"] for each in changes][1:] == [["name"], ["deleted"]]


def test_what_is_no_longer_used_begins_nothing(anna: User, lead: Lead) -> None:
    with pytest.raises(BadQuote, match="no longer used"):
        begun(kept(anna, active=False), lead, anna)
