"""The story of the product in real browsers: a stranger writes, two open screens of a colleague follow (issue 2)."""

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
"""Milliseconds within which another screen has to follow, on a machine that is busy with other tests; ten seconds of
them pass while a colleague may still take back what was sent."""
HTML = '<img src=x onerror="document.title=1"> <b>wooden</b> handles?'


@pytest.fixture
def visitor(browser: Browser, product: RunningStack) -> Iterator[Widget]:
    visiting = context(browser)
    page = visiting.new_page()
    page.goto(f"{product.url}/demo/?lang=en")
    yield Widget(page)
    visiting.close()


@pytest.fixture
def colleague(browser: Browser, signed_in: Any) -> Iterator[BrowserContext]:
    working = context(browser, storage_state=signed_in)
    yield working
    working.close()


def newest(product: RunningStack) -> tuple[int, str, int, str]:
    """Number and address of the newest conversation, and of its lead."""
    (row,) = product.query(
        "SELECT c.id, c.public_id::text, l.id, l.public_id::text FROM conversations_conversation c"
        " JOIN crm_lead l ON l.id = c.lead_id ORDER BY c.id DESC LIMIT 1"
    )
    return row


def fact(page: Page, name: str) -> Locator:
    return (
        page.locator("#part-facts dt").filter(has_text=name).locator("xpath=following-sibling::dd[1]/button")
    )


def column_of(board: Page, card: Locator) -> Locator:
    return board.locator("section.column").filter(has=card).locator("h2")


def thread(page: Page, direction: str) -> Locator:
    return page.locator(f"#messages > .is-{direction} .bubble > p")


def test_a_stranger_becomes_a_lead_under_a_colleagues_eyes(
    product: RunningStack, visitor: Widget, colleague: BrowserContext
) -> None:
    board, inbox = colleague.new_page(), colleague.new_page()
    board.goto(f"{product.url}/pipeline/")
    inbox.goto(f"{product.url}/inbox/?queue=all")
    settled(board)
    settled(inbox)
    first_card, first_row = board.locator(".card-lead").first, inbox.locator("#rows .row-link").first
    card_before, row_before = str(first_card.get_attribute("id")), str(first_row.get_attribute("id"))

    visitor.open().say("barev, inch arji?")
    expect(visitor.theirs).to_have_text([re.compile("Ի՞նչ կցանկանայիք պատվիրել։$")], timeout=SOON)

    # Neither screen is reloaded from here on.
    expect(first_card).not_to_have_id(card_before, timeout=SOON)
    expect(first_card).to_contain_text("Web chat #")
    expect(first_row).not_to_have_id(row_before, timeout=SOON)
    expect(first_row).to_contain_text("Unknown visitor")
    expect(first_row).to_have_class(re.compile("is-unread"))
    expect(first_row.locator(".row-flow")).to_be_visible()
    number, conversation, lead, _address = newest(product)
    card, row = board.locator(f"#card-{lead}"), inbox.locator(f"#row-{number}")
    chip = card.locator("[data-why]")
    expect(chip).to_have_text("D · 0")
    expect(column_of(board, card)).to_have_text("New")

    row.click()
    expect(inbox).to_have_url(re.compile(conversation))
    expect(thread(inbox, "in")).to_have_text(["barev, inch arji?"])
    expect(row).not_to_have_class(re.compile("is-unread"), timeout=SOON)
    expect(fact(inbox, "Budget")).to_have_text("not known")

    visitor.say("budget 1.5 mln, 099 123456")
    expect(fact(inbox, "Budget")).to_have_text("1,500,000 AMD", timeout=SOON)
    expect(chip).to_have_text("B · 7", timeout=SOON)
    visitor.say("нужна кухня")
    expect(visitor.theirs.last).to_have_text(re.compile("Когда хотели бы начать\\?$"), timeout=SOON)
    expect(fact(inbox, "Interest")).to_have_text("Kitchen", timeout=SOON)
    expect(card.get_by_role("link")).to_have_text("Kitchen", timeout=SOON)
    expect(chip).to_have_text("A · 8")

    take_over(inbox, visitor)
    hand_back(inbox, visitor)

    expect(column_of(board, card)).to_have_text("Qualified", timeout=SOON)
    expect(chip).to_have_text("A · 12")
    visitor.say("Gyumri")
    expect(visitor.theirs.last).to_have_text(re.compile("Hansı Sizə uyğundur .*\\?$"), timeout=SOON)
    expect(visitor.choices).to_have_count(4)  # three times and "other times"
    book_first(visitor)
    expect(row).to_contain_text("Anna", timeout=SOON)
    expect(card).to_contain_text("Anna", timeout=SOON)
    expect(card).to_contain_text("Meeting: Showroom visit", timeout=SOON)
    expect(inbox.locator("#side")).to_contain_text("Showroom visit", timeout=SOON)
    expect(fact(inbox, "City")).to_have_text("Gyumri")

    drag(board, card, to="Offer sent")
    expect(inbox.locator(f"#stage-{lead} option:checked")).to_have_text("Offer sent", timeout=SOON)
    resolve(inbox)
    board.reload()
    expect(column_of(board, card)).to_have_text("Offer sent")
    assert product.query("SELECT title, score, grade FROM crm_lead WHERE id = %s", lead) == [
        ("Kitchen", 12, "A")
    ]


