"""Settings > Articles: written in four languages, tried out, published, and what is asked in vain (spec 11.3)."""

from __future__ import annotations

import io
from typing import Any

import pytest
import segno
from django.test import Client
from django.urls import reverse

from conversations.articles.links import short_url
from conversations.articles.models import Article, Collection, Notice, ShortLink, Unanswered
from conversations.articles.operations import (
    ArticleDraft,
    add_article,
    collect,
    make_link,
    publish_article,
)
from conversations.articles.queries import forget, library
from conversations.threads.models import Message
from core.access.models import Role
from core.events.actor import SYSTEM
from tests.factories.conversations import Visitor, make_pipeline, make_user, make_web_chat
from tests.support import work_off

pytestmark = pytest.mark.django_db(transaction=True)
LIST = "/settings/articles/"


@pytest.fixture(autouse=True)
def _fresh_library(db: None) -> None:
    forget()


@pytest.fixture
def boss(client: Client) -> Client:
    client.force_login(make_user("Boss", Role.ADMIN))
    return client


def filled(**changes: str) -> dict[str, str]:
    values = {
        "title_en": "Parking",
        "body_en": "In the yard, **free**.",
        "questions_en": "Where can I park?\n",
    }
    return {**values, "questions_ru": "Где парковка?\nЕсть парковка?", **changes}


def text_of(response: Any) -> str:
    return str(response.content.decode())


def test_an_article_is_written_published_and_taken_back(boss: Client) -> None:
    response = boss.post(f"{LIST}new/", filled())
    article = Article.objects.get()
    page = reverse("desk:settings_article", args=[article.public_id])
    assert (response.status_code, response.headers["Location"]) == (302, page)
    assert (article.slug, article.state) == ("parking", "draft")
    assert article.questions == {"en": ["Where can I park?"], "ru": ["Где парковка?", "Есть парковка?"]}
    shown = text_of(boss.get(page))
    assert "Где парковка?\nЕсть парковка?" in shown
    boss.post(f"{page}act/", {"act": "publish"})
    entry = library().answer("есть у вас парковка?")
    assert entry is not None
    assert entry.slug == "parking"
    boss.post(f"{page}act/", {"act": "delete"})
    assert Article.objects.count() == 1, "what is published is not deleted"
    boss.post(f"{page}act/", {"act": "take_back"})
    boss.post(f"{page}act/", {"act": "delete"})
    assert not Article.objects.exists()


def test_faults_stand_at_their_fields_and_nothing_typed_is_lost(boss: Client) -> None:
    response = boss.post(f"{LIST}new/", filled(title_en="", slug="Not Good"))
    assert response.status_code == 422
    shown = text_of(response)
    assert "Give the article a title." in shown
    assert "An address has small Latin letters" in shown
    assert "In the yard, **free**." in shown
    boss.post(f"{LIST}new/", filled())
    article = Article.objects.get()
    page = reverse("desk:settings_article", args=[article.public_id])
    boss.post(page, filled(expected="0", body_en="Changed."))
    stale = boss.post(page, filled(expected="0", body_en="Mine."))
    assert stale.status_code == 422
    assert "was changed since you opened it" in text_of(stale)
    assert "Mine." in text_of(stale)


def test_the_try_out_counts_what_stands_in_the_editor(boss: Client) -> None:
    made = add_article(
        draft=ArticleDraft(slug="care", titles={"en": "Cleaning"}, bodies={"en": "Dry."}), actor=SYSTEM
    )
    publish_article(article_id=made.pk, actor=SYSTEM)
    shown = text_of(boss.post(f"{LIST}ask/", {**filled(), "ask": "parkovka est?"}))
    assert "This article" in shown
    assert "The first is said at once." in shown
    assert "Cleaning" in text_of(boss.post(f"{LIST}ask/", {**filled(), "ask": "cleaning"}))
    assert "Nothing is like it" in text_of(boss.post(f"{LIST}ask/", {**filled(), "ask": "zork quibble"}))
    assert "Ask as a customer would" in text_of(boss.post(f"{LIST}ask/", {**filled(), "ask": " "}))


