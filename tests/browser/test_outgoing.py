"""A colleague takes a reply back by a key, sends one later, and is asked when the customer was quicker (spec 15.2)."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.chat import Widget
from tests.browser.desk import PHONE, context, settled
from tests.stack import RunningStack

pytestmark = [pytest.mark.browser, pytest.mark.services, pytest.mark.xdist_group("stack")]
SOON = 25_000
WORDS = "Good day, this is Ani."


def test_undo_send_later_and_a_customer_who_is_quicker(
    browser: Browser, product: RunningStack, signed_in: Any
) -> None:
    visiting, working = context(browser), context(browser, storage_state=signed_in)
    widget = Widget(visiting.new_page())
    widget.page.goto(f"{product.url}/demo/?lang=en")
    widget.open().say("hello, I need help")
    expect(widget.theirs).not_to_have_count(0, timeout=SOON)
    answered = widget.theirs.count()
    ((public_id,),) = product.query(
        "SELECT public_id::text FROM conversations_conversation ORDER BY id DESC LIMIT 1"
    )
    desk = working.new_page()
    desk.goto(f"{product.url}/inbox/{public_id}/")
    settled(desk)
    text = desk.locator("#composer-text")

    with product.worker_paused():
        text.fill(WORDS)
        desk.keyboard.press("Enter")
        expect(desk.locator(".tick-queued").last).to_contain_text("Sending…", timeout=SOON)
        expect(text).to_have_value("")
        desk.keyboard.press("Escape")
        desk.keyboard.press("u")
        expect(text).to_have_value(WORDS, timeout=SOON)
        expect(bubbles(desk)).to_have_count(0)

    choose_later(desk, "Tomorrow")
    expect(desk.locator(".tick-scheduled")).to_contain_text("Will be sent", timeout=SOON)
    expect(text).to_have_value("")
    desk.get_by_role("button", name="Edit").click()
    desk.locator("#modal #id_text").fill("Good morning, this is Ani.")
    desk.locator("#modal").get_by_role("button", name="Save").click()
    expect(bubbles(desk)).to_have_text(["Good morning, this is Ani."], timeout=SOON)

    desk.wait_for_function("parleyLive.state === 'open'", timeout=SOON)
    widget.say("are you there?")
    expect(desk.locator(".wait-held")).to_be_visible(timeout=SOON)
    expect(widget.theirs).to_have_count(answered)
    desk.get_by_role("button", name="Send now").click()
    expect(widget.theirs.last).to_have_text("Good morning, this is Ani.", timeout=SOON)
    expect(desk.locator(".tick-scheduled")).to_have_count(0, timeout=SOON)

    text.fill("And another one")
    desk.keyboard.press("Enter")
    expect(desk.locator("[data-undo-send]")).to_be_visible(timeout=SOON)
    expect(widget.theirs.last).to_have_text("And another one", timeout=SOON)
    expect(desk.locator("[data-undo-send]")).to_have_count(0, timeout=SOON)
    visiting.close()
    working.close()


def test_on_a_phone_the_times_fit_the_screen(browser: Browser, product: RunningStack, signed_in: Any) -> None:
    working = context(browser, storage_state=signed_in, viewport=PHONE, is_mobile=True, has_touch=True)
    desk = working.new_page()
    desk.goto(f"{product.url}/inbox/?queue=all")
    settled(desk).locator("#rows .row-link").first.click()
    expect(desk.locator("#composer-text")).to_be_visible()
    desk.locator(".send-later summary").click()
    menu = desk.locator(".send-later .composer-menu")
    expect(menu.get_by_role("button", name=re.compile("In 1 hour"))).to_be_visible()
    box = menu.bounding_box()
    assert box is not None
    assert (box["x"] >= 0, box["x"] + box["width"] <= PHONE["width"]) == (True, True)
    desk.locator("#messages").click(position={"x": 5, "y": 5})
    expect(menu).to_be_hidden()
    working.close()


def choose_later(desk: Page, label: str) -> None:
    desk.locator(".send-later summary").click()
    desk.locator(".send-later .composer-menu").get_by_role("button", name=re.compile(f"^{label}")).click()


def bubbles(desk: Page) -> Any:
    """What a colleague has written, as far as the thread shows it."""
    return desk.locator("#messages > .is-out:not(.is-quiet) .bubble > p:visible")
