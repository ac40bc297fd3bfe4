"""The web chat as visitors meet it, in Chromium (spec 2.5)."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from conversations.accounts.models import ChannelAccount
from conversations.threads.models import Attachment, Conversation, Message
from conversations.threads.operations import reply
from crm.contacts.models import ContactPoint
from tests.browser.chat import Widget
from tests.browser.widget import foreign_site, texts_in_database
from tests.factories.conversations import make_user
from tests.stack import wait_for

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
DOT = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360000002000001e221bc330000000049454e44ae426082"
)


@pytest.fixture
def site(live_server: Any) -> str:
    return f"{live_server.url}/demo/?lang=en"


@pytest.fixture
def widget(page: Page, site: str) -> Widget:
    page.goto(site)
    return Widget(page)


def test_a_goal_starts_the_chat_and_a_quick_reply_goes_on(widget: Widget, account: ChannelAccount) -> None:
    widget.open()
    expect(widget.choices).to_have_text(["I want to buy", "I need help", "Payment and invoices"])
    widget.choices.nth(0).click()
    widget.expect_said(["I want to buy"], ["Heard: I want to buy"])
    expect(widget.choices).to_have_text(["Yes, please", "Not now"])

    widget.choices.nth(0).click()
    widget.expect_said(["I want to buy", "Yes, please"], ["Heard: I want to buy", "Heard: Yes, please"])
    expect(widget.chat.locator(".status-received")).to_have_count(2)
    assert texts_in_database(account, "in") == ["I want to buy", "Yes, please"]


def test_the_visitor_chooses_the_language(widget: Widget) -> None:
    widget.open()
    widget.chat.locator("#language").select_option("hy")
    expect(widget.choices).to_have_text(["Ուզում եմ գնել", "Օգնություն է պետք", "Վճարումներ և հաշիվներ"])
    expect(widget.field).to_have_attribute("placeholder", "Գրեք հաղորդագրություն…")
    widget.choices.nth(2).click()
    widget.expect_said(["Վճարումներ և հաշիվներ"], ["Heard: Վճարումներ և հաշիվներ"])
    expect(widget.launcher).to_have_attribute("aria-label", "Փակել զրույցը")


def test_a_reload_resumes_the_chat_where_it_was(widget: Widget, account: ChannelAccount) -> None:
    widget.open().say("barev, inch arji?")
    widget.expect_said(["barev, inch arji?"], ["Heard: barev, inch arji?"])
    widget.field.fill("half a thought")

    widget.page.reload()
    expect(widget.field).to_be_visible()
    widget.expect_said(["barev, inch arji?"], ["Heard: barev, inch arji?"])
    expect(widget.field).to_have_value("half a thought")
    expect(widget.choices).to_have_text(["Yes, please", "Not now"])
    widget.field.press("Enter")
    widget.expect_said(
        ["barev, inch arji?", "half a thought"], ["Heard: barev, inch arji?", "Heard: half a thought"]
    )
    assert Conversation.objects.filter(account=account).count() == 1


def test_a_keyboard_is_enough(widget: Widget) -> None:
    keyboard = widget.page.keyboard
    expect(widget.launcher).to_be_visible()
    widget.launcher.focus()
    keyboard.press("Enter")
    expect(widget.field).to_be_focused()
    keyboard.type("first line")
    keyboard.press("Shift+Enter")
    keyboard.type("second line")
    keyboard.press("Enter")
    widget.expect_said(["first line\nsecond line"], ["Heard: first line\nsecond line"])

    expect(widget.choices).to_have_count(2)
    for _ in range(3):  # attach, contact link, then the newest quick reply
        keyboard.press("Shift+Tab")
    expect(widget.choices.nth(1)).to_be_focused()
    keyboard.press("Enter")
    expect(widget.own).to_have_count(2)
    expect(widget.field).to_be_focused()

    keyboard.press("Escape")
    expect(widget.panel).to_have_class(re.compile("shut"))
    expect(widget.launcher).to_be_focused()
    expect(widget.launcher).to_have_attribute("aria-expanded", "false")


@pytest.mark.parametrize(
    "options", [{"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}]
)
def test_a_phone_shows_it_full_screen(widget: Widget, page: Page) -> None:
    widget.open()
    assert widget.panel.bounding_box() == {"x": 0, "y": 0, "width": 390, "height": 844}
    expect(widget.launcher).to_be_hidden()
    expect(page.locator("html")).to_have_css("overflow", "hidden")
    expect(widget.field).to_have_css("font-size", "16px")  # smaller, and iOS zooms the page
    assert widget.frame.evaluate("document.documentElement.scrollWidth") == 390

    widget.say("w" * 300)
    expect(widget.theirs).to_have_count(1)
    assert widget.frame.evaluate("document.getElementById('scroller').scrollWidth") == 390
    widget.chat.locator("#close").click()
    expect(widget.launcher).to_be_visible()
    expect(page.locator("html")).to_have_css("overflow", "visible")


@pytest.mark.parametrize(
    "text",
    [
        '<img src="x" onerror="alert(1)"><b>bold</b>',
        "שלום, מה המחיר? ☎️ 12",
        "</script>{{ 7*7 }} &amp; &lt;i&gt;",
    ],
)
def test_what_a_customer_writes_is_text(widget: Widget, text: str) -> None:
    widget.open().say(text)
    widget.expect_said([text], [f"Heard: {text}"])
    expect(widget.chat.locator(".log img, .log b, .log i")).to_have_count(0)
    expect(widget.own).to_have_attribute("dir", "auto")


def test_a_file_goes_with_a_message(widget: Widget, account: ChannelAccount) -> None:
    widget.open()
    files = widget.chat.locator("#files")
    files.set_input_files([{"name": "room.png", "mimeType": "image/png", "buffer": DOT}])
    expect(widget.chat.locator(".chip-name")).to_have_text(["room.png"])
    expect(widget.chat.locator("progress")).to_have_count(0)
    files.set_input_files([{"name": "tool.exe", "mimeType": "application/octet-stream", "buffer": b"MZ"}])
    expect(widget.chat.locator("#said")).to_contain_text("“tool.exe” cannot be sent here.")

    widget.say("this is the room")
    widget.expect_said(["this is the room"], ["Heard: this is the room"])
    picture = widget.chat.locator(".entry.own img")
    expect(picture).to_have_attribute("alt", "room.png")
    expect(picture).to_have_js_property("naturalWidth", 1)
    stored = Attachment.objects.get(account=account)
    assert (stored.name, stored.mime, stored.message.text) == ("room.png", "image/png", "this is the room")


def test_a_stalled_upload_leaves_the_field_free(widget: Widget) -> None:
    stalled: list[Route] = []
    widget.page.route("**/upload/", lambda route: stalled.append(route))
    widget.open()
    widget.chat.locator("#files").set_input_files(
        [{"name": "plan.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1"}]
    )
    expect(widget.chat.locator("progress")).to_be_visible()
    widget.say("meanwhile")
    widget.expect_said(["meanwhile"], ["Heard: meanwhile"])

    widget.chat.get_by_role("button", name="Cancel: plan.pdf").click()
    expect(widget.chat.locator(".chip")).to_have_count(0)
    assert len(stalled) == 1


def test_what_is_written_without_a_connection_is_sent_once_it_is_back(
    widget: Widget, context: BrowserContext, account: ChannelAccount
) -> None:
    widget.open().say("before")
    widget.expect_said(["before"], ["Heard: before"])
    context.set_offline(True)
    widget.say("one")
    widget.say("two")
    expect(widget.own).to_have_text(["before", "one", "two"])
    expect(widget.chat.locator("#strip")).to_have_text(
        "No connection. Keep writing: everything is sent once it is back."
    )
    expect(widget.chat.locator(".status-waiting")).to_have_count(2)

    context.set_offline(False)
    expect(widget.theirs).to_have_count(3)
    expect(widget.chat.locator("#strip")).to_be_hidden()
    assert texts_in_database(account, "in") == ["before", "one", "two"]


def test_what_was_not_sent_outlives_a_reload(widget: Widget, account: ChannelAccount) -> None:
    widget.page.route("**/hooks/webchat/**", lambda route: route.abort())
    widget.open().say("do not lose me")
    expect(widget.chat.locator("#strip")).to_be_visible()
    widget.page.reload()
    expect(widget.own).to_have_text(["do not lose me"])

    widget.page.unroute("**/hooks/webchat/**")
    widget.expect_said(["do not lose me"], ["Heard: do not lose me"])
    assert texts_in_database(account, "in") == ["do not lose me"]


def test_the_same_message_accepted_twice_shows_once(widget: Widget, account: ChannelAccount) -> None:
    """The first answer of the server is lost on the way, so the widget repeats."""
    answers = iter([False])

    def lose_first(route: Route) -> None:
        route.fetch()
        if next(answers, True):
            route.continue_()
        else:
            route.abort()

    widget.page.route("**/hooks/webchat/**", lose_first)
    widget.open().say("only once")
    widget.expect_said(["only once"], ["Heard: only once"])
    expect(widget.chat.locator("#strip")).to_be_hidden()
    assert texts_in_database(account, "in") == ["only once"]


def test_a_session_that_is_not_ours_is_replaced(widget: Widget, account: ChannelAccount) -> None:
    widget.open().say("hello")
    widget.expect_said(["hello"], ["Heard: hello"])
    widget.frame.evaluate(
        "([name]) => localStorage.setItem(name, '\"forged.session\"')", [f"parley:{account.token}"]
    )
    widget.say("still there?")
    expect(widget.theirs.last).to_have_text("Heard: still there?")
    assert Conversation.objects.filter(account=account).count() == 2


def test_a_person_answers_by_name_and_is_counted_while_the_chat_is_closed(
    widget: Widget, account: ChannelAccount
) -> None:
    widget.open().say("a person, please")
    widget.expect_said(["a person, please"], ["Heard: a person, please"])
    widget.page.keyboard.press("Escape")
    anna = make_user("Anna", role="admin")
    reply(conversation_id=Conversation.objects.get(account=account).pk, user=anna, text="Good day!")
    sent = Message.objects.filter(text="Good day!").exclude(status="queued")
    wait_for(sent.exists, seconds=10, what="the reply to be sent")  # a closed chat asks at once, then seldom

    widget.page.reload()
    expect(widget.launcher).to_have_attribute("aria-label", "Chat with us (1)")
    expect(widget.page.locator("[data-parley-chat] .badge")).to_have_text("1")
    widget.open()
    widget.expect_said(["a person, please"], ["Heard: a person, please", "Good day!"])
    expect(widget.chat.locator(".entry.theirs .author:visible")).to_have_text(["Assistant", "Anna"])
    widget.page.keyboard.press("Escape")
    expect(widget.page.locator("[data-parley-chat] .badge")).to_be_hidden()


def test_a_contact_can_be_left(widget: Widget, account: ChannelAccount) -> None:
    widget.open().say("hello")
    widget.expect_said(["hello"], ["Heard: hello"])
    widget.chat.get_by_role("button", name="Leave a phone or email").click()
    form = widget.chat.locator(".contact-form")
    form.get_by_role("button", name="Leave contact").click()
    expect(form.get_by_role("alert")).to_have_text("Please enter a phone number or an email.")
    form.get_by_label("Email").fill("anna@example.com")
    form.get_by_label("Email").press("Enter")
    widget.expect_said(["hello", "anna@example.com"], ["Heard: hello", "Heard: anna@example.com"])
    expect(form).to_have_count(0)
    assert list(ContactPoint.objects.values_list("kind", "value")) == [("email", "anna@example.com")]


def test_a_chat_link_opens_it_and_is_remembered(page: Page, site: str, account: ChannelAccount) -> None:
    page.goto(f"{site}&parley_campaign=spring&parley_topic=support")
    widget = Widget(page)
    expect(widget.choices).to_have_text(["I need help", "I want to buy", "Payment and invoices"])
    widget.choices.first.click()
    widget.expect_said(["I need help"], ["Heard: I need help"])
    referral = Conversation.objects.get(account=account).referral
    assert (referral["campaign"], referral["topic"]) == ("spring", "support")


def test_it_works_on_a_strict_site_of_another_origin_and_leaves_nothing_behind(
    page: Page, live_server: Any, account: ChannelAccount
) -> None:
    """One script tag; the site allows our host for scripts and frames and no styles at all."""
    ours = live_server.url
    policy = f"default-src 'none'; script-src {ours}; frame-src {ours}; style-src 'none'"
    tag = f'<script src="{ours}/static/webchat/widget.js" data-account="{account.token}" async></script>'
    body = f'<!doctype html><html lang="ru"><title>Shop</title><body><h1>Shop</h1><a href="#parley">Chat</a>{tag}'
    globals_of_page = "Object.getOwnPropertyNames(window)"
    with foreign_site(body, policy) as shop:
        page.goto(f"{shop}without-the-tag")
        before = set(page.evaluate(globals_of_page))
        page.goto(shop)
        widget = Widget(page)
        expect(widget.launcher).to_have_attribute("aria-label", "Написать нам")
        assert set(page.evaluate(globals_of_page)) - before <= {"0"}  # the iframe itself

        page.evaluate("postMessage({parley: 'chat', type: 'unread', count: 9}, '*')")
        page.get_by_role("link", name="Chat").click()
        expect(widget.choices.first).to_have_text("Хочу купить")
        widget.say("здравствуйте")
        widget.expect_said(["здравствуйте"], ["Heard: здравствуйте"])
        page.keyboard.press("Escape")
        expect(widget.launcher).to_be_focused()
        expect(widget.launcher).to_have_attribute("aria-label", "Написать нам")


@pytest.mark.parametrize(
    "options", [{"color_scheme": "light"}, {"color_scheme": "dark"}], ids=["light", "dark"]
)
def test_axe_finds_nothing_serious(widget: Widget, page: Page) -> None:
    widget.open()
    assert serious(widget.frame) == []
    widget.say("hello")
    expect(widget.choices).to_have_text(["Yes, please", "Not now"])
    widget.chat.get_by_role("button", name="Leave a phone or email").click()
    assert serious(widget.frame) == []
    assert serious(page.main_frame) == []


def serious(frame: Any) -> list[str]:
    frame.evaluate(AXE.read_text())
    rules = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag22aa"]}
    found = frame.evaluate("options => axe.run(document, options)", {"runOnly": rules, "iframes": False})
    return [
        f"{each['id']}: {node['html']}"
        for each in found["violations"]
        if each["impact"] in {"serious", "critical"}
        for node in each["nodes"]
    ]
