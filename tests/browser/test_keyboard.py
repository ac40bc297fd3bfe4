"""The keys of the help (`?`) in a real browser: a day's work without a mouse."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.desk import context, settled
from tests.stack import RunningStack

pytestmark = [pytest.mark.browser, pytest.mark.services, pytest.mark.xdist_group("stack")]


@pytest.fixture
def page(browser: Browser, signed_in: Any) -> Iterator[Page]:
    working = context(browser, storage_state=signed_in)
    yield working.new_page()
    working.close()


@pytest.fixture
def inbox(page: Page, product: RunningStack) -> Page:
    page.goto(f"{product.url}/inbox/?queue=all")
    return settled(page)


@pytest.fixture
def board(page: Page, product: RunningStack) -> Page:
    page.goto(f"{product.url}/pipeline/")
    return settled(page)


def test_j_and_k_go_through_the_list(inbox: Page) -> None:
    rows = inbox.locator("#rows .row-link")
    names = [rows.nth(place).locator(".row-name .clip").inner_text() for place in range(3)]
    for key, place in (("j", 0), ("j", 1), ("j", 2), ("k", 1), ("k", 0), ("k", 0)):
        inbox.keyboard.press(key)
        expect(rows.nth(place)).to_have_attribute("aria-current", "true")
        expect(inbox.locator("#thread-head h2")).to_have_text(names[place])
    expect(inbox.locator("#rows [aria-current=true]")).to_have_count(1)


def test_r_n_and_a_reach_what_they_name(inbox: Page) -> None:
    inbox.keyboard.press("j")
    text = inbox.locator("#composer-text")
    expect(text).to_be_visible()
    inbox.keyboard.press("r")
    expect(text).to_be_focused()
    expect(inbox.locator("#composer-form")).to_have_attribute("data-mode", "reply")
    inbox.keyboard.type("jane")
    expect(text).to_have_value("jane")
    inbox.keyboard.press("Escape")
    expect(text).not_to_be_focused()
    inbox.keyboard.press("n")
    expect(text).to_be_focused()
    expect(inbox.get_by_label("Note", exact=True)).to_be_checked()
    expect(inbox.get_by_role("button", name="Add note")).to_be_visible()
    inbox.keyboard.press("Escape")
    inbox.keyboard.press("a")
    expect(inbox.locator("#assign-select")).to_be_focused()


def test_a_note_is_written_and_the_conversation_resolved(inbox: Page) -> None:
    inbox.keyboard.press("j")
    expect(inbox.locator("#composer-text")).to_be_visible()
    inbox.keyboard.press("n")
    inbox.keyboard.type("Likes oak.")
    inbox.keyboard.press("Enter")
    note = inbox.locator("#messages > .is-note").last
    expect(note.locator(".bubble p")).to_have_text("Likes oak.")
    expect(inbox.locator("#composer-text")).to_have_value("")
    inbox.keyboard.press("Escape")
    inbox.keyboard.press("e")
    expect(inbox.get_by_role("button", name="Reopen")).to_be_visible()
    inbox.get_by_role("button", name="Reopen").click()
    expect(inbox.get_by_role("button", name="Resolve", exact=True)).to_be_visible()


def test_the_slash_finds_in_the_list(inbox: Page) -> None:
    inbox.keyboard.press("/")
    expect(inbox.locator("#inbox-search")).to_be_focused()
    inbox.keyboard.type("arman")
    expect(inbox.locator("#rows .row-name .clip")).to_have_text(["Արման Հակոբյան"])


def test_the_help_names_the_keys(inbox: Page) -> None:
    inbox.keyboard.press("?")
    help_ = inbox.get_by_role("dialog", name="Keyboard shortcuts")
    expect(help_).to_be_visible()
    for key in ("j", "k", "r", "n", "a", "e", "m", "/", "?", "Ctrl K"):
        expect(help_.locator("kbd").filter(has_text=re.compile(rf"^{re.escape(key)}$")).first).to_be_visible()
    inbox.keyboard.press("Escape")
    expect(help_).to_be_hidden()


@pytest.mark.parametrize("chord", ["Control+k", "Meta+k"])
def test_the_palette_goes_everywhere(inbox: Page, chord: str) -> None:
    inbox.keyboard.press(chord)
    expect(inbox.locator("#palette-input")).to_be_focused()
    inbox.keyboard.type("scoring")
    hit = inbox.locator("#palette-results a").first
    expect(hit).to_contain_text("Scoring")
    expect(hit).to_have_attribute("aria-selected", "true")
    inbox.keyboard.press("Enter")
    expect(inbox).to_have_url(re.compile("/settings/scoring/$"))


def test_the_palette_finds_a_person(inbox: Page) -> None:
    inbox.keyboard.press("Control+k")
    inbox.keyboard.type("hakobyan")
    expect(inbox.locator("#palette-results a").filter(has_text="Արման Հակոբյան").first).to_be_visible()
    inbox.keyboard.press("Escape")
    expect(inbox.locator("#palette")).to_be_hidden()


def test_m_moves_a_card_by_the_first_letters_of_a_stage(board: Page, product: RunningStack) -> None:
    columns = board.locator("section.column")
    card = columns.nth(0).locator(".card-lead").first
    number = str(card.get_attribute("id"))
    card.locator("h3 a").focus()
    board.keyboard.press("m")
    expect(board.locator("#stage-typed")).to_be_focused()
    board.keyboard.type("offer")
    expect(board.locator("#stage-choices button:visible")).to_have_text(["Offer sent"])
    board.keyboard.press("Enter")
    expect(columns.nth(2).locator(f"#{number}")).to_be_visible()
    expect(board.locator("#modal")).to_be_hidden()
    stage = product.query(
        "SELECT s.name FROM crm_lead l JOIN crm_stage s ON s.id = l.stage_id WHERE l.id = %s",
        int(number.removeprefix("card-")),
    )
    assert stage == [("Offer sent",)]
    board.get_by_role("button", name="Undo").click()
    expect(columns.nth(0).locator(f"#{number}")).to_be_visible()


def test_the_slash_filters_the_board(board: Page) -> None:
    board.keyboard.press("/")
    expect(board.locator("#filter-search")).to_be_focused()
    board.keyboard.type("hakobyan")
    expect(board.locator(".card-lead", has_not_text="Հակոբյան")).to_have_count(0)
    expect(board.locator(".card-lead", has_text="Արման Հակոբյան").first).to_be_visible()
