"""The public pages of articles: any visitor, four languages, one vote, and the campaign comes along (spec 11.3)."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from conversations.accounts.models import ChannelAccount
from conversations.articles.models import Article, Asked, Collection, ShortLink
from conversations.articles.operations import (
    CollectionDraft,
    NoticeDraft,
    add_notice,
    make_link,
    save_collection,
    take_back_article,
)
from conversations.articles.queries import forget
from core.events.actor import SYSTEM
from desk.demo.articles import install_articles

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _articles(account: ChannelAccount) -> None:
    forget()
    install_articles()


@pytest.fixture
def page(client: Client) -> Any:
    def get(path: str, status: int = 200) -> str:
        response = client.get(path)
        assert response.status_code == status, path
        return response.content.decode()

    return get


def test_the_first_page_shows_collections_in_the_language_of_the_visitor(page: Any, client: Client) -> None:
    for language, words in (
        ("en", "Ordering and paying"),
        ("ru", "Заказ и оплата"),
        ("hy", "Պատվեր և վճարում"),
        ("az", "Sifariş və ödəniş"),
    ):
        shown = page(f"/help/?lang={language}")
        assert words in shown
        assert f'<html lang="{language}">' in shown
    by_browser = client.get("/help/", headers={"Accept-Language": "hy"}).content.decode()
    assert "Պատվեր և վճարում" in by_browser


def test_pages_stay_out_of_caches_and_referrers(client: Client) -> None:
    response = client.get("/help/using/warranty/")
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert "no-store" in response.headers["Cache-Control"]
    assert "script-src 'self'" in response.headers["Content-Security-Policy"]
    assert "sessionid" not in response.cookies


def test_an_article_is_text_and_never_html(page: Any) -> None:
    bodies = {"en": "<script>alert(1)</script> **bold** [bank](https://bank.example/)\n\n- one\n- two"}
    Article.objects.filter(slug="warranty").update(bodies=bodies)
    forget()
    shown = page("/help/using/warranty/?lang=en")
    assert "&lt;script&gt;alert(1)&lt;/script&gt; <strong>bold</strong>" in shown
    assert '<a href="https://bank.example/" rel="noopener noreferrer nofollow">bank</a>' in shown
    assert re.search(r"<ul>\s*<li[^>]*>one\s*</li>\s*<li[^>]*>two\s*</li>\s*</ul>", shown)


def test_search_finds_by_meaning_in_any_script(page: Any) -> None:
    for asked in ("rassrochka est?", "Can I pay by card", "12 months", "քարտով կարելի՞ է վճարել"):
        found = page(f"/help/?lang=en&q={asked}").split('class="found"')[1].split("</section>")[0]
        assert "How you can pay" in found, asked
    assert "Nothing fits these words" in page("/help/?lang=en&q=zork my quibble")
    assert "&lt;b&gt;" in page("/help/?lang=en&q=<b>")
    page("/help/?lang=xx&q=%00&campaign=%00")


def test_drafts_and_private_collections_have_no_page(page: Any) -> None:
    take_back_article(article_id=Article.objects.get(slug="care").pk, actor=SYSTEM)
    page("/help/using/care/", 404)
    using = Collection.objects.get(slug="using")
    draft = CollectionDraft(slug="using", names=using.names, public=False)
    save_collection(collection_id=using.pk, draft=draft, actor=SYSTEM)
    page("/help/using/", 404)
    page("/help/using/warranty/", 404)
    assert "Two years of warranty" not in page("/help/?lang=en&q=warranty")
    page("/help/nothing/", 404)
    page("/help/buying/nothing/", 404)


def test_an_old_address_leads_to_the_collection_of_today(client: Client) -> None:
    response = client.get("/help/buying/warranty/?lang=ru&campaign=spring")
    assert (response.status_code, response.headers["Location"]) == (
        302,
        "/help/using/warranty/?lang=ru&campaign=spring",
    )


def test_a_vote_counts_once(client: Client, page: Any) -> None:
    path = "/help/using/warranty/?lang=en&campaign=spring"
    key = re.search(r'name="key" value="([^"]+)"', page(path))
    assert key is not None
    for _time in range(2):
        response = client.post(path, {"key": key[1], "helped": "yes"})
        assert response.status_code == 302
        assert response.headers["Location"] == (
            "/help/using/warranty/?lang=en&campaign=spring&said=yes#helped"
        )
    row = Asked.objects.get()
    assert (row.article.slug, row.outcome, row.via, row.campaign) == (
        "warranty",
        "helped",
        "page",
        "spring",
    )
    assert client.post(path, {"key": "forged", "helped": "yes"}).status_code == 409
    assert client.post(path, {"key": key[1], "helped": "maybe"}).status_code == 422
    foreign = re.search(r'name="key" value="([^"]+)"', page("/help/using/care/"))
    assert foreign is not None
    assert client.post(path, {"key": foreign[1], "helped": "no"}).status_code == 409
    assert Asked.objects.count() == 1
    assert "Thank you, glad it helped." in page(f"{path}&said=yes")


def test_a_short_link_brings_its_campaign_as_far_as_the_chat(
    client: Client, page: Any, account: ChannelAccount
) -> None:
    link = make_link(aim=Article.objects.get(slug="delivery"), campaign="flyer")
    response = client.get(f"/a/{link.code}/")
    assert response.headers["Location"] == "/help/using/delivery/?campaign=flyer"
    shown = page(response.headers["Location"])
    came = f"/chat/{account.token}/?lang=en&amp;campaign=flyer&amp;topic=support&amp;url="
    assert came in shown
    assert '/help/?campaign=flyer"' in shown
    take_back_article(article_id=Article.objects.get(slug="delivery").pk, actor=SYSTEM)
    assert client.get(f"/a/{link.code}/").headers["Location"] == "/help/?campaign=flyer"
    whole = make_link(aim=Collection.objects.get(slug="using"))
    assert client.get(f"/a/{whole.code}/").headers["Location"] == "/help/using/"
    assert client.get("/a/nothing/").status_code == 404
    assert ShortLink.objects.get(pk=link.pk).opened == 2


def test_a_known_problem_stands_above_all(page: Any) -> None:
    starts = timezone.now()
    texts = {"en": "Snow: deliveries are late.", "ru": "Снег: доставка опаздывает."}
    add_notice(
        draft=NoticeDraft(name="Snow", texts=texts, starts_at=starts, goals=("delivery",)), actor=SYSTEM
    )
    assert "Snow: deliveries are late." in page("/help/?lang=en")
    assert "Снег: доставка опаздывает." in page("/help/using/?lang=ru")


def test_pages_cost_little(client: Client, django_assert_max_num_queries: Any) -> None:
    client.get("/help/")
    for path in ("/help/", "/help/?q=delivery", "/help/using/", "/help/using/warranty/"):
        with django_assert_max_num_queries(4):
            assert client.get(path).status_code == 200