def test_a_question_asked_in_vain_becomes_an_article_or_is_dismissed(boss: Client) -> None:
    make_pipeline()
    visitor = Visitor(make_web_chat())
    for text in ("do you paint chairs", "do you paint chairs?", "do you rent tables"):
        visitor.say(text)
    work_off()
    for message in Message.objects.filter(direction="in"):
        collect(message)
    shown = text_of(boss.get(LIST))
    assert "do you paint chairs?" in shown
    assert "asked 2 times" in shown
    prefilled = text_of(boss.get(f"{LIST}new/", {"language": "en", "question": "do you paint chairs?"}))
    assert "do you paint chairs?</textarea>" in prefilled
    newest = Unanswered.objects.order_by("-id").values_list("pk", flat=True)[0]
    boss.post(f"{LIST}asked/{newest}/dismiss/")
    boss.post(f"{LIST}asked/{newest}/dismiss/")
    assert "do you rent tables" not in text_of(boss.get(LIST))


def test_collections_and_known_problems_are_kept(boss: Client) -> None:
    boss.post(f"{LIST}collections/new/", {"name_en": "At home", "public": "on"})
    found = Collection.objects.get()
    assert (found.slug, found.public) == ("at-home", True)
    page = reverse("desk:settings_article_collection", args=[found.public_id])
    assert boss.post(page, {"name_en": "", "slug": "at-home", "expected": "0"}).status_code == 422
    boss.post(f"{page}act/", {"campaign": "flyer"})
    assert ShortLink.objects.get().campaign == "flyer"
    assert "flyer" in text_of(boss.get(page))
    values = {
        "name": "Snow",
        "text_en": "Late.",
        "starts_at": "2026-03-01T10:00",
        "goals": "delivery",
        "active": "on",
    }
    assert boss.post(f"{LIST}problems/new/", {**values, "ends_at": "2026-02-01T10:00"}).status_code == 422
    boss.post(f"{LIST}problems/new/", values)
    notice = Notice.objects.get()
    assert notice.goals == ["delivery"]
    shown = text_of(boss.get(f"{LIST}problems/"))
    assert "answers now" in shown
    page = reverse("desk:settings_notice", args=[notice.public_id])
    off = {name: value for name, value in values.items() if name != "active"}
    assert boss.post(page, {**off, "expected": "0"}).status_code == 302
    assert "switched off" in text_of(boss.get(f"{LIST}problems/"))
    boss.post(f"{reverse('desk:settings_article_collection', args=[found.public_id])}act/", {"act": "delete"})
    assert not Collection.objects.exists()


def test_the_list_is_filtered_and_flat(boss: Client, django_assert_max_num_queries: Any) -> None:
    for number in range(4):
        made = add_article(
            draft=ArticleDraft(slug=f"a-{number}", titles={"en": f"Title {number}"}, bodies={"en": "x"}),
            actor=SYSTEM,
        )
        make_link(aim=made)
        if number:
            publish_article(article_id=made.pk, actor=SYSTEM)
    boss.get(LIST)
    with django_assert_max_num_queries(12):
        whole = text_of(boss.get(LIST))
    assert all(f"Title {number}" in whole for number in range(4))
    drafts = text_of(boss.get(f"{LIST}?state=draft&q=title"))
    assert "Title 0" in drafts
    assert "Title 1" not in drafts
    assert "No article fits this filter" in text_of(boss.get(f"{LIST}?q=zork%00&state=nonsense"))
    with django_assert_max_num_queries(12):
        boss.get(reverse("desk:settings_article", args=[made.public_id]))


def test_a_short_link_is_drawn_to_be_printed(boss: Client) -> None:
    draft = ArticleDraft(slug="parking", titles={"en": "Parking"}, bodies={"en": "In the yard."})
    link = make_link(aim=add_article(draft=draft, actor=SYSTEM), campaign="flyer")
    response = boss.get(reverse("desk:settings_article_qr", args=[link.code]))
    assert response.headers["Content-Type"] == "image/svg+xml"
    drawn = segno.make_qr(short_url(link), error="m")
    expected = io.BytesIO()
    drawn.save(expected, kind="svg", scale=8)
    assert response.content == expected.getvalue()
    assert boss.get(reverse("desk:settings_article_qr", args=["nothing"])).status_code == 404
