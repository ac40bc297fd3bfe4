"""Who is writing shows on the other side."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.chat import Widget
from tests.browser.desk import context, settled
from tests.stack import RunningStack

pytestmark = [pytest.mark.browser, pytest.mark.services, pytest.mark.xdist_group("stack")]
SOON = 15_000


def test_each_side_sees_the_other_one_typing(browser: Browser, product: RunningStack, signed_in: Any) -> None:
    visiting, working = context(browser), context(browser, storage_state=signed_in)
    widget = Widget(visiting.new_page())
    widget.page.goto(f"{product.url}/demo/?lang=en")
    widget.open().say("hello, I need help")
    expect(widget.theirs).not_to_have_count(0, timeout=SOON)
    ((public_id,),) = product.query(
        "SELECT public_id::text FROM conversations_conversation ORDER BY id DESC LIMIT 1"
    )
    desk = working.new_page()
    desk.goto(f"{product.url}/inbox/{public_id}/")
    settled(desk)
    desk.wait_for_function("parleyLive.state === 'open'", timeout=SOON)

    widget.field.press_sequentially("my sofa")
    expect(desk.locator("#typing")).to_be_visible(timeout=SOON)
    widget.field.press("Enter")
    expect(desk.locator("#messages > .is-in .bubble > p").last).to_have_text("my sofa", timeout=SOON)
    expect(desk.locator("#typing")).to_be_hidden()

    widget.chat.locator("#typing").wait_for(state="hidden", timeout=SOON)
    desk.locator("#composer-text").press_sequentially("One moment")
    expect(widget.chat.locator("#typing")).to_be_visible(timeout=SOON)

    visiting.close()
    working.close()
