"""An admin teaches a goal, changes a follow-up and switches the monthly review, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from tests.browser.desk import PHONE, context, settled
from tests.stack import RunningStack

pytestmark = [pytest.mark.browser, pytest.mark.services, pytest.mark.xdist_group("stack")]

PHRASE = "what would the whole lot set me back"
WORDS = "Hello, {name}! Shall we go on with your kitchen?"


@pytest.fixture
def admin(browser: Browser, signed_in: Any) -> Iterator[BrowserContext]:
    working = context(browser, storage_state=signed_in)
    yield working
    working.close()


def test_a_goal_is_taught_and_forgets(product: RunningStack, admin: BrowserContext) -> None:
    teaches(admin, product.url)


def test_a_follow_up_is_changed_and_published(product: RunningStack, admin: BrowserContext) -> None:
    changes(admin, product.url)


def test_the_monthly_review_is_switched_on_a_phone(
    product: RunningStack, browser: Browser, signed_in: Any
) -> None:
    working = context(browser, storage_state=signed_in, viewport=PHONE)
    switches(working, product.url)
    working.close()


def teaches(admin: BrowserContext, url: str) -> None:
    page = admin.new_page()
    page.goto(f"{url}/settings/goals/price/")
    phrases = page.locator("#phrases")
    phrases.get_by_label("Phrase").fill(PHRASE)
    phrases.get_by_role("button", name="Teach it").click()
    expect(phrases.get_by_text(PHRASE)).to_be_visible()
    settled(page).reload()
    phrases.get_by_role("button", name=f"Remove “{PHRASE}”").click()
    expect(phrases.get_by_text(PHRASE)).to_have_count(0)


def changes(admin: BrowserContext, url: str) -> None:
    page = admin.new_page()
    page.goto(f"{url}/settings/follow-ups/")
    page.get_by_role("link", name="Questions left unanswered").click()
    form = page.locator("#followup-form")
    form.get_by_label("On a yes").select_option(label="The link to what is to be paid")
    first = form.locator(".followup-step").first.get_by_label("English")
    first.fill(WORDS)
    settled(page)
    form.get_by_role("button", name="Publish").click()
    expect(page.locator("#followup-form, body").get_by_text("Hello,").first).to_be_attached()
    settled(page).reload()
    expect(form.locator(".followup-step").first.get_by_label("English")).to_have_value(WORDS)
    expect(form.get_by_label("On a yes")).to_have_value("payment")


def switches(working: BrowserContext, url: str) -> None:
    page = working.new_page()
    page.goto(f"{url}/settings/goals/unclear/")
    reviews = page.locator("#reviews")
    reviews.get_by_role("button", name="Switch off").click()
    expect(reviews.get_by_text("Nobody is reminded to look here.")).to_be_visible()
    reviews.get_by_role("button", name="Switch on").click()
    expect(reviews.get_by_text("On the first morning of each month")).to_be_visible()
