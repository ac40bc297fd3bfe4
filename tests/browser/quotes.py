"""Sheets of quotes in a browser, on the server of the test itself."""

from __future__ import annotations

from typing import Any

from django.test import Client
from playwright.sync_api import BrowserContext, Locator, Page, expect

from core.access.models import User
from crm.quotes.models import QuoteVersion
from tests.browser.desk import settled

SLOW = 10_000


def let_in(context: BrowserContext, url: str, user: User) -> BrowserContext:
    """From now on everything in this browser happens in the name of `user`."""
    client = Client()
    client.force_login(user)
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": url}])
    return context


class Sheet:
    """A draft as it is written on."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.lines = page.locator("#quote-lines > [data-line]")
        self.total = page.locator("#quote-totals .is-strong dd")
        self.margin = page.locator("#quote-inside dd").first
        self.unsaved = page.locator("#quote-unsaved")

    def open(self, url: str, version: QuoteVersion) -> Sheet:
        self.page.goto(f"{url}/quotes/{version.quote.public_id}/")
        settled(self.page)
        return self

    def field(self, place: int, name: str) -> Locator:
        return self.lines.nth(place).locator(f'[data-field="{name}"]')

    def titles(self) -> list[str]:
        found: list[str] = self.page.eval_on_selector_all(
            '#quote-lines [data-field="title"]', "inputs => inputs.map(each => each.value)"
        )
        return found

    def focused(self) -> Any:
        """(place of the line, name of the field) of what has the focus."""
        script = """() => {
            const here = document.activeElement, line = here.closest("[data-line]");
            return [line ? [...line.parentElement.children].indexOf(line) : -1, here.dataset.field ?? here.name];
        }"""
        return self.page.evaluate(script)

    def saved(self) -> Sheet:
        """By the key; nothing is unsaved then."""
        self.page.keyboard.press("Control+s")
        expect(self.unsaved).to_be_hidden(timeout=SLOW)
        return self
