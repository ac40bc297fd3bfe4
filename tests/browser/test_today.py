"""A salesperson's day in a real browser, by the keyboard: steps done, put off, calls logged, and taken back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.desk import PHONE, context, settled
from tests.stack import RunningStack

pytestmark = [pytest.mark.browser, pytest.mark.services, pytest.mark.xdist_group("stack")]


@pytest.fixture
def today(browser: Browser, signed_in: Any, product: RunningStack) -> Iterator[Page]:
    working = context(browser, storage_state=signed_in)
    page = working.new_page()
    page.goto(f"{product.url}/today/")
    yield settled(page)
    working.close()


def to_row(page: Page, section: str) -> Locator:
    """Go down by `j` until a row of that list is under focus; the row."""
    focused = page.locator(f".today-{section} .today-row:has(.today-open:focus)")
    for _step in range(60):
        page.keyboard.press("j")
        if focused.count():
            return page.locator(f'[data-row="{focused.get_attribute("data-row")}"]')
    raise AssertionError(f"No row of {section} was reached")


def test_a_step_is_done_by_one_key_and_taken_back(today: Page) -> None:
    row = to_row(today, "overdue")
    words, key = row.locator(".today-open").inner_text(), row.get_attribute("data-row")
    same = today.locator(f'[data-row="{key}"]')

    today.keyboard.press("d")

    dialog = today.locator("#modal")
    expect(dialog.locator(".modal-title")).to_have_text("What is next?")
    expect(dialog.locator(".told")).to_contain_text(f"Done: {words}")
    expect(same.locator(".step-done")).to_have_count(0)
    dialog.locator(".told-undo").click()
    expect(dialog).not_to_be_visible()
    expect(same.locator(".today-open")).to_have_text(words)


def test_a_call_is_two_clicks_and_the_next_step_a_third(today: Page) -> None:
    row = to_row(today, "none")
    key = row.get_attribute("data-row")
    title = row.locator(".today-open").inner_text()

    today.keyboard.press("l")
    dialog = today.locator("#modal")
    expect(dialog.locator(".modal-title")).to_have_text("Log a call")
    dialog.get_by_role("button", name="No answer").click()

    expect(dialog.locator(".told")).to_contain_text("Call logged: No answer")
    expect(dialog.get_by_label("What happens next")).to_have_value("Call again")
    dialog.get_by_role("button", name=re.compile("^Tomorrow")).click()
    expect(dialog).not_to_be_visible()
    expect(today.locator(f'[data-row="{key}"]')).to_have_count(0)
    toast = today.locator(".toast-line").last
    expect(toast).to_contain_text("Next: Call again, tomorrow 10:00")
    toast.get_by_role("button", name="Undo").click()
    # Nobody was reached and nothing is planned: now it is a call to return.
    expect(today.locator(".today-calls .today-what", has_text=title)).to_have_count(1)


def test_putting_off_is_two_clicks_with_an_undo(today: Page) -> None:
    row = to_row(today, "overdue")
    key = row.get_attribute("data-row")

    row.get_by_role("button", name=re.compile("^Put off")).click()
    row.get_by_role("button", name=re.compile("^Tomorrow")).click()

    same = today.locator(f'.today-overdue [data-row="{key}"]')
    expect(same).to_have_count(0)
    today.locator(".toast-line").last.get_by_role("button", name="Undo").click()
    expect(same).to_have_count(1)


def test_enter_opens_and_the_phone_shows_everything(today: Page, product: RunningStack) -> None:
    to_row(today, "overdue")
    today.keyboard.press("Enter")
    expect(today).to_have_url(re.compile("/leads/"))
    today.set_viewport_size(PHONE)
    today.goto(f"{product.url}/today/")
    settled(today)
    wide = today.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    assert not wide
    expect(today.locator(".today-overdue .dropdown-toggle").first).to_be_visible()
