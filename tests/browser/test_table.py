"""The table of leads in a real browser: cells edited by keyboard alone, columns chosen, a view saved."""

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
def page(browser: Browser, signed_in: Any) -> Iterator[Page]:
    working = context(browser, storage_state=signed_in)
    yield working.new_page()
    working.close()


@pytest.fixture
def table(page: Page, product: RunningStack) -> Page:
    page.goto(f"{product.url}/leads/?sort=title")
    return settled(page)


def open_lead(page: Page, number: int) -> Locator:
    """A line of a lead that is neither won nor lost."""
    found = page.locator("#leads-table tbody tr:has(.stage-open)").nth(number)
    return page.locator(f"#{found.get_attribute('id')}")


def cell(line: Locator, column: str) -> Locator:
    return line.locator(f"td[data-column={column}]")


def test_cells_are_walked_and_edited_without_a_mouse(table: Page) -> None:
    line = open_lead(table, 0)
    cell(line, "title").focus()
    table.keyboard.press("ArrowRight")
    expect(cell(line, "contact")).to_be_focused()
    table.keyboard.press("ArrowLeft")

    table.keyboard.press("F2")
    expect(line.get_by_role("textbox", name="Lead")).to_be_focused()
    table.keyboard.type("Something else")
    table.keyboard.press("Escape")
    expect(cell(line, "title")).to_be_focused()
    expect(cell(line, "title")).not_to_contain_text("Something else")

    table.keyboard.press("Enter")
    expect(line.get_by_role("textbox", name="Lead")).to_be_focused()
    table.keyboard.type("Shelves by the window")
    table.keyboard.press("Tab")
    expect(line.get_by_role("combobox", name="Stage")).to_be_focused()
    expect(cell(line, "title")).to_have_text("Shelves by the window")
    table.keyboard.press("Tab")
    expect(line.get_by_role("combobox", name="Owner")).to_be_focused()
    table.keyboard.press("Tab")
    amount = line.get_by_role("spinbutton", name="Value")
    expect(amount).to_be_focused()
    amount.fill("-5")
    table.keyboard.press("Enter")
    expect(line.get_by_text("greater than or equal to 0")).to_be_visible()
    expect(amount).to_have_value("-5")
    amount.fill("1250")
    table.keyboard.press("Enter")
    expect(cell(line, "value")).to_have_text("1,250 AMD")
    expect(cell(line, "value")).to_be_focused()


def test_a_stage_asks_why_a_lead_was_lost(table: Page) -> None:
    line = open_lead(table, 1)
    cell(line, "stage").click()
    line.get_by_role("combobox", name="Stage").select_option("Lost")
    table.keyboard.press("Enter")
    dialog = table.locator("#modal")
    expect(dialog.get_by_role("heading")).to_contain_text("lost?")
    dialog.get_by_role("button", name="Keep the lead").click()
    expect(cell(line, "stage").locator(".chip")).not_to_have_text("Lost")

    cell(line, "stage").click()
    line.get_by_role("combobox", name="Stage").select_option("Lost")
    table.keyboard.press("Enter")
    dialog.locator("input[name=reason]").first.check()
    dialog.get_by_role("button", name="Mark as lost").click()
    expect(cell(line, "stage").locator(".chip")).to_have_text("Lost")


def test_what_a_colleague_wrote_meanwhile_is_not_overwritten(
    table: Page, browser: Browser, signed_in: Any
) -> None:
    line = open_lead(table, 2)
    place = f"#{line.get_attribute('id')}"
    other_context = context(browser, storage_state=signed_in)
    other = other_context.new_page()
    other.goto(table.url)
    cell(line, "title").focus()
    table.keyboard.press("F2")
    expect(line.get_by_role("textbox", name="Lead")).to_be_focused()

    there = settled(other).locator(place)
    cell(there, "title").focus()
    other.keyboard.press("F2")
    expect(there.get_by_role("textbox", name="Lead")).to_be_focused()
    other.keyboard.type("Theirs")
    other.keyboard.press("Enter")
    expect(cell(there, "title")).to_have_text("Theirs")
    other_context.close()

    table.keyboard.type("Ours")
    table.keyboard.press("Enter")
    expect(line.get_by_role("alert")).to_contain_text("Now: Theirs")
    expect(line.get_by_role("textbox", name="Lead")).to_have_value("Ours")
    table.keyboard.press("Enter")
    expect(cell(line, "title")).to_have_text("Ours")


def test_columns_are_chosen_and_ordered_by_keyboard(table: Page) -> None:
    table.locator("#columns-open").press("Enter")
    dialog = table.locator("#modal")
    score = dialog.get_by_role("checkbox", name="Score")
    score.press("Space")
    dialog.get_by_role("checkbox", name="Contact").press("Space")
    for place in (3, 4):
        down = dialog.get_by_role("button", name="Stage: further down", exact=True)
        down.press("Enter")
        expect(dialog.locator(".form-check-label").nth(place)).to_have_text("Stage")
        expect(down).to_be_focused()
    dialog.get_by_role("button", name="Save", exact=True).last.press("Enter")
    heads = table.locator("#leads-table thead th")
    expect(heads).to_have_text(
        [
            "Choose",
            "Lead",
            "Owner",
            "Value",
            "Stage",
            "Grade",
            "Next step",
            "In stage",
            "Last message",
            "Score",
        ]
    )
    table.reload()
    expect(heads.nth(4)).to_have_text("Stage")


def test_a_view_is_saved_and_stands_as_a_tab(table: Page) -> None:
    good = table.get_by_role("link", name="A or B")
    good.click()
    expect(good).to_have_attribute("aria-current", "true")
    settled(table).get_by_role("link", name="Value", exact=True).click()
    expect(table.locator("th[aria-sort=descending]")).to_have_text("Value")
    table.get_by_role("button", name="Views").click()
    table.get_by_role("button", name="Save this list as a view").click()
    table.get_by_label("Name", exact=True).fill("Best first")
    table.keyboard.press("Enter")
    tab = table.get_by_role("link", name="Best first").first
    expect(tab).to_have_attribute("aria-current", "page")
    expect(table).to_have_url(re.compile("view="))
    expect(table.locator("th[aria-sort=descending]")).to_have_text("Value")
    expect(table.locator(".grade-C, .grade-D")).to_have_count(0)


def test_on_a_phone_the_lines_fit(page: Page, product: RunningStack) -> None:
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    page.goto(f"{product.url}/leads/")
    settled(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    wide = page.locator("#leads-table tbody tr").first.bounding_box()
    assert wide is not None
    assert wide["width"] <= PHONE["width"]
