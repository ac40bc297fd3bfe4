"""static/js/live.js in Chromium, against the live process; page and tickets are answered by the test."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from core.live import publish, tickets
from tests.core.live.processes import LiveProcess

pytestmark = [pytest.mark.browser, pytest.mark.services]

SCRIPT = Path(settings.BASE_DIR) / "static" / "js" / "live.js"
PAGE = """<!doctype html><title>page</title>
<body data-live-ticket="/live/ticket/">
  <div id="connection-strip" hidden>connection lost, trying again</div>
  <div hx-trigger="live:inbox from:body"></div>
  <div hx-trigger="load, live:lead:4 from:body throttle:1s"></div>
  <script src="/record.js"></script><script src="/live.js"></script>
</body>"""
RECORD = """
window.heard = [];
for (const name of ["inbox", "lead:4", "board"])
  document.body.addEventListener(`live:${name}`, (event) => heard.push([name, event.detail.sequence ?? -1]));
"""


class Site(ThreadingHTTPServer):
    """A page with live.js, and a ticket office that can be closed."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.origin = f"http://127.0.0.1:{self.server_port}"
        self.live_url = ""
        self.is_up = True
        self.tickets = 0

    def ticket(self) -> str:
        self.tickets += 1
        ticket = tickets.issue(["inbox", "board", "lead:*"])
        return json.dumps({"ticket": ticket, "url": self.live_url, "sequence": 0})

    def reset(self, live: LiveProcess) -> None:
        self.live_url, self.is_up, self.tickets = f"http://127.0.0.1:{live.port}", True, 0


class Answer(BaseHTTPRequestHandler):
    server: Site

    def do_GET(self) -> None:
        pages = {
            "/": ("text/html", lambda: PAGE),
            "/record.js": ("text/javascript", lambda: RECORD),
            "/live.js": ("text/javascript", SCRIPT.read_text),
            "/live/ticket/": ("application/json", self.server.ticket),
        }
        mime, body = pages.get(self.path, ("text/plain", str))
        known = self.path in pages and (self.server.is_up or self.path != "/live/ticket/")
        self.send_response(200 if known else 503)
        self.send_header("Content-Type", mime)
        self.end_headers()
        if known:
            self.wfile.write(body().encode())

    def log_message(self, format: str, *args: object) -> None:
        pass


class Tabs:
    def __init__(self, context: BrowserContext, site: Site) -> None:
        self.context = context
        self.site = site

    def open(self, state: str = "open") -> Page:
        page = self.context.new_page()
        page.goto(f"{self.site.origin}/")
        wait_for_state(page, state)
        return page


def wait_for_state(page: Page, state: str) -> None:
    page.wait_for_function("state => window.parleyLive.state === state", arg=state, timeout=15_000)


def wait_for(page: Page, name: str, sequence: int) -> None:
    page.wait_for_function(
        "([name, sequence]) => heard.some((hint) => hint[0] === name && hint[1] === sequence)",
        arg=[name, sequence],
        timeout=10_000,
    )


def heard(page: Page) -> list[list[object]]:
    return list(page.evaluate("heard.splice(0)"))


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with Site() as site:
        thread = Thread(target=site.serve_forever, daemon=True)
        thread.start()
        yield site
        site.shutdown()


@pytest.fixture(scope="module")
def live(site: Site) -> Iterator[LiveProcess]:
    with LiveProcess(BASE_URL=site.origin) as live:
        yield live


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def tabs(browser: Browser, site: Site, live: LiveProcess) -> Iterator[Tabs]:
    site.reset(live)
    context = browser.new_context()
    yield Tabs(context, site)
    context.close()


def test_all_tabs_hear_through_one_stream_and_another_takes_over(tabs: Tabs, site: Site) -> None:
    first, second = tabs.open(), tabs.open()
    assert site.tickets == 1

    publish.publish(["inbox"], {}, sequence=71)
    wait_for(second, "inbox", 71)
    first.bring_to_front()
    wait_for(first, "inbox", 71)

    first.close()
    second.bring_to_front()
    heard(second)
    publish.publish(["inbox"], {}, sequence=72)
    second.wait_for_function("heard.some(([name]) => name === 'inbox')", timeout=10_000)
    assert site.tickets == 2


def test_the_last_hint_of_a_burst_is_never_swallowed(tabs: Tabs) -> None:
    page = tabs.open()
    heard(page)
    for sequence in range(80, 90):
        publish.publish(["inbox", "lead:4"], {}, sequence=sequence)
    wait_for(page, "lead:4", 89)

    hints = heard(page)
    for topic in ("inbox", "lead:4"):
        sequences = [sequence for name, sequence in hints if name == topic]
        assert sequences[-1] == 89
        assert len(sequences) <= 3


def test_without_a_stream_it_polls_and_without_a_server_it_says_so(tabs: Tabs, site: Site) -> None:
    site.live_url = "http://127.0.0.1:1"
    page = tabs.open("polling")
    page.wait_for_function("heard.filter((hint) => hint[0] === 'inbox').length >= 2", timeout=15_000)
    assert {name for name, _ in heard(page)} == {"inbox", "lead:4"}
    assert page.locator("#connection-strip").is_hidden()

    site.is_up = False
    wait_for_state(page, "lost")
    assert page.locator("#connection-strip").is_visible()

    site.is_up = True
    wait_for_state(page, "polling")
    assert page.locator("#connection-strip").is_hidden()


def test_it_comes_back_when_the_live_process_does_and_misses_nothing(tabs: Tabs, site: Site) -> None:
    with LiveProcess(BASE_URL=site.origin) as mortal:
        site.live_url = f"http://127.0.0.1:{mortal.port}"
        page = tabs.open()
        heard(page)
    publish.publish(["inbox"], {}, sequence=91)
    with LiveProcess(port=mortal.port, BASE_URL=site.origin):
        wait_for_state(page, "open")
        page.wait_for_function("heard.some((hint) => hint[0] === 'inbox')", timeout=10_000)
        publish.publish(["lead:4"], {}, sequence=92)
        wait_for(page, "lead:4", 92)
