"""A flow is edited, tried out with the clock in hand, published, and met by a visitor (issue 6, acceptance 5)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.browser.chat import Widget
from tests.browser.desk import PHONE, context, settled
from tests.stack import RunningStack

pytestmark = [pytest.mark.browser, pytest.mark.services, pytest.mark.xdist_group("stack")]

SOON = 25_000
FLOW = "/settings/flows/first_answer/"
NOON = "2027-03-01T12:00"
"""A Monday, far from quiet hours."""
GREETING = "Good day from the new script!"


@pytest.fixture
def admin(browser: Browser, signed_in: Any) -> Iterator[BrowserContext]:
    working = context(browser, storage_state=signed_in)
    yield working
    working.close()


def company_said(page: Page) -> Locator:
    return page.locator("#tryout .tryout-message.is-flow .tryout-bubble")


def test_edit_try_publish_and_meet_it(product: RunningStack, admin: BrowserContext, browser: Browser) -> None:
    page = admin.new_page()
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(f"{product.url}{FLOW}")
    settled(page)

    page.locator("#tryout-starts").fill(NOON)
    expect(page.locator(".tryout-head")).to_contain_text("12:00", timeout=SOON)
    page.locator("#tryout-text").fill("Hello")
    page.locator("#tryout-text").press("Enter")
    expect(company_said(page)).to_have_count(1, timeout=SOON)
    expect(company_said(page)).not_to_contain_text(GREETING)

    page.locator("#open-greet").click()
    page.locator("#edit-greet textarea[name$=en]").first.fill(GREETING)
    page.locator("#edit-greet form button[type=submit]").click()
    expect(page.locator("#bar")).to_contain_text("Draft v2", timeout=SOON)

    # The chat beside it plays the draft by itself, from its beginning.
    expect(company_said(page)).to_contain_text(GREETING, timeout=SOON)
    expect(page.locator(".tryout-head")).to_contain_text("Draft 2")
    page.get_by_role("button", name="+45 minutes").click()
    expect(company_said(page)).to_have_count(2, timeout=SOON)
    page.locator("#tryout-language").select_option("ru")
    expect(company_said(page).first).not_to_contain_text(GREETING, timeout=SOON)
    page.locator("#tryout-language").select_option("")
    expect(company_said(page).first).to_contain_text(GREETING, timeout=SOON)
    page.locator("#tryout .tryout-meta button").first.click()
    expect(page.locator(".is-marked-step")).to_have_count(1)

    page.locator("#bar").get_by_role("button", name="Publish").click()
    expect(page.locator("#bar")).to_contain_text("Version 2 is in use", timeout=SOON)

    visiting = context(browser)
    visitor = visiting.new_page()
    visitor.goto(f"{product.url}/demo/?lang=en")
    widget = Widget(visitor).open()
    widget.say("Hello")
    expect(widget.theirs.first).to_contain_text(re.compile(re.escape(GREETING)), timeout=SOON)
    visiting.close()

    page.reload()
    expect(page.locator("#dropoff-goal .chip")).to_have_text("0/1", timeout=SOON)


def test_it_is_used_by_keyboard_on_a_phone(product: RunningStack, browser: Browser, signed_in: Any) -> None:
    working = context(browser, storage_state=signed_in, viewport=PHONE)
    page = working.new_page()
    page.goto(f"{product.url}{FLOW}try/")
    settled(page)
    page.locator("#tryout-text").focus()
    page.keyboard.type("Hello")
    page.keyboard.press("Enter")
    expect(company_said(page)).to_have_count(1, timeout=SOON)
    expect(page.locator("#tryout-text")).to_be_focused()
    expect(page.locator("#tryout-said")).not_to_be_empty()
    page.locator("#tap-1").focus()
    page.keyboard.press("Enter")
    expect(company_said(page)).to_have_count(2, timeout=SOON)
    too_wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert too_wide <= 0
    working.close()