def book_first(visitor: Widget) -> None:
    """The first time of those offered is kept, then agreed on."""
    visitor.choices.first.click()
    expect(visitor.theirs.last).to_have_text(re.compile("Hansı adla qeyd edim\\?$"), timeout=SOON)
    visitor.say("Anna")
    expect(visitor.theirs.last).to_have_text(re.compile("Salona baş çəkmək.*\\?$", re.DOTALL), timeout=SOON)
    visitor.say("bəli")
    expect(visitor.theirs.last).to_have_text(re.compile("/booking/"), timeout=SOON)


def take_over(inbox: Page, visitor: Widget) -> None:
    """The colleague speaks, the flow is quiet; what the customer says meanwhile is kept as text and as facts."""
    inbox.get_by_role("button", name="Take over").click()
    expect(inbox.get_by_role("button", name="Hand back")).to_be_visible(timeout=SOON)
    inbox.locator("#composer-text").fill("Good day, this is Ani. Which handles do you like?")
    inbox.keyboard.press("Enter")
    expect(visitor.theirs.last).to_have_text(
        "Good day, this is Ani. Which handles do you like?", timeout=SOON
    )
    expect(visitor.chat.locator(".entry.theirs .author:visible").last).to_have_text("Ani Sargsyan")
    said = visitor.theirs.count()

    visitor.say(HTML)
    visitor.say("bu həftə başlaya bilərsiniz?")
    expect(thread(inbox, "in").last).to_have_text("bu həftə başlaya bilərsiniz?", timeout=SOON)
    expect(visitor.own.nth(-2)).to_have_text(HTML)
    expect(thread(inbox, "in").nth(-2)).to_have_text(HTML)
    expect(inbox.locator("#messages b, #messages p img")).to_have_count(0)
    expect(visitor.chat.locator(".log b, .log img")).to_have_count(0)
    expect(fact(inbox, "Time to start")).to_have_text("7 days", timeout=SOON)
    expect(visitor.theirs).to_have_count(said)


def hand_back(inbox: Page, visitor: Widget) -> None:
    """The flow goes on with the first question that nobody has answered."""
    inbox.get_by_role("button", name="Hand back").click()
    expect(visitor.theirs.last).to_have_text(re.compile("Uzunluq, metr\\?$"), timeout=SOON)
    expect(inbox.get_by_role("button", name="Take over")).to_be_visible(timeout=SOON)
    visitor.say("bilmirəm")
    expect(visitor.theirs.last).to_have_text(re.compile("Hansı şəhərdəsiniz\\?$"), timeout=SOON)


def drag(board: Page, card: Locator, *, to: str) -> None:
    cards = (
        board.locator("section.column").filter(has=board.get_by_role("heading", name=to)).locator(".cards")
    )
    card.drag_to(cards.locator(".card-lead").first)
    expect(column_of(board, card)).to_have_text(to)


def resolve(inbox: Page) -> None:
    inbox.get_by_role("button", name="Resolve", exact=True).click()
    expect(inbox.get_by_role("button", name="Reopen")).to_be_visible(timeout=SOON)
    expect(inbox.locator("#thread-head")).to_contain_text("Solved")


def test_both_hold_a_phone(product: RunningStack, browser: Browser, signed_in: Any) -> None:
    touch = {"viewport": PHONE, "is_mobile": True, "has_touch": True}
    visiting, working = context(browser, **touch), context(browser, storage_state=signed_in, **touch)
    page, inbox = visiting.new_page(), working.new_page()
    page.goto(f"{product.url}/demo/?lang=hy")
    inbox.goto(f"{product.url}/inbox/?queue=all")
    row = settled(inbox).locator("#rows .row-link").first
    row_before = str(row.get_attribute("id"))

    visitor = Widget(page).open()
    assert visitor.panel.bounding_box() == {"x": 0, "y": 0, **PHONE}
    visitor.say("Բարև, խոհանոց է պետք, բյուջեն 1.5 մլն")
    expect(visitor.theirs.last).to_have_text(re.compile("պատասխանենք Ձեզ։$"), timeout=SOON)

    expect(row).not_to_have_id(row_before, timeout=SOON)
    expect(row).to_contain_text("Unknown visitor")
    expect(row).to_have_class(re.compile("is-unread"))
    row.click()
    expect(thread(inbox, "in")).to_have_text(["Բարև, խոհանոց է պետք, բյուջեն 1.5 մլն"])
    expect(inbox.locator("#rows")).to_be_hidden()
    inbox.get_by_role("button", name="Lead and contact").click()
    expect(fact(inbox, "Budget")).to_have_text("1,500,000 AMD")
    expect(fact(inbox, "Interest")).to_have_text("Kitchen")
    inbox.get_by_role("button", name="Back to the chat").click()
    inbox.locator("#composer-text").fill("Բարև Ձեզ, Անին եմ։")
    inbox.get_by_role("button", name="Send", exact=True).click()
    expect(visitor.theirs.last).to_have_text("Բարև Ձեզ, Անին եմ։", timeout=SOON)
    assert visitor.frame.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    for part in (".inbox", ".thread-head"):
        assert inbox.locator(part).evaluate("element => element.scrollWidth") == PHONE["width"]
    visiting.close()
    working.close()
