"""Takes the pictures of docs/screenshots: starts the product in a folder of its own, plays the story, looks at it.

Use: python -m scripts.screenshots [name of a screen ...]. Needs Chromium.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, expect, sync_playwright

from scripts.pngs import shrink
from tests.browser.chat import Widget
from tests.browser.desk import PHONE, WIDE, context, settled, sign_in
from tests.browsers import find_chromium
from tests.stack import PROJECT, RunningStack

FOLDER = PROJECT / "docs" / "screenshots"
MOST_BYTES = 150_000
STORY = (
    "barev, inch arji?",
    "xohanoc em uzum",
    "099 123456",
    "ays shabat",
    "չգիտեմ",
    "1.5 mln",
    "Gyumri",
    "Anahit",
)
LOOKS = tuple(product((WIDE, PHONE), ("light", "dark")))
SCREENS = {
    "sign-in": "/accounts/login/",
    "inbox": "/inbox/{conversation}/",
    "board": "/pipeline/",
    "lead": "/leads/{lead}/",
    "calendar": "/calendar/",
    "scoring": "/settings/scoring/",
    "flow": "/settings/flows/first_answer/",
    "booking": "/book/{service}/",
    "widget": "/demo/?lang=en",
}


class Studio:
    """A browser on the running product, with a visitor who has told the story."""

    def __init__(self, stack: RunningStack, browser: Browser) -> None:
        self.stack, self.browser = stack, browser
        self.colleague = sign_in(browser, stack.url)
        self.visitor = self._tell()
        service = stack.query("SELECT token FROM bookings_service ORDER BY position, id LIMIT 1")[0][0]
        (self.ids,) = [
            {"conversation": conversation, "lead": lead, "service": service}
            for conversation, lead in stack.query(
                "SELECT c.public_id, l.public_id FROM conversations_conversation c"
                " JOIN crm_lead l ON l.id = c.lead_id ORDER BY c.id DESC LIMIT 1"
            )
        ]

    def _tell(self) -> Any:
        visiting = context(self.browser)
        page = visiting.new_page()
        page.goto(self.stack.url + SCREENS["widget"])
        widget = Widget(page).open()
        for number, text in enumerate(STORY, start=1):
            widget.say(text)
            expect(widget.theirs).to_have_count(number, timeout=20_000)
        state = visiting.storage_state()
        visiting.close()
        return state

    def take(self, screen: str) -> Iterator[Path]:
        for size, scheme in LOOKS:
            with self._page(screen, size, scheme) as page:
                path = FOLDER / f"{screen}-{size['width']}-{scheme}.png"
                page.screenshot(path=path, animations="disabled", caret="hide")
                shrink(path)
                yield path

    @contextmanager
    def _page(self, screen: str, size: dict[str, int], scheme: str) -> Iterator[Page]:
        state = {"sign-in": None, "booking": None, "widget": self.visitor}.get(screen, self.colleague)
        looking = context(self.browser, viewport=size, color_scheme=scheme, storage_state=state)
        page = looking.new_page()
        page.goto(self.stack.url + SCREENS[screen].format(**self.ids))
        if screen == "widget":
            self._show(Widget(page))
        settled(page)
        yield page
        looking.close()

    def _show(self, widget: Widget) -> None:
        if "shut" in (widget.panel.get_attribute("class") or ""):
            widget.open()
        expect(widget.own).to_have_count(len(STORY))


def main(names: Sequence[str]) -> int:
    FOLDER.mkdir(parents=True, exist_ok=True)
    chromium = find_chromium()
    if chromium is None:
        sys.stderr.write("Chromium is needed: apt install chromium, or set CHROMIUM=/path/to/it.\n")
        return 1
    with tempfile.TemporaryDirectory(prefix="parley-pictures-") as folder:
        stack = RunningStack(Path(folder) / "data").start()
        try:
            return _take(stack, chromium, names or list(SCREENS))
        finally:
            stack.stop()


def _take(stack: RunningStack, chromium: str, names: Sequence[str]) -> int:
    too_large = 0
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        studio = Studio(stack, browser)
        for name in names:
            for path in studio.take(name):
                size = path.stat().st_size
                too_large += size > MOST_BYTES
                sys.stdout.write(f"{path.relative_to(PROJECT)} {size // 1000} kB\n")
        browser.close()
    return 1 if too_large else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
