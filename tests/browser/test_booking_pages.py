"""A customer books on a phone; a colleague moves the meeting by dragging it. On the running product."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.desk import PHONE, context, settled
from tests.browser.test_accessibility import grave
from tests.stack import RunningStack, wait_for

pytestmark = [pytest.mark.browser, pytest.mark.services, pytest.mark.xdist_group("stack")]

SERVICE = """
from datetime import time
from bookings.resources.operations import save_resource
from bookings.services.operations import save_service
from bookings.slots import WeeklyHours
from core.events.actor import SYSTEM
hours = [WeeklyHours(day, time(8), time(20)) for day in range(7)]
room = save_resource(values={"name": "Drag room", "kind": "room", "timezone": "Asia/Yerevan"}, week=hours, actor=SYSTEM)
titles = {"en": "Try-out visit", "ru": "Пробный визит"}
made = save_service(
    values={"name": "Try-out", "title": titles, "duration": 60, "step": 30, "min_notice": 0},
    resource_ids=[room.pk],
    actor=SYSTEM,
)
print(made.token, room.public_id)
"""


@pytest.fixture(scope="module")
def made(product: RunningStack) -> tuple[str, str]:
    """Token of a service of its own, and its room."""
    token, room = product.manage("shell", "--no-imports", "--command", SERVICE).split()[-2:]
    return token, room


@pytest.fixture(params=["light", "dark"])
def phone(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    """A page on which no script fails and nothing is refused by the policy."""
    looking = context(
        browser, viewport=PHONE, is_mobile=True, has_touch=True, color_scheme=request.param, locale="en-GB"
    )
    page = looking.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on(
        "console", lambda said: faults.append(said.text) if "Content Security Policy" in said.text else None
    )
    yield page
    looking.close()
    assert faults == []


def test_a_customer_books_on_a_phone(product: RunningStack, made: tuple[str, str], phone: Page) -> None:
    phone.goto(f"{product.url}/book/{made[0]}/")
    expect(phone.get_by_role("heading", name="Try-out visit")).to_be_visible()
    assert grave(settled(phone).main_frame) == []
    assert phone.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    phone.locator("a.time").last.tap()

    phone.get_by_label("Your name").fill("Anahit")
    phone.get_by_role("button", name="Book").tap()
    expect(phone.locator("#id_reach_error")).to_have_text("Write how we can reach you.")
    assert grave(phone.main_frame) == []
    phone.get_by_label("Phone or email").fill("anahit@example.com")
    phone.get_by_role("button", name="Book").tap()

    expect(phone.locator(".done")).to_have_text("Booked. See you then!")
    assert grave(phone.main_frame) == []
    with phone.expect_download() as download:
        phone.get_by_role("link", name="Add to calendar").tap()
    assert "BEGIN:VEVENT" in download.value.path().read_text()

    phone.get_by_role("link", name="Choose another time").tap()
    # The next times may be so near that only a person changes them, depending on the hour.
    phone.locator(".week ol a:not(.is-empty)").last.tap()
    phone.locator("a.time").first.tap()
    phone.get_by_role("button", name="Move to this time").tap()
    expect(phone.locator(".done")).to_have_text("Moved to the new time.")
    phone.get_by_role("link", name="Cancel").tap()
    phone.get_by_role("button", name="Cancel the meeting").tap()
    expect(phone.locator(".state")).to_have_text("Cancelled")
    assert grave(phone.main_frame) == []


def test_without_scripts_in_another_zone_and_language(
    product: RunningStack, made: tuple[str, str], browser: Browser
) -> None:
    plain = context(browser, viewport=PHONE, java_script_enabled=False, locale="ru-RU")
    page = plain.new_page()
    page.goto(f"{product.url}/book/{made[0]}/?zone=Europe/Berlin")
    expect(page.locator("h1")).to_have_text("Пробный визит")
    expect(page.locator(".zone summary")).to_contain_text("Берлин")
    page.locator("a.time").first.click()
    page.locator("#id_name").fill("Ольга")
    page.locator("#id_reach").fill("olga@example.com")
    page.locator("button.main").click()
    expect(page).to_have_url(re.compile(r"/booking/[\w-]+/\?zone=Europe%2FBerlin&done=1"))
    expect(page.locator(".when")).to_contain_text("Берлин")
    plain.close()


def test_the_browser_s_zone_is_guessed(
    product: RunningStack, made: tuple[str, str], browser: Browser
) -> None:
    far = context(browser, timezone_id="America/New_York")
    page = far.new_page()
    page.goto(f"{product.url}/book/{made[0]}/")
    expect(page.locator(".zone summary")).to_contain_text("New York")
    far.close()


def test_dragging_moves_the_meeting_and_undo_moves_it_back(
    product: RunningStack, made: tuple[str, str], browser: Browser, signed_in: Any
) -> None:
    token, room = made
    day = product.query("SELECT (now() AT TIME ZONE 'Asia/Yerevan')::date + 8")[0][0]
    booker = context(browser)
    page = booker.new_page()
    page.goto(f"{product.url}/book/{token}/?start={day}T06:00Z")  # 10:00 in Yerevan
    page.get_by_label("Your name").fill("Dragged Customer")
    page.get_by_label("Phone or email").fill("dragged@example.com")
    page.get_by_role("button", name="Book").click()
    expect(page.locator(".done")).to_be_visible()
    booker.close()

    working = context(browser, storage_state=signed_in)
    page = working.new_page()
    page.goto(f"{product.url}/calendar/?day={day}&who={room}")
    event = page.locator(".ec-event", has_text="Dragged Customer")
    expect(event).to_contain_text("10:00")
    settled(page)  # the calendar draws its meetings anew when it has asked for them again
    box = wait_for(event.bounding_box, seconds=10, what="the meeting to stand")
    x, y, hour = box["x"] + box["width"] / 2, box["y"] + 8, box["height"]
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y + hour, steps=6)
    page.mouse.move(x, y + 2 * hour, steps=6)
    page.mouse.up()

    expect(page.locator("#toasts")).to_contain_text("12:00")
    starts = (
        "SELECT to_char(starts_at AT TIME ZONE 'Asia/Yerevan', 'HH24:MI') FROM bookings_booking"
        " ORDER BY id DESC LIMIT 1"
    )
    wait_for(lambda: product.query(starts)[0][0] == "12:00", seconds=10, what="the move")
    expect(event).to_contain_text("12:00")
    page.locator("#toasts button").first.click()
    wait_for(lambda: product.query(starts)[0][0] == "10:00", seconds=10, what="the undo")
    expect(event).to_contain_text("10:00")

    event.click()
    expect(page.locator("#booking-panel .panel-body")).to_contain_text("Confirmed")
    assert grave(settled(page).main_frame) == []
    working.close()


def test_a_meeting_opens_on_a_phone(product: RunningStack, browser: Browser, signed_in: Any) -> None:
    held = (
        "SELECT (starts_at AT TIME ZONE 'Asia/Yerevan')::date FROM bookings_booking WHERE status = 'attended'"
    )
    day = product.query(held)[0][0]
    walking = context(browser, storage_state=signed_in, viewport=PHONE, is_mobile=True, has_touch=True)
    page = walking.new_page()
    page.goto(f"{product.url}/calendar/?day={day}")
    for _ in range(2):  # the panel is there for the second meeting, too
        page.locator(".day-entry.is-attended").first.tap()
        expect(page.get_by_role("button", name="Open again")).to_be_visible()
        page.locator("#booking-panel .btn-close").tap()
        expect(page.locator("#booking-panel")).not_to_be_visible()
    walking.close()
