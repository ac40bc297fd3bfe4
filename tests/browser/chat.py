"""The chat on a page, for tests and pictures: it needs a browser and nothing of ours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Frame, Locator, Page, expect

ANSWER_SECONDS = 15


@dataclass
class Widget:
    """The chat on a page, as the visitor sees it."""

    page: Page

    @property
    def launcher(self) -> Locator:
        return self.page.locator("[data-parley-chat] .launcher")

    @property
    def panel(self) -> Locator:
        return self.page.locator("[data-parley-chat] .panel")

    @property
    def chat(self) -> Any:
        return self.page.frame_locator("[data-parley-chat] iframe")

    @property
    def frame(self) -> Frame:
        """The document in the iframe, for what locators cannot ask."""
        found = self.page.locator("[data-parley-chat] iframe").element_handle().content_frame()
        assert found is not None
        return found

    @property
    def field(self) -> Locator:
        found: Locator = self.chat.locator("#field")
        return found

    @property
    def own(self) -> Locator:
        found: Locator = self.chat.locator(".entry.own .bubble")
        return found

    @property
    def theirs(self) -> Locator:
        found: Locator = self.chat.locator(".entry.theirs .bubble")
        return found

    @property
    def choices(self) -> Locator:
        found: Locator = self.chat.locator(".choice")
        return found

    def open(self) -> Widget:
        self.launcher.click()
        expect(self.panel).not_to_have_class("shut")
        expect(self.field).to_be_visible()
        return self

    def say(self, text: str) -> None:
        self.field.fill(text)
        self.field.press("Enter")

    def expect_said(self, own: Sequence[str], theirs: Sequence[str]) -> None:
        expect(self.own).to_have_text(list(own), timeout=1000 * ANSWER_SECONDS)
        expect(self.theirs).to_have_text(list(theirs), timeout=1000 * ANSWER_SECONDS)
