"""Products, pictures, taxes and rates on screen."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from core.events.actor import SYSTEM
from crm.catalogue.models import ExchangeRate, Product, Tax
from crm.catalogue.operations import set_picture, set_rate
from crm.quotes.models import QuoteTemplate
from tests.desk.conftest import Counting
from tests.desk.reading import attributes
from tests.desk.reading import page_words as words
from tests.desk.settings.htmx import htmx, toast_of
from tests.factories.catalogue import PNG, make_criteria, make_kitchen, make_vat
from tests.factories.core import CompanyFactory
from tests.factories.crm import ContactFactory, LeadFactory
from tests.factories.quotes import NOW, line, make_sent

pytestmark = pytest.mark.django_db
URL = "/settings/catalogue/"


@pytest.fixture(autouse=True)
def _company(settings: Any, tmp_path: Any, db: None) -> None:
    settings.MEDIA_ROOT = tmp_path
    CompanyFactory(currency="AMD")
    make_criteria()


def address(product: Product, part: str = "") -> str:
    return f"{URL}products/{product.public_id}/{part}"


SOFA = {
    "name": "Sofa",
    "code": "SOFA",
    "kind": "goods",
    "unit_price": "250,000",
    "unit": "piece",
    "currency": "AMD",
    "cost": "150 000",
    "title_en": "Sofa",
    "title_hy": "Բազմոց",
    "description_ru": "Мягкий",
    "goals": ["sofa"],
    "active_from": "2026-03-01",
    "complex": "on",
    "active": "on",
}


def test_a_product_is_added_with_the_taxes_of_new_ones(desk: Client) -> None:
    vat = make_vat()
    page = desk.get(f"{URL}products/new/")
    assert f'value="{vat.pk}" checked' in page.content.decode()
    assert "Kitchen (Interest)" in words(page)

    answer = desk.post(f"{URL}products/new/", {**SOFA, "taxes": [str(vat.pk)]}, headers=htmx("product-form"))

    made = Product.objects.get()
    assert answer["HX-Redirect"] == address(made)
    assert (made.title, made.description) == ({"en": "Sofa", "hy": "Բազմոց"}, {"ru": "Мягкий"})
    assert (made.unit_price, made.cost, made.goals, made.complex) == (250000, 150000, ["sofa"], True)
    assert (made.active_from, made.active_until, list(made.taxes.all())) == (date(2026, 3, 1), None, [vat])


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"code": "a b"}, "Use letters, digits, points and dashes"),
        ({"code": "KITCHEN"}, "Another product has this code."),
        ({"unit_price": "dear"}, "Write a number, like 250 or 2.5."),
        ({"active_until": "2026-02-01"}, "The last day is not before the first."),
        ({"name": ""}, "This field is required."),
    ],
)
def test_what_cannot_be_is_told_and_nothing_typed_is_lost(
    desk: Client, typed: dict[str, str], says: str
) -> None:
    make_kitchen()
    answer = desk.post(f"{URL}products/new/", {**SOFA, **typed}, headers=htmx("product-form"))
    assert answer.status_code == 422
    assert says in words(answer)
    assert "Բազմոց" in answer.content.decode()
    assert Product.objects.count() == 1


def test_a_product_is_changed_and_its_price_stays(desk: Client) -> None:
    product = make_kitchen()
    typed = {"name": "Kitchen", "code": "K-2", "kind": "service", "expected": "0", "active": "on"}
    assert desk.post(address(product, "edit/"), typed, headers=htmx("product-form")).status_code == 204
    product.refresh_from_db()
    assert (product.name, product.code, product.kind, product.unit_price) == (
        "Kitchen",
        "K-2",
        "service",
        200000,
    )
    assert product.rules["minimum"] == "500000"

    late = desk.post(address(product, "edit/"), {**typed, "name": "Mine"}, headers=htmx("product-form"))
    assert late.status_code == 409
    assert "Anna Admin has changed “Kitchen” in the meantime." in words(late)
    assert "Name : Kitchen Code : K-2" in words(late).replace(":", " :").replace("  ", " ")
    assert attributes(late.content, "#id_expected", "value") == ["1"]
    again = {**typed, "name": "Mine", "expected": "1"}
    assert desk.post(address(product, "edit/"), again, headers=htmx("product-form")).status_code == 204
    assert Product.objects.get().name == "Mine"


def test_a_product_is_sold_no_more_and_again(desk: Client) -> None:
    product = make_kitchen()
    for active in ("no", "yes"):
        desk.post(address(product, "use/"), {"active": active})
        assert Product.objects.get().active == (active == "yes")


def test_deleting_names_who_relies_on_it(desk: Client, admin: Any) -> None:
    product = make_kitchen()
    QuoteTemplate.objects.create(name="Kitchens", lines=[{"product": "KITCHEN", "title": "Kitchen"}])
    refused = desk.post(address(product, "delete/"), headers=htmx("in-use"))
    assert refused.status_code == 409
    assert "Template of a quote: Kitchens" in words(refused)
    QuoteTemplate.objects.all().delete()
    assert desk.post(address(product, "delete/")).headers["HX-Redirect"] == URL
    assert not Product.objects.exists()


def test_products_are_put_into_order(desk: Client) -> None:
    first, second = make_kitchen(), make_kitchen(code="SOFA")
    ids = [str(second.public_id), str(first.public_id)]
    assert toast_of(desk.post(f"{URL}order/", {"order": ids}, headers=htmx())) == "The order is saved."
    assert list(Product.objects.all()) == [second, first]


def picture(content: bytes) -> dict[str, Any]:
    return {"picture": SimpleUploadedFile("x.png", content, content_type="image/png")}


def test_a_picture_is_stored_shown_and_taken_away(desk: Client, reader: Client) -> None:
    product = make_kitchen()
    answer = desk.post(address(product, "picture/"), picture(PNG), headers=htmx("picture"))
    assert answer.status_code == 200
    shown = f"/quotes/products/{product.public_id}/picture/"
    assert attributes(answer.content, "#picture", "id") == ["picture"]
    assert f'src="{shown}?v=1"' in answer.content.decode()
    served = reader.get(shown)
    assert b"".join(served.streaming_content) == PNG  # type: ignore[attr-defined]
    assert (served["Content-Type"], served["X-Content-Type-Options"]) == ("image/png", "nosniff")
    assert shown in reader.get(URL).content.decode()
    desk.post(address(product, "picture/"), {"remove": "yes"}, headers=htmx("picture"))
    assert reader.get(shown).status_code == 404


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        ({}, "Choose a PNG, JPEG or WebP picture."),
        (picture(b"<svg onload=alert(1)>"), "Choose a PNG, JPEG or WebP picture."),
        (picture(PNG + b"0" * 5 * 1024 * 1024), "A picture has at most 5 MB."),
    ],
)
def test_other_files_are_refused(desk: Client, sent: dict[str, Any], says: str) -> None:
    product = make_kitchen()
    answer = desk.post(address(product, "picture/"), sent, headers=htmx("picture"))
    assert answer.status_code == 422
    assert says in words(answer)
    assert not Product.objects.get().picture


def test_the_price_for_a_lead_begins_with_what_it_knows(reader: Client) -> None:
    product = make_kitchen()
    lead = LeadFactory(
        contact=ContactFactory(name="Nare"),
        title="Kitchen",
        answers={"length": 4, "rush": True},
        currency="AMD",
    )
    found = words(reader.get(f"{URL}leads/", {"product": str(product.public_id), "q": "nar"}))
    assert found == "Nare Kitchen"
    card = reader.get(address(product), {"lead": str(lead.public_id)}, headers=htmx("try-card"))
    told = words(card)
    assert "Price for Nare, Kitchen" in told
    assert "880,000 AMD" in told
    assert attributes(card.content, "#fact-answer-length", "value") == ["4"]
    typed = {"lead": str(lead.public_id), "answer.length": "5", "answer.rush": ""}
    changed = words(reader.get(address(product), typed, headers=htmx("try-out")))
    assert "from 1,000,000 AMD to 1,100,000 AMD" in changed
    lead.refresh_from_db()
    assert lead.answers == {"length": 4, "rush": True}


def test_a_tax_is_added_and_switched_off(desk: Client) -> None:
    answer = desk.post(f"{URL}taxes/new/", {"name": "VAT", "percent": "20", "active": "on"}, headers=htmx())
    assert answer["HX-Retarget"] == "#taxes-list"
    tax = Tax.objects.get()
    assert (tax.name, tax.percent, tax.active) == ("VAT", 20, True)
    desk.post(f"{URL}taxes/{tax.public_id}/", {"name": "VAT", "percent": "20"}, headers=htmx())
    assert "not in use" in words(desk.get(f"{URL}taxes/"))
    wrong = desk.post(f"{URL}taxes/new/", {"name": "X", "percent": "101", "active": "on"}, headers=htmx())
    assert (wrong.status_code, "from 0 to 100" in words(wrong)) == (422, True)


def test_a_tax_on_quotes_is_replaced_by_a_new_one(desk: Client, admin: Any) -> None:
    tax = make_vat()
    product = make_kitchen(taxes=(tax.pk,))
    make_sent(LeadFactory(), admin, line(product=product, taxes=(Decimal(20),)), now=NOW)
    typed = {"name": "VAT", "percent": "18", "is_default": "on", "active": "on"}
    place = f"{URL}taxes/{tax.public_id}/"
    asked = desk.post(place, typed, headers=htmx("modal-body"))
    assert asked.status_code == 422
    assert "stands on quotes, so its percent stays" in words(asked)
    assert "Put a new tax in its place" in words(asked)
    assert desk.post(place, {**typed, "replace": "yes"}, headers=htmx("modal-body")).status_code == 200
    assert [(str(each), each.active) for each in Tax.objects.order_by("pk")] == [
        ("VAT 20 %", False),
        ("VAT 18 %", True),
    ]
    assert [str(each) for each in product.taxes.all()] == ["VAT 18 %"]


def test_a_rate_is_entered_and_its_history_stays(desk: Client, admin: Any) -> None:
    make_kitchen(currency="USD")
    page = words(desk.get(f"{URL}rates/"))
    assert (
        "There is no rate from USD to AMD yet, so these cannot be quoted in AMD: Kitchen to measure" in page
    )
    typed = {"base": "USD", "quote": "AMD", "rate": "390,5", "since": "2026-03-01"}
    answer = desk.post(f"{URL}rates/new/", typed, headers=htmx("modal-body"))
    assert answer["HX-Retarget"] == "#rates-list"
    found = ExchangeRate.objects.get()
    assert (found.rate, found.since, found.user) == (Decimal("390.5"), date(2026, 3, 1), admin)
    desk.post(f"{URL}rates/new/", {**typed, "rate": "400", "since": "2026-03-02"}, headers=htmx("modal-body"))
    page = words(desk.get(f"{URL}rates/"))
    assert page.index("1 USD = 400 AMD") < page.index("1 USD = 390.5 AMD")
    assert page.count("counts today") == 1
    assert "There is no rate" not in page
    same = desk.post(f"{URL}rates/new/", {**typed, "quote": "USD"}, headers=htmx("modal-body"))
    assert (same.status_code, "Choose two currencies." in words(same)) == (422, True)


def test_lists_keep_their_budget(reader: Client, statements: Counting) -> None:
    for number in range(6):
        product = make_kitchen(code=f"K{number}")
        set_picture(product_id=product.pk, content=PNG, actor=SYSTEM)
        set_rate(base="USD", quote="AMD", rate=Decimal(390), since=date(2026, 3, 1 + number), actor=SYSTEM)
    for place in (URL, f"{URL}taxes/", f"{URL}rates/", address(product)):
        with statements() as sent:
            reader.get(place)
        assert len(sent) <= 12, (place, sent)


def test_products_go_out_and_come_in_as_a_file(desk: Client, reader: Client) -> None:
    make_kitchen()
    sent = reader.get(f"{URL}products.csv")
    assert sent["Content-Type"] == "text/csv; charset=utf-8"
    assert 'filename="products.csv"' in sent["Content-Disposition"]
    text = sent.content.decode().replace("KITCHEN", "KITCHEN-2")
    sheet = SimpleUploadedFile("products.csv", text.encode(), content_type="text/csv")
    done = desk.post(f"{URL}import/", {"file": sheet}, headers=htmx("modal-body"))
    assert done["HX-Redirect"] == URL
    assert "1 added, 0 changed, 0 as they were." in desk.get(URL).content.decode()
    assert set(Product.objects.values_list("code", flat=True)) == {"KITCHEN", "KITCHEN-2"}

    bad = SimpleUploadedFile("products.csv", b"code,name\nA B,Sofa", content_type="text/csv")
    refused = desk.post(f"{URL}import/", {"file": bad}, headers=htmx("modal-body"))
    assert refused.status_code == 422
    assert "Row 2, unit_price: This must not be empty." in words(refused)
    assert "Choose a file." in words(desk.post(f"{URL}import/", headers=htmx("modal-body")))
