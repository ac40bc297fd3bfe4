"""The editor: totals while one types, two people at once, what cannot be."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from core.access.models import User
from core.events.actor import SYSTEM
from crm.catalogue.models import Tax
from crm.catalogue.operations import set_rate
from crm.pipeline.models import Lead
from crm.quotes.models import QuoteVersion
from tests.desk.conftest import Counting
from tests.desk.reading import attributes, words
from tests.factories.quotes import NOW, ProductFactory, line, make_draft, make_sent

OVEN = {"title": "Oven", "quantity": "2", "unit_price": "1,250.50", "taxes": "20", "cost": "1000"}


def post(client: Client, name: str, version: QuoteVersion, lines: list[dict[str, Any]], **more: str) -> Any:
    return client.post(
        reverse(f"desk:{name}", args=[version.quote.public_id]), {"lines": json.dumps(lines), **more}
    )


def test_a_quote_begins_from_a_lead_in_one_click(client: Client, lead: Lead) -> None:
    response = client.post(
        reverse("desk:quote_new"), {"lead": str(lead.public_id)}, headers={"HX-Request": "true"}
    )

    version = QuoteVersion.objects.get()
    assert response["HX-Redirect"] == reverse("desk:quote", args=[version.quote.public_id])
    assert (version.quote.lead, version.quote.title, version.currency) == (lead, "Kitchen", "USD")
    page = client.get(response["HX-Redirect"]).content
    assert attributes(page, "#quote-lines", "data-lines") == ["[]"]


def test_what_is_left_out_for_want_of_a_rate_is_named(client: Client, lead: Lead) -> None:
    lead.goal = "kitchen"
    lead.save(update_fields=["goal"])
    ProductFactory(name="Oven in drams", currency="AMD", unit_price=Decimal(90000), goals=["kitchen"])
    ProductFactory(name="Oven", currency="USD", unit_price=Decimal(200), goals=["kitchen"])
    opened = client.post(reverse("desk:quote_new"), {"lead": str(lead.public_id)}, follow=True)
    assert words(opened.content, "alert-warning") == [
        "“Oven in drams” is left out: there is no rate from AMD to USD. Settings, exchange rates"
    ]
    assert [each.title for each in QuoteVersion.objects.get().lines.all()] == ["Oven"]


def test_a_quote_needs_somebody_to_be_for(client: Client, lead: Lead) -> None:
    assert client.get(reverse("desk:quote_new")).status_code == 200
    response = client.post(reverse("desk:quote_new"), {"contact": "nobody"})
    assert response.status_code == 422
    client.post(reverse("desk:quote_new"), {"contact": str(lead.contact.public_id)})
    assert QuoteVersion.objects.get().quote.contact == lead.contact


def test_totals_follow_what_is_typed_and_store_nothing(client: Client, manager: User, lead: Lead) -> None:
    draft = make_draft(lead, manager, now=NOW)

    page = post(client, "quote_totals", draft, [OVEN, {"title": ""}], discount_percent="10").content

    assert words(page, "quote-sum") == [
        "Discount of 10 %, taken off above −250.10 Net 2,250.90 Tax 20 % on 2,250.90 450.18 Total 2,701.08 USD"
    ]
    assert json.loads(attributes(page, "quote-sum", "data-nets")[0]) == ["2,250.90"]
    assert "250.90 USD" in words(page, "quote-facts")[0]
    assert QuoteVersion.objects.get().total == draft.total


def test_saving_stores_lines_and_words(client: Client, manager: User, lead: Lead) -> None:
    draft, product = make_draft(lead, manager, now=NOW), ProductFactory(name="Oven")
    rows = [
        {**OVEN, "product": str(product.public_id)},
        {"title": "Hood", "unit_price": "90", "optional": True},
    ]
    rows[1]["chosen"] = False

    response = post(
        client, "quote_save", draft, rows, revision="0", title="New kitchen", language="ru", intro="Hello"
    )

    assert response.status_code == 200
    saved = QuoteVersion.objects.get()
    assert (saved.quote.title, saved.language, saved.intro, saved.revision) == (
        "New kitchen",
        "ru",
        "Hello",
        1,
    )
    assert saved.total == Decimal("3001.2")
    oven, hood = saved.lines.all()
    assert (oven.product, oven.quantity, oven.unit_price, oven.cost) == (product, 2, Decimal("1250.5"), 1000)
    assert (hood.optional, hood.chosen, hood.quantity) == (True, False, 1)
    assert attributes(response.content, "#quote-revision", "value") == ["1"]


def test_the_second_of_two_learns_what_the_first_saved_and_loses_nothing(
    client: Client, manager: User, lead: Lead
) -> None:
    draft = make_draft(lead, manager, now=NOW)
    post(client, "quote_save", draft, [OVEN], revision="0", intro="Mine")

    late = post(client, "quote_save", draft, [{**OVEN, "quantity": "5"}], revision="0", intro="Theirs")

    assert late.status_code == 409
    assert words(late.content, "quote-theirs") == ["Introduction Mine Lines Oven: 2 × 1,250.50 USD"]
    assert attributes(late.content, "btn-primary", "data-keep-mine") == ["1"]
    assert QuoteVersion.objects.get().intro == "Mine"
    assert post(client, "quote_save", draft, [OVEN], revision="1", intro="Both").status_code == 200


@pytest.mark.parametrize(
    ("row", "field", "says"),
    [
        ({"quantity": "0"}, "quantity", "more than zero"),
        ({"quantity": "-1"}, "quantity", "more than zero"),
        ({"quantity": "many"}, "quantity", "Write a number"),
        ({"unit_price": "1" * 19}, "unit_price", "larger than can be written down"),
        ({"discount_percent": "101"}, "discount_percent", "from 0 to 100"),
        ({"taxes": "20 20"}, "taxes", "named once"),
        ({"unit": "bucket"}, "unit", "Choose one of the units"),
        ({"title": " "}, "title", "Say what the line is for"),
    ],
)
@pytest.mark.parametrize("name", ["quote_totals", "quote_save"])
def test_what_cannot_be_is_said_at_its_line(
    client: Client, manager: User, lead: Lead, name: str, row: dict[str, str], field: str, says: str
) -> None:
    draft = make_draft(lead, manager, now=NOW)

    response = post(client, name, draft, [OVEN, {**OVEN, **row}], revision="0")

    assert response.status_code == 422
    assert attributes(response.content, "alert", "data-position") == ["1"]
    assert attributes(response.content, "alert", "data-field") == [field]
    assert says in response.content.decode()


@pytest.mark.parametrize("lines", ["{", "[1]", '"x"'])
def test_lines_that_are_no_lines_are_a_bad_request(
    client: Client, manager: User, lead: Lead, lines: str
) -> None:
    draft = make_draft(lead, manager, now=NOW)
    url = reverse("desk:quote_totals", args=[draft.quote.public_id])
    assert client.post(url, {"lines": lines}).status_code == 400


def test_what_was_sent_is_not_saved(client: Client, manager: User, lead: Lead) -> None:
    version = make_sent(lead, manager, now=NOW)
    response = post(client, "quote_save", version, [OVEN], revision="0")
    assert response.status_code == 409
    assert "stays as it is" in json.loads(response["HX-Trigger"])["toast"]["text"]


def test_500_lines_are_quick_and_few_statements(
    client: Client, manager: User, lead: Lead, statements: Counting
) -> None:
    draft = make_draft(
        lead, manager, *[line(f"Line {n}", n, taxes=(Decimal(20),)) for n in range(1, 501)], now=NOW
    )
    url = reverse("desk:quote", args=[draft.quote.public_id])
    client.get(url)
    with statements() as sent:
        page = client.get(url).content
    assert len(sent) <= 12
    rows = json.loads(attributes(page, "#quote-lines", "data-lines")[0])
    with statements() as sent:
        answer = post(client, "quote_totals", draft, rows)
    assert len(sent) <= 12
    assert len(json.loads(attributes(answer.content, "quote-sum", "data-nets")[0])) == 500


def test_products_are_picked_by_typing(client: Client, lead: Lead) -> None:
    oven = ProductFactory(
        name="Big oven", code="OV-1", title={"ru": "Духовка"}, unit_price=Decimal(250), cost=Decimal(200)
    )
    oven.taxes.add(Tax.objects.create(name="VAT", percent=Decimal(20)))
    ProductFactory(name="Oven in drams", currency="AMD", unit_price=Decimal(90000))
    ProductFactory(name="Old oven", active=False)

    page = client.get(
        reverse("desk:quote_products"), {"q": "oven", "language": "ru", "currency": "USD"}
    ).content

    rows = [json.loads(text) for text in attributes(page, "product-hit", "data-product")]
    assert [(row["title"], row["unit_price"], row["cost"], row["taxes"]) for row in rows] == [
        ("Духовка", "250", "200", "20"),
        ("Oven in drams", "", "", ""),
    ]


def test_a_discount_above_the_limit_waits_for_who_may_approve(
    client: Client, sign_in: Callable[[User], Client], manager: User, agent: User, lead: Lead
) -> None:
    draft = make_draft(lead, agent, now=NOW)
    theirs, url = sign_in(agent), reverse("desk:quote", args=[draft.quote.public_id])
    post(theirs, "quote_save", draft, [OVEN], revision="0", discount_percent="15")

    assert "Approve the discount" not in theirs.get(url).content.decode()
    assert "Somebody has to approve it" in theirs.get(url).content.decode()
    assert "Approve the discount" in client.get(url).content.decode()
    client.post(reverse("desk:quote_approve", args=[draft.quote.public_id]))
    assert QuoteVersion.objects.get().approved_by == manager


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"discount_percent": "101"}, "from 0 to 100"),
        ({"discount_percent": "much"}, "as a number"),
        ({"currency": "dram"}, "three letters"),
        ({"valid_until": "2020-01-01"}, "passed already"),
        ({"valid_until": "soon"}, "Choose a day"),
        ({"language": "xx"}, "one of the languages"),
    ],
)
@pytest.mark.parametrize("name", ["quote_totals", "quote_save"])
def test_a_quote_as_a_whole_that_cannot_be_is_refused(
    client: Client, manager: User, lead: Lead, name: str, given: dict[str, str], says: str
) -> None:
    draft = make_draft(lead, manager, now=NOW)
    response = post(client, name, draft, [OVEN], revision="0", **given)
    assert response.status_code == 422
    assert says in response.content.decode()


def test_a_product_in_another_currency_takes_the_rate_of_the_day_and_says_so(
    client: Client, lead: Lead
) -> None:
    ProductFactory(name="Oven in drams", currency="AMD", unit_price=Decimal(90000), cost=Decimal(60000))
    url, asked = reverse("desk:quote_products"), {"q": "oven", "language": "en", "currency": "USD"}

    lacking = client.get(url, asked).content
    (row,) = [json.loads(text) for text in attributes(lacking, "product-hit", "data-product")]
    assert (row["unit_price"], row["lacks_rate"]) == ("", "AMD")
    assert "no rate from AMD to USD" in words(lacking, "product-hit")[0]

    for day, rate in ((date(2026, 1, 1), "0.0026"), (date(2099, 1, 1), "0.5")):
        set_rate(base="AMD", quote="USD", rate=Decimal(rate), since=day, actor=SYSTEM)
    found = client.get(url, asked).content
    (row,) = [json.loads(text) for text in attributes(found, "product-hit", "data-product")]
    assert (row["unit_price"], row["cost"], row["lacks_rate"]) == ("234", "156", "")
    assert row["explained"] == [
        {
            "kind": "rate",
            "text": "1 AMD = 0.0026 USD",
            "base": "AMD",
            "quote": "USD",
            "rate": "0.0026",
            "price": "90000",
            "cost": "60000",
        }
    ]
    assert "1 AMD = 0.0026 USD" in words(found, "product-hit")[0]


def test_a_line_without_a_rate_is_refused_until_it_has_a_price(
    client: Client, manager: User, lead: Lead
) -> None:
    draft, row = make_draft(lead, manager, now=NOW), {"title": "Oven", "lacks_rate": "AMD"}
    response = post(client, "quote_save", draft, [row], revision="0")
    assert response.status_code == 422
    assert "There is no rate from AMD yet" in response.content.decode()
    assert attributes(response.content, "alert", "data-field") == ["unit_price"]
    assert post(client, "quote_save", draft, [{**row, "unit_price": "5"}], revision="0").status_code == 200


def test_another_rate_gives_another_price(client: Client, lead: Lead) -> None:
    url = reverse("desk:quote_convert")
    asked = {"price": "100", "cost": "60.5", "base": "USD", "quote": "AMD"}
    typed = client.get(url, {**asked, "rate": "390.5"}).json()
    assert (typed["unit_price"], typed["cost"]) == ("39050", "23625.25")
    assert typed["explained"][0]["text"] == "1 USD = 390.5 AMD"
    assert "no rate from USD to AMD" in client.get(url, asked).json()["error"]
    set_rate(base="USD", quote="AMD", rate=Decimal(400), since=date(2026, 1, 1), actor=SYSTEM)
    assert client.get(url, asked).json()["unit_price"] == "40000"
    same = client.get(url, {**asked, "quote": "USD"}).json()
    assert (same["unit_price"], same["explained"]) == ("100", [])
    for rate in ("0", "-1", "much", "1.123456789"):
        assert client.get(url, {**asked, "rate": rate}).status_code == 422
    assert client.get(url, {**asked, "base": "dollar"}).status_code == 400
