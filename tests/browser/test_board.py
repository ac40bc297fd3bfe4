"""What only a browser shows of the board: the panel over it, its address, the keys, the filter that is built."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.desk import PHONE, context, settled
from tests.browser.test_accessibility import grave
from tests.stack import RunningStack

pytestmark = [pytest.mark.browser, pytest.mark.services, pytest.mark.xdist_group("stack")]


@pytest.fixture
def page(browser: Browser, signed_in: Any) -> Iterator[Page]:
    working = context(browser, storage_state=signed_in, viewport={"width": 1440, "height": 500})
    yield working.new_page()
    working.close()


@pytest.fixture
def board(page: Page, product: RunningStack) -> Page:
    page.goto(f"{product.url}/pipeline/")
    return settled(page)


def asked(page: Page) -> dict[str, str]:
    return {name: value for name, (value,) in parse_qs(urlsplit(page.url).query).items()}


def scroll_of(page: Page, column: int) -> int:
    return int(page.locator(".cards").nth(column).evaluate("list => list.scrollTop"))


def test_a_card_opens_over_the_board_that_stays_as_it_is(board: Page) -> None:
    cards = board.locator(".cards").nth(1)
    cards.evaluate("list => { list.scrollTop = 120; }")
    before, plain = scroll_of(board, 1), board.url
    assert before > 0
    card = cards.locator(".card-lead").nth(2)
    title = card.locator("h3").inner_text()

    card.click()
    panel = board.locator("#lead-panel")
    expect(panel.locator(".offcanvas-title")).to_have_text(title)
    expect(card).to_have_class(re.compile("is-open"))
    assert (scroll_of(board, 1), set(asked(board))) == (before, {"lead"})

    board.go_back()
    expect(panel).to_be_hidden()
    assert (board.url, scroll_of(board, 1)) == (plain, before)
    board.go_forward()
    expect(panel.locator(".offcanvas-title")).to_have_text(title)
    board.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(card.locator("h3 a")).to_be_focused()
    expect(board).to_have_url(plain)


def test_a_link_opens_the_panel_in_its_part(board: Page, product: RunningStack) -> None:
    board.locator(".card-lead").first.click()
    expect(board.locator("#lead-panel .offcanvas-title")).to_be_visible()
    board.locator("#panel-timeline").click()
    expect(board).to_have_url(re.compile("tab=timeline"))
    address, title = board.url, board.locator("#lead-panel .offcanvas-title").inner_text()

    board.goto(f"{product.url}/today/")
    board.goto(address)

    expect(board.locator("#lead-panel .offcanvas-title")).to_have_text(title)
    expect(board.locator("#panel-timeline")).to_have_attribute("aria-current", "true")
    board.locator("[data-panel-close]").click()
    expect(board.locator("#lead-panel")).to_be_hidden()
    assert asked(board) == {}


def test_the_customer_is_answered_from_the_panel(board: Page, product: RunningStack) -> None:
    card = board.locator(".cards").nth(1).locator(".card-lead").first
    number = str(card.get_attribute("id"))
    product.query(
        "UPDATE conversations_conversation SET unread = 2, assignee_id = NULL WHERE lead_id = %s",
        int(number.removeprefix("card-")),
    )
    settled(board).reload()
    expect(board.locator(f"#{number} .dot-unread")).to_have_count(1)
    card.click()
    board.locator("#panel-chat").click()
    text = board.locator("#composer-text")
    expect(text).to_be_visible()
    expect(board.locator(f"#{number} .dot-unread")).to_have_count(0)

    text.fill("We can come on Friday.")
    board.keyboard.press("Enter")

    expect(board.locator("#messages > .is-out").last).to_contain_text("We can come on Friday.")
    expect(text).to_have_value("")
    sent = product.query(
        "SELECT m.text FROM conversations_message m JOIN conversations_conversation c ON c.id = m.conversation_id "
        "WHERE c.lead_id = %s ORDER BY m.id DESC LIMIT 1",
        int(number.removeprefix("card-")),
    )
    assert sent == [("We can come on Friday.",)]


def test_j_k_and_the_arrows_go_from_lead_to_lead(board: Page) -> None:
    first = board.locator(".cards").nth(1).locator(".card-lead")
    titles = [first.nth(place).locator("h3").inner_text() for place in range(3)]
    head = board.locator("#lead-panel .offcanvas-title")
    first.nth(0).locator("h3 a").focus()
    board.keyboard.press("ArrowDown")
    expect(first.nth(1).locator("h3 a")).to_be_focused()
    board.keyboard.press("ArrowRight")
    expect(board.locator(".cards").nth(2).locator("h3 a:focus")).to_have_count(1)
    board.keyboard.press("ArrowLeft")
    expect(first.nth(1).locator("h3 a")).to_be_focused()
    board.keyboard.press("Enter")
    expect(head).to_have_text(titles[1])
    for key, place in (("j", 2), ("k", 1), ("k", 0)):
        board.keyboard.press(key)
        expect(head).to_have_text(titles[place])
    board.go_back()
    expect(board.locator("#lead-panel")).to_be_hidden()


def test_a_filter_is_built_shown_in_words_and_taken_back(board: Page) -> None:
    everything = board.locator(".card-lead").count()
    board.keyboard.press("f")
    builder = board.locator("#filter-builder")
    expect(builder).to_be_visible()
    builder.locator(".condition-field").select_option("lead.status")
    expect(builder.locator("select[name^=value-]")).to_be_visible()
    builder.locator("select[name^=value-]").select_option("won")
    builder.get_by_role("button", name="Apply").click()

    chip = board.locator(".filter-chip.is-part")
    expect(chip).to_have_text("Outcome is Won")
    assert json.loads(asked(board)["filter"]) == {"field": "lead.status", "op": "is", "value": "won"}
    shown = board.locator(".card-lead")
    expect(board.locator(".cards").nth(0).locator(".card-lead")).to_have_count(0)
    assert 0 < shown.count() < everything
    board.go_back()
    expect(chip).to_have_count(0)
    expect(shown).to_have_count(everything)
    board.go_forward()
    expect(chip).to_have_count(1)
    chip.get_by_role("link", name="Without: Outcome is Won").click()
    expect(chip).to_have_count(0)
    assert asked(board) == {}


def test_typing_a_search_keeps_the_field_and_the_rest_of_the_filter(board: Page) -> None:
    board.get_by_role("link", name=re.compile("^A or B")).click()
    expect(board.locator(".filter-good")).to_have_attribute("aria-current", "true")
    board.keyboard.press("/")
    board.keyboard.type("brandt", delay=40)

    expect(board.locator(".card-lead")).to_have_count(1)
    expect(board.locator("#filter-search")).to_be_focused()
    expect(board.locator("#filter-search")).to_have_value("brandt")
    expect(board.locator(".filter-good")).to_have_attribute("aria-current", "true")
    assert (asked(board)["search"], "filter" in asked(board)) == ("brandt", True)


@pytest.mark.parametrize("part", ["lead", "chat", "timeline"])
@pytest.mark.parametrize("viewport", [{"width": 1440, "height": 900}, PHONE], ids=["desk", "phone"])
def test_the_board_with_its_panel_is_accessible(
    browser: Browser, signed_in: Any, product: RunningStack, part: str, viewport: Any
) -> None:
    reading = context(browser, storage_state=signed_in, viewport=viewport)
    page = reading.new_page()
    page.goto(f"{product.url}/pipeline/")
    settled(page).locator(".card-lead").first.click()
    expect(page.locator("#lead-panel .offcanvas-title")).to_be_visible()
    page.locator(f"#panel-{part}").click()
    expect(page.locator(f"#panel-{part}")).to_have_attribute("aria-current", "true")
    found = grave(settled(page).main_frame)
    width = page.locator("#lead-panel").evaluate("panel => panel.getBoundingClientRect().width")
    reading.close()

    assert found == []
    if viewport == PHONE:
        assert width == PHONE["width"]
