"""Colleagues on the running product, in a browser. It needs a browser and nothing of ours."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, expect

PASSWORD = "aregak-demo"
ANI = "ani@aregak.example"
WIDE = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
START_SECONDS = 30


def context(browser: Browser, **options: Any) -> BrowserContext:
    """A reader of English without animations."""
    usual = {"viewport": WIDE, "locale": "en-GB", "timezone_id": "Asia/Yerevan", "reduced_motion": "reduce"}
    return browser.new_context(**{**usual, **options})


def sign_in(browser: Browser, url: str, email: str = ANI) -> Any:
    """Sign in by the form; what other contexts need to be signed in, too (`storage_state`)."""
    signing = context(browser)
    page = signing.new_page()
    page.goto(f"{url}/inbox/")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.locator("#signin-form button[type=submit]").click()
    expect(page).to_have_url(re.compile("/inbox/"), timeout=1000 * START_SECONDS)
    state = signing.storage_state()
    signing.close()
    return state


def settled(page: Page) -> Page:
    """Nothing is being fetched and fonts are there."""
    page.wait_for_load_state("networkidle")
    page.evaluate("document.fonts.ready")
    expect(page.locator(".htmx-request")).to_have_count(0)
    return page
