"""What people type and what happens in between, each with a clear outcome, over HTTP."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from core.access.models import Role, User
from core.events.actor import SYSTEM
from crm.catalogue.models import Tax
from crm.catalogue.operations import TaxDraft, replace_tax
from crm.pipeline.models import Lead
from crm.quotes.models import QuoteVersion
from tests.api.program import Program, make_program
from tests.desk.reading import attributes, words
from tests.factories.quotes import NOW, ProductFactory, line, make_draft, make_sent
from tests.pdf_text import read_pdf

D = Decimal
OVEN = {"title": "Oven", "quantity": "2", "unit_price": "100", "taxes": "20"}


def save(client: Client, version: QuoteVersion, *lines: dict[str, Any], **more: str) -> Any:
    url = reverse("desk:quote_save", args=[version.quote.public_id])
    return client.post(url, {"lines": json.dumps(lines), "revision": str(version.revision), **more})


def sheet(client: Client, version: QuoteVersion) -> str:
    return client.get(reverse("desk:quote", args=[version.quote.public_id])).content.decode()


def sending(client: Client, version: QuoteVersion) -> str:
    return reverse("desk:quote_send", args=[version.quote.public_id])


@pytest.mark.parametrize("where", [{"discount_percent": "100"}, {}])
def test_all_of_it_off_is_a_gift_that_has_to_be_approved(
    client: Client, manager: User, lead: Lead, where: dict[str, str]
) -> None:
    draft = make_draft(lead, manager, now=NOW)
    row = OVEN if where else {**OVEN, "discount_percent": "100"}

    saved = save(client, draft, row, **where)

    assert saved.status_code == 200
    assert "Total 0 USD" in words(saved.content, "quote-sum")[0]
    refused = client.post(sending(client, draft))
    assert refused.status_code == 422
    assert "more than its author may give" in words(refused.content, "alert")[0]
    QuoteVersion.objects.update(needs_approval=False)
    assert client.post(sending(client, draft)).status_code == 302
    gift = QuoteVersion.objects.get()
    assert (gift.state, gift.total, gift.off, gift.quote.off) == ("sent", 0, 100, 100)


@pytest.mark.parametrize(
    ("currency", "price", "total"),
    [
        ("JPY", "100.5", "Net 202 Tax 10 % on 202 20 Total 222 JPY"),
        ("KWD", "100.5555", "Net 201.112 Tax 10 % on 201.112 20.111 Total 221.223 KWD"),
        ("USD", "100.555", "Net 201.12 Tax 10 % on 201.12 20.11 Total 221.23 USD"),
    ],
)
def test_a_currency_is_rounded_to_what_it_has(
    client: Client, manager: User, lead: Lead, currency: str, price: str, total: str
) -> None:
    draft = make_draft(lead, manager, now=NOW)
    row = {"title": "Oven", "quantity": "1", "unit_price": price, "taxes": "10"}
    saved = save(client, draft, row, row, currency=currency)
    assert words(saved.content, "quote-sum") == [total]
    stored = QuoteVersion.objects.get()
    assert stored.net == sum(each.net for each in stored.lines.all())
    assert stored.total == stored.net + stored.tax
    pdf = client.get(reverse("desk:quote_pdf", args=[draft.quote.public_id])).content
    assert total.rsplit(" ", 2)[1] in read_pdf(pdf).squeezed


def test_a_tax_that_changes_between_draft_and_sending_is_told_and_changes_nothing(
    client: Client, manager: User, lead: Lead
) -> None:
    vat = Tax.objects.create(name="VAT", percent=D(20))
    oven = ProductFactory(name="Oven")
    oven.taxes.add(vat)
    own = line("Own words", 10, taxes=(D(5),))
    draft = make_draft(lead, manager, line("Oven", 100, taxes=(D(20),), product=oven), own, now=NOW)
    assert words(client.get(sending(client, draft)).content, "alert") == []

    replace_tax(tax_id=vat.pk, draft=TaxDraft(name="VAT", percent=D(18)), actor=SYSTEM)

    (told,) = words(client.get(sending(client, draft)).content, "alert")
    assert told.startswith("Taxes have changed in the catalogue since these lines were written.")
    assert told.endswith("Oven: 20 % → 18 %")
    assert client.post(sending(client, draft)).status_code == 302
    sent = QuoteVersion.objects.get()
    assert (sent.state, sent.taxes) == ("sent", [["5", "10.00", "0.50"], ["20", "100.00", "20.00"]])
    assert sent.total == D("130.5")


def test_a_product_that_is_gone_leaves_old_quotes_as_they_are(
    client: Client, manager: User, lead: Lead
) -> None:
    oven = ProductFactory(name="Oven", code="OV-1")
    version = make_sent(lead, manager, line("Oven, black", 100, product=oven), now=NOW)
    oven.delete()

    assert "Oven, black" in sheet(client, version)
    page = Client().get(f"/q/{version.token}/")
    assert (page.status_code, words(page.content, "net")) == (200, ["100"])
    client.post(reverse("desk:quote_next", args=[version.quote.public_id]))
    newer = QuoteVersion.objects.get(version=2)
    rows = json.loads(attributes(sheet(client, newer).encode(), "#quote-lines", "data-lines")[0])
    assert [(row["title"], row["product"], row["unit_price"]) for row in rows] == [("Oven, black", "", "100")]
    assert save(client, newer, *rows).status_code == 200
    assert client.post(sending(client, newer)).status_code == 302
    assert client.get(f"/q/{version.token}/").headers["Location"].startswith(f"/q/{newer.token}/")


def test_a_product_that_goes_while_somebody_writes_leaves_the_words(
    client: Client, manager: User, lead: Lead
) -> None:
    oven = ProductFactory(name="Oven")
    draft = make_draft(lead, manager, now=NOW)
    row = {**OVEN, "product": str(oven.public_id)}
    oven.delete()
    assert save(client, draft, row).status_code == 200
    (kept,) = QuoteVersion.objects.get().lines.all()
    assert (kept.title, kept.product) == ("Oven", None)


@pytest.fixture
def program(manager: User) -> Program:
    manager.role = Role.ADMIN
    manager.save()
    return make_program(person=manager)


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"quantity": "0"}, "/lines/0/quantity"),
        ({"quantity": "-1"}, "/lines/0/quantity"),
        ({"quantity": "1" * 19}, "/lines/0/quantity"),
        ({"quantity": "0.0000001"}, "/lines/0/quantity"),
        ({"unit_price": "1" * 19}, "/lines/0/unit_price"),
        ({"unit_price": "NaN"}, "/lines/0/unit_price"),
        ({"discount_percent": "100.001"}, "/lines/0/discount_percent"),
        ({"discount_percent": "-1"}, "/lines/0/discount_percent"),
        ({"taxes": ["-1"]}, "/lines/0/taxes"),
        ({"unit_price": "9" * 14, "quantity": "9" * 11}, "/lines"),
    ],
)
def test_a_program_learns_which_number_cannot_be(
    program: Program, lead: Lead, change: dict[str, Any], path: str
) -> None:
    oven = {"title": "Oven", "quantity": "2", "unit_price": "100", "taxes": ["20"]}
    body = {"lead": str(lead.public_id), "lines": [{**oven, **change}]}
    refused = program.post("quotes/", body, expect=400)
    assert refused["errors"][0]["path"].startswith(path)
    assert refused["errors"][0]["message"]
    assert not QuoteVersion.objects.exists()


def test_a_program_may_give_everything_off_and_its_person_answers_for_it(
    program: Program, lead: Lead
) -> None:
    lines = [{"title": "Oven", "unit_price": "100", "discount_percent": "100", "taxes": ["20"]}]
    made = program.post("quotes/", {"lead": str(lead.public_id), "lines": lines, "currency": "JPY"})
    assert made["total"] == {"amount": "0.00", "currency": "JPY"}
