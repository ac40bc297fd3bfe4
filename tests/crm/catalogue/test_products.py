"""Defining, changing, retiring and deleting products; taxes and rates."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from core.events.actor import SYSTEM, Actor
from core.events.models import Event
from crm.catalogue.editing import without_entry
from crm.catalogue.errors import BadEntry, BadRules, ProductInUse, StaleProduct, TaxInUse
from crm.catalogue.models import ExchangeRate, Product
from crm.catalogue.operations import (
    TaxDraft,
    change_product,
    delete_product,
    delete_tax,
    draft_of,
    reorder_products,
    replace_tax,
    save_product,
    save_tax,
    set_picture,
    set_rate,
    use_product,
)
from crm.catalogue.queries import rate, sold_on
from crm.fields.errors import FieldInUse
from crm.fields.operations import delete_field
from crm.qualification.errors import CriterionInUse
from crm.qualification.models import Criterion
from crm.qualification.operations import delete_criterion
from crm.quotes.models import QuoteLine, QuoteTemplate
from crm.quotes.operations import decline
from tests.factories.catalogue import KITCHEN_RULES, kitchen_draft, make_criteria, make_kitchen, make_vat
from tests.factories.core import AdminFactory
from tests.factories.crm import LeadFactory
from tests.factories.fields import make_field
from tests.factories.quotes import NOW, line, make_sent

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _criteria(company: Any) -> None:
    make_criteria()


def test_a_product_is_added_last_with_its_event_and_history() -> None:
    admin, tax = AdminFactory(), make_vat()
    make_kitchen(code="SOFA")

    found = save_product(draft=kitchen_draft(taxes=(tax.pk,)), actor=Actor.of(admin))

    assert [each.code for each in Product.objects.all()] == ["SOFA", "KITCHEN"]
    assert (found.revision, list(found.taxes.all())) == (0, [tax])
    event = Event.objects.get(name="product.changed", payload__code="KITCHEN")
    assert event.actor_id == admin.pk
    assert Product.pgh_event_model.objects.filter(pgh_obj_id=found.pk).count() == 1  # type: ignore[attr-defined]


def test_saving_the_same_again_changes_nothing_and_a_change_counts_the_revision() -> None:
    found = make_kitchen()
    assert save_product(draft=kitchen_draft(), actor=SYSTEM, product_id=found.pk).revision == 0
    changed = save_product(draft=kitchen_draft(name="Kitchen"), actor=SYSTEM, product_id=found.pk, expected=0)
    assert (changed.revision, changed.name) == (1, "Kitchen")
    with pytest.raises(StaleProduct) as stale:
        save_product(draft=kitchen_draft(name="Old"), actor=SYSTEM, product_id=found.pk, expected=0)
    assert stale.value.changes == ("name",)
    assert str(stale.value).startswith("Somebody else has changed “Kitchen” in the meantime.")


def test_a_part_is_changed_over_what_stands_there() -> None:
    found = make_kitchen(taxes=(make_vat().pk,))
    other = save_product(
        draft=draft_of(found, name="Kitchen", complex=True), actor=SYSTEM, product_id=found.pk, expected=0
    )
    made = change_product(
        product_id=found.pk,
        actor=SYSTEM,
        expected=other.revision,
        edit=lambda rules: without_entry(rules, "options", "oven"),
        unit_price=Decimal(210000),
    )
    assert (made.name, made.complex, made.unit_price, made.revision) == ("Kitchen", True, 210000, 2)
    assert "options" not in made.rules
    assert made.rules["surcharges"] == KITCHEN_RULES["surcharges"]
    assert made.taxes.count() == 1
    with pytest.raises(StaleProduct) as stale:
        change_product(product_id=found.pk, actor=SYSTEM, expected=1, edit=dict)
    assert stale.value.changes == ("unit_price", "rules")


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({"code": "a b"}, "code"),
        ({"code": "TAKEN"}, "code"),
        ({"name": "  "}, "name"),
        ({"kind": "thing"}, "kind"),
        ({"unit": "mile"}, "unit"),
        ({"unit_price": Decimal(-1)}, "unit_price"),
        ({"unit_price": Decimal("1e18")}, "unit_price"),
        ({"unit_price": Decimal("NaN")}, "unit_price"),
        ({"unit_price": Decimal("0.0000001")}, "unit_price"),
        ({"cost": Decimal(-1)}, "cost"),
        ({"currency": "dram"}, "currency"),
        ({"title": {"de": "Küche"}}, "title"),
        ({"taxes": (999999,)}, "taxes"),
        ({"active_from": date(2026, 3, 2), "active_until": date(2026, 3, 1)}, "active_until"),
    ],
)
def test_each_bad_part_is_told(changes: dict[str, Any], part: str) -> None:
    make_kitchen(code="TAKEN")
    with pytest.raises(BadEntry) as refusal:
        save_product(draft=kitchen_draft(**changes), actor=SYSTEM)
    assert list(refusal.value.faults) == [part]


def test_bad_rules_are_told_with_their_places() -> None:
    with pytest.raises(BadRules) as refusal:
        save_product(draft=kitchen_draft(rules={"minimum": "-5"}), actor=SYSTEM)
    assert [fault.path for fault in refusal.value.faults] == ["minimum"]


def test_what_price_rules_ask_for_cannot_be_deleted() -> None:
    floor = make_field("floor", "number")
    make_kitchen(rules={"quantity": {"of": ["answer.length", "custom.floor"]}})
    with pytest.raises(CriterionInUse, match="still used"):
        delete_criterion(criterion_id=Criterion.objects.get(key="length").pk, user=None)
    with pytest.raises(FieldInUse) as refusal:
        delete_field(field_id=floor.pk, user=None)
    assert [str(use) for use in refusal.value.uses] == ["Price of: Kitchen to measure"]


def test_a_criterion_of_a_surcharge_cannot_be_deleted() -> None:
    make_kitchen()
    with pytest.raises(CriterionInUse):
        delete_criterion(criterion_id=Criterion.objects.get(key="rush").pk, user=None)


def test_a_product_of_an_open_quote_stays_and_one_of_a_decided_quote_may_go() -> None:
    user, product = AdminFactory(), make_kitchen()
    version = make_sent(LeadFactory(), user, line(product=product), now=NOW)
    with pytest.raises(ProductInUse) as refusal:
        delete_product(product_id=product.pk, actor=SYSTEM)
    assert len(refusal.value.uses) == 1

    decline(version_id=version.pk, reason="price", words="", now=NOW)
    delete_product(product_id=product.pk, actor=SYSTEM)
    kept = QuoteLine.objects.get(version=version)
    assert (kept.product_id, kept.title, kept.unit_price) == (None, "Kitchen", Decimal(100))


def test_a_product_of_a_template_stays() -> None:
    product = make_kitchen()
    QuoteTemplate.objects.create(name="Kitchens", lines=[{"product": "KITCHEN", "title": "Kitchen"}])
    with pytest.raises(ProductInUse, match="still offered"):
        delete_product(product_id=product.pk, actor=SYSTEM)


def test_what_is_retired_or_out_of_season_is_not_sold() -> None:
    day = date(2026, 3, 5)
    kitchen = make_kitchen()
    make_kitchen(code="PAST", active_until=date(2026, 3, 4))
    make_kitchen(code="LAST", active_until=day)
    make_kitchen(code="NEXT", active_from=date(2026, 3, 6))
    assert [each.code for each in sold_on(day)] == ["KITCHEN", "LAST"]
    use_product(product_id=kitchen.pk, active=False, actor=SYSTEM)
    assert [each.code for each in sold_on(day)] == ["LAST"]


def test_products_are_put_into_order() -> None:
    first, second = make_kitchen(), make_kitchen(code="SOFA")
    reorder_products(product_ids=[second.pk], actor=SYSTEM)
    assert list(Product.objects.all()) == [second, first]


@pytest.mark.parametrize(
    ("content", "ending"),
    [(b"\x89PNG\r\n\x1a\nrest", "png"), (b"\xff\xd8\xff\xe0", "jpg"), (b"RIFF0000WEBPVP8 ", "webp")],
)
def test_a_picture_is_known_by_its_first_bytes(content: bytes, ending: str) -> None:
    found = set_picture(product_id=make_kitchen().pk, content=content, actor=SYSTEM)
    assert found.picture.name.endswith(f".{ending}")
    assert not set_picture(product_id=found.pk, content=None, actor=SYSTEM).picture


@pytest.mark.parametrize("content", [b"<svg onload=alert(1)>", b"", b"\xff\xd8\xff" + b"0" * 5 * 1024 * 1024])
def test_other_files_are_no_pictures(content: bytes) -> None:
    with pytest.raises(BadEntry):
        set_picture(product_id=make_kitchen().pk, content=content, actor=SYSTEM)


def test_a_tax_of_a_product_stays() -> None:
    tax = make_vat()
    make_kitchen(taxes=(tax.pk,))
    with pytest.raises(TaxInUse, match="still on products"):
        delete_tax(tax_id=tax.pk, actor=SYSTEM)
    with pytest.raises(BadEntry):
        save_tax(draft=TaxDraft(name="VAT", percent=Decimal(10)), actor=SYSTEM)
    with pytest.raises(BadEntry):
        save_tax(draft=TaxDraft(name="Other", percent=Decimal("100.1")), actor=SYSTEM)


def test_a_tax_that_stands_on_quotes_is_replaced_and_never_changed() -> None:
    tax = make_vat()
    product = make_kitchen(taxes=(tax.pk,))
    untouched = make_kitchen(code="SOFA")
    make_sent(LeadFactory(), AdminFactory(), line(product=product, taxes=(Decimal(20),)), now=NOW)
    lower = TaxDraft(name="VAT", percent=Decimal(18), is_default=True)
    with pytest.raises(TaxInUse, match="Put a new tax in its place") as refusal:
        save_tax(draft=lower, actor=SYSTEM, tax_id=tax.pk)
    assert len(refusal.value.uses) == 1

    made = replace_tax(tax_id=tax.pk, draft=lower, actor=SYSTEM)

    tax.refresh_from_db()
    assert (tax.percent, tax.active, tax.is_default) == (20, False, False)
    assert (made.name, made.percent, made.active, made.is_default) == ("VAT", 18, True, True)
    assert (list(product.taxes.all()), list(untouched.taxes.all())) == ([made], [])
    assert QuoteLine.objects.get().taxes == [Decimal(20)]
    assert replace_tax(tax_id=tax.pk, draft=lower, actor=SYSTEM) == made
    with pytest.raises(BadEntry) as refused:
        save_tax(draft=TaxDraft(name="VAT", percent=Decimal(20)), actor=SYSTEM, tax_id=tax.pk)
    assert list(refused.value.faults) == ["name"]
    assert save_tax(draft=TaxDraft(name="Value added", percent=Decimal(18)), actor=SYSTEM, tax_id=made.pk)


def test_a_tax_that_stands_on_no_quote_may_change_its_percent() -> None:
    tax = make_vat()
    assert (
        save_tax(draft=TaxDraft(name="VAT", percent=Decimal(18)), actor=SYSTEM, tax_id=tax.pk).percent == 18
    )


def test_the_newest_rate_of_the_day_counts_in_its_direction_alone() -> None:
    for day, value in ((1, "390"), (4, "400")):
        set_rate(base="USD", quote="AMD", rate=Decimal(value), since=date(2026, 3, day), actor=SYSTEM)
    set_rate(base="USD", quote="AMD", rate=Decimal("401.5"), since=date(2026, 3, 4), actor=SYSTEM)

    assert ExchangeRate.objects.count() == 2
    assert rate("USD", "AMD", date(2026, 3, 3)) == 390
    assert rate("USD", "AMD", date(2026, 3, 9)) == Decimal("401.5")
    assert rate("USD", "AMD", date(2026, 2, 28)) is None
    assert rate("AMD", "USD", date(2026, 3, 9)) is None
    assert rate("AMD", "AMD", date(2026, 3, 9)) == 1


@pytest.mark.parametrize(
    ("base", "quote", "value", "part"),
    [
        ("USD", "USD", "1", "quote"),
        ("usd", "AMD", "1", "base"),
        ("USD", "AMD", "0", "rate"),
        ("USD", "AMD", "1.123456789", "rate"),
    ],
)
def test_a_rate_that_cannot_be(base: str, quote: str, value: str, part: str) -> None:
    with pytest.raises(BadEntry) as refusal:
        set_rate(base=base, quote=quote, rate=Decimal(value), since=date(2026, 3, 1), actor=SYSTEM)
    assert list(refusal.value.faults) == [part]
