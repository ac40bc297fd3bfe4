"""An admin builds a price and tries it before it counts, by mouse and by keys."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.desk import context, settled
from tests.browser.test_accessibility import grave
from tests.stack import RunningStack

pytestmark = [pytest.mark.browser, pytest.mark.services, pytest.mark.xdist_group("stack")]
SOON = 25_000
"""Milliseconds within which an answer has to follow, on a machine that is busy with other tests."""
ORDER = re.compile("/price/order/$")


@pytest.fixture
def admin(browser: Browser, signed_in: Any) -> Iterator[BrowserContext]:
    working = context(browser, storage_state=signed_in)
    yield working
    working.close()


@pytest.fixture
def kitchen(admin: BrowserContext, product: RunningStack) -> Page:
    """The page of a product whose price follows from the metres and the time to start."""
    ((public_id,),) = product.query("SELECT public_id::text FROM crm_product WHERE code = 'KITCHEN'")
    page = admin.new_page()
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(f"{product.url}/settings/catalogue/products/{public_id}/")
    return settled(page)


def test_a_surcharge_is_built_tried_moved_and_deleted(kitchen: Page, product: RunningStack) -> None:
    page, tried = kitchen, kitchen.locator("#try-out")
    expect(tried).to_contain_text("from 630,000 AMD to 1,345,500 AMD")
    page.get_by_label("Length, metres").fill("4")
    page.get_by_label("Time to start").fill("30")
    expect(tried.locator(".h2")).to_have_text("840,000 AMD", timeout=SOON)

    page.get_by_role("button", name="Add a surcharge").click()
    form = page.locator("#part-surcharges-new")
    form.get_by_label("English").fill("Small kitchen")
    form.get_by_label("How much").fill("5")
    form.get_by_label("What", exact=True).select_option(label="Length, metres")
    operators = form.get_by_label("Comparison")
    expect(operators.locator("option").filter(has_text="is at most").first).to_be_attached(timeout=SOON)
    operators.select_option(label="is at most")
    settled(page)
    form.get_by_label("Value").fill("4")
    said = form.locator(".part-said")
    expect(said).to_contain_text("Small kitchen: 5 %, if Length, metres is at most 4", timeout=SOON)
    expect(tried.locator(".h2")).to_have_text("882,000 AMD", timeout=SOON)
    expect(tried).to_contain_text("with what is not saved yet")
    assert grave(page.main_frame) == []

    form.get_by_role("button", name="Save", exact=True).click()
    made = page.locator("#part-surcharges-small_kitchen")
    expect(made).to_contain_text("Small kitchen: 5 %, if Length, metres is at most 4", timeout=SOON)
    expect(tried).not_to_contain_text("with what is not saved yet", timeout=SOON)
    expect(tried.locator(".h2")).to_have_text("882,000 AMD")

    with page.expect_response(ORDER):
        made.get_by_role("button", name="Move Small kitchen up").focus()
        page.keyboard.press("Enter")
    stored = "SELECT rules->'surcharges'->0->>'key' FROM crm_product WHERE code = 'KITCHEN'"
    assert product.query(stored) == [("small_kitchen",)]
    made.get_by_role("button", name="Delete Small kitchen").click()
    expect(made).to_have_count(0, timeout=SOON)
    assert product.query(stored) == [("rush",)]


def test_the_second_of_two_sees_what_the_first_did(
    kitchen: Page, admin: BrowserContext, product: RunningStack
) -> None:
    other = admin.new_page()
    other.goto(kitchen.url)
    settled(other)
    for page in (kitchen, other):
        page.locator("#part-base").get_by_role("button", name="Change Price of a unit").click()
        expect(page.locator("form#part-base")).to_be_visible(timeout=SOON)
    other.get_by_label("At least").fill("610000")
    other.locator("form#part-base").get_by_role("button", name="Save", exact=True).click()
    expect(other.locator("#part-base")).to_contain_text("At least 610,000 AMD.", timeout=SOON)

    kitchen.get_by_label("At least").fill("600000")
    form = kitchen.locator("form#part-base")
    form.get_by_role("button", name="Save", exact=True).click()
    told = form.get_by_role("alert")
    expect(told).to_contain_text("Ani Sargsyan has changed", timeout=SOON)
    expect(told).to_contain_text("At least 610,000 AMD.")
    expect(kitchen.get_by_label("At least")).to_have_value("600000")
    form.get_by_role("button", name="Save", exact=True).click()
    expect(kitchen.locator("div#part-base")).to_contain_text("At least 600,000 AMD.", timeout=SOON)
    assert product.query("SELECT rules->>'minimum' FROM crm_product WHERE code = 'KITCHEN'") == [("600000",)]


def test_a_quote_in_another_currency_takes_the_rate_visibly(
    admin: BrowserContext, product: RunningStack
) -> None:
    """Without a rate there is no price; with one the line shows it, and another rate makes another price."""
    ((lead,),) = product.query("SELECT public_id::text FROM crm_lead ORDER BY id LIMIT 1")
    page = admin.new_page()
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(f"{product.url}/leads/{lead}/")
    begin = "lead => { htmx.ajax('POST', '/quotes/new/', {values: {lead}, swap: 'none'}) }"
    settled(page).evaluate(begin, lead)
    page.wait_for_url(re.compile("/quotes/[0-9a-f-]{36}/$"), timeout=SOON)
    settled(page)
    change_currency(page, "AMD")
    page.get_by_role("button", name="Add a line").click()
    line = page.locator("[data-line]").last
    line.get_by_label("Title").press_sequentially("care")
    page.get_by_role("option", name=re.compile("Care kit")).click(timeout=SOON)
    price, rate = line.get_by_label("Price"), line.get_by_label("Exchange rate of this line")
    expect(price).to_have_value("12000")
    expect(rate).to_be_hidden()

    change_currency(page, "USD")
    expect(price).to_have_value("", timeout=SOON)
    expect(line.get_by_role("link", name="Settings, exchange rates")).to_be_visible()
    change_currency(page, "AMD")
    expect(price).to_have_value("12000", timeout=SOON)

    enter_rate(admin.new_page(), product, "0.0026")
    change_currency(page, "USD")
    expect(price).to_have_value("31.2", timeout=SOON)
    expect(rate).to_have_value("0.0026")
    expect(line).to_contain_text("12000 AMD")
    assert grave(page.main_frame) == []
    rate.fill("0.0025")
    expect(price).to_have_value("30", timeout=SOON)
    price.fill("29")
    expect(rate).to_be_hidden()


def enter_rate(page: Page, product: RunningStack, rate: str) -> None:
    """From drams to dollars, from today on."""
    page.goto(f"{product.url}/settings/catalogue/rates/")
    settled(page).get_by_role("button", name="Add a rate").click()
    dialog = page.locator("#modal-body")
    dialog.get_by_label("One unit of").select_option("AMD")
    dialog.get_by_label("In").select_option("USD")
    dialog.get_by_label("Costs").fill(rate)
    dialog.get_by_role("button", name="Save").click()
    expect(page.locator("#rates-list")).to_contain_text(f"1 AMD = {rate} USD", timeout=SOON)


def change_currency(page: Page, code: str) -> None:
    currency = page.locator("#quote-form [name=currency]")
    currency.fill(code)
    currency.blur()
