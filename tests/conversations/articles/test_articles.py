"""Articles are written, published and found; what comes of them is counted (spec 11.3)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from conversations.articles.enums import Outcome, State, Via
from conversations.articles.errors import BadArticle, StaleArticle
from conversations.articles.models import Article, Asked, Collection, ShortLink, Unanswered
from conversations.articles.operations import (
    ArticleDraft,
    CollectionDraft,
    NoticeDraft,
    add_article,
    add_collection,
    add_notice,
    collect,
    delete_article,
    delete_collection,
    dismiss,
    follow_link,
    judged,
    judged_on_page,
    make_link,
    order_articles,
    publish_article,
    save_article,
    save_notice,
    shown,
    take_back_article,
)
from conversations.articles.queries import entry_of, figures, forget, gaps_of, library
from conversations.articles.wanted import wanted_articles
from conversations.threads.models import Conversation, Message
from core.access.models import User
from core.events.actor import SYSTEM
from core.events.models import Event
from tests.factories.conversations import Visitor
from tests.support import work_off

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 3, 4, 10, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _fresh_library() -> None:
    forget()


def draft(slug: str = "warranty", **changes: Any) -> ArticleDraft:
    values: dict[str, Any] = {
        "slug": slug,
        "titles": {"en": "Two years of warranty"},
        "bodies": {"en": "**Two years** on everything."},
        "questions": {"en": ["How long is the warranty?"], "ru": ["Сколько лет гарантия?"]},
    }
    return ArticleDraft(**{**values, **changes})


def published(slug: str = "warranty", **changes: Any) -> Article:
    made = add_article(draft=draft(slug, **changes), actor=SYSTEM)
    return publish_article(article_id=made.pk, actor=SYSTEM)


def conversation_of(visitor: Visitor, text: str = "hello there") -> Conversation:
    visitor.say(text)
    work_off()
    return Conversation.objects.get()


def test_an_article_answers_once_it_is_published_and_no_more_when_taken_back() -> None:
    made = add_article(draft=draft(), actor=SYSTEM)
    assert made.state == State.DRAFT
    assert library().answer("how long is your warranty") is None
    publish_article(article_id=made.pk, actor=SYSTEM)
    publish_article(article_id=made.pk, actor=SYSTEM)
    found = library().answer("how long is your warranty")
    assert found is not None
    assert found.slug == "warranty"
    assert library().answer("garantiya skolko let?") == found, "in Latin letters too"
    assert found.title("hy") == "Two years of warranty"
    take_back_article(article_id=made.pk, actor=SYSTEM)
    assert library().answer("how long is your warranty") is None
    told = list(Event.objects.order_by("id").values_list("name", flat=True))
    assert told == ["article.changed"] * 3


def test_a_change_counts_at_once_and_a_stale_one_is_refused() -> None:
    made = published()
    changed = save_article(
        article_id=made.pk, draft=draft(bodies={"en": "Three years."}), actor=SYSTEM, expected=made.revision
    )
    assert changed.revision == made.revision + 1
    entry = library().answer("how long is the warranty?")
    assert entry is not None
    assert entry.body("ru") == "Three years."
    with pytest.raises(StaleArticle, match="was changed since you opened it"):
        save_article(article_id=made.pk, draft=draft(), actor=SYSTEM, expected=made.revision)
    same = save_article(article_id=made.pk, draft=draft(bodies={"en": "Three years."}), actor=SYSTEM)
    assert same.revision == changed.revision
    assert gaps_of(same) == ("ru", "hy", "az")


def test_bad_articles_are_refused_with_the_place() -> None:
    with pytest.raises(BadArticle) as refused:
        add_article(draft=draft("Not good", titles={"de": "Garantie"}), actor=SYSTEM)
    assert sorted(refused.value.faults) == ["slug", "titles"]
    with pytest.raises(BadArticle, match="Give the article a title"):
        add_article(draft=draft(titles={"en": "  "}), actor=SYSTEM)
    with pytest.raises(BadArticle, match="At most 6000 characters"):
        add_article(draft=draft(bodies={"en": "x" * 6001}), actor=SYSTEM)
    with pytest.raises(BadArticle, match="At most 30 questions"):
        add_article(draft=draft(questions={"en": [f"question {n}" for n in range(31)]}), actor=SYSTEM)
    empty = add_article(draft=draft(bodies={}), actor=SYSTEM)
    with pytest.raises(BadArticle, match="Write the text in at least one language"):
        publish_article(article_id=empty.pk, actor=SYSTEM)
    with pytest.raises(BadArticle, match="address already"):
        add_article(draft=draft(), actor=SYSTEM)


def test_a_published_article_is_not_deleted_under_its_readers() -> None:
    made = published()
    with pytest.raises(BadArticle, match="Take it back first"):
        delete_article(article_id=made.pk, actor=SYSTEM)
    take_back_article(article_id=made.pk, actor=SYSTEM)
    delete_article(article_id=made.pk, actor=SYSTEM)
    delete_article(article_id=made.pk, actor=SYSTEM)
    assert not Article.objects.exists()


def test_articles_are_put_in_order_and_into_collections() -> None:
    home = add_collection(
        draft=CollectionDraft(slug="home", names={"en": "At home"}, public=False), actor=SYSTEM
    )
    first, second = published("first", collection=home), published("second")
    order_articles(ids=[second.pk, first.pk], actor=SYSTEM)
    assert [each.slug for each in Article.objects.all()] == ["second", "first"]
    assert library().entries["first"].collection == "", "a collection without a page gives no link"
    with pytest.raises(BadArticle, match="Move its articles"):
        delete_collection(collection_id=home.pk, actor=SYSTEM)
    save_article(article_id=first.pk, draft=draft("first"), actor=SYSTEM)
    delete_collection(collection_id=home.pk, actor=SYSTEM)
    assert not Collection.objects.exists()


def test_a_known_problem_answers_while_it_lasts() -> None:
    notice = add_notice(
        draft=NoticeDraft(
            name="Snow",
            texts={"en": "Snow: deliveries are two days late."},
            starts_at=NOW,
            ends_at=NOW + timedelta(days=2),
            goals=("delivery",),
            questions={"en": ["Why is my sofa late?"]},
        ),
        actor=SYSTEM,
    )
    known = library()
    found = known.notice("when do you deliver", ["delivery"], NOW)
    assert found is not None
    assert found.texts["en"] == "Snow: deliveries are two days late."
    assert known.notice("why is my sofa so late?", ["other"], NOW) == found
    assert known.notice("what is the price", ["price"], NOW) is None
    assert known.notice("when do you deliver", ["delivery"], NOW - timedelta(seconds=1)) is None
    assert known.notice("when do you deliver", ["delivery"], NOW + timedelta(days=2)) is None
    off = NoticeDraft(name="Snow", texts=notice.texts, starts_at=NOW, goals=("delivery",), active=False)
    save_notice(notice_id=notice.pk, draft=off, actor=SYSTEM, expected=0)
    assert library().notice("when do you deliver", ["delivery"], NOW) is None


def test_bad_notices_are_refused_with_the_place() -> None:
    with pytest.raises(BadArticle) as refused:
        add_notice(
            draft=NoticeDraft(name=" ", texts={"en": "Late?"}, starts_at=NOW, ends_at=NOW), actor=SYSTEM
        )
    assert sorted(refused.value.faults) == ["ends_at", "goals", "name", "texts"]
    with pytest.raises(BadArticle, match="no goal “nonsense”"):
        add_notice(
            draft=NoticeDraft(name="x", texts={"en": "Late."}, starts_at=NOW, goals=("nonsense",)),
            actor=SYSTEM,
        )


def test_what_comes_of_an_article_is_counted(visitor: Visitor) -> None:
    article, talk = published(), conversation_of(visitor)
    for _time in range(2):
        shown(entry=entry_of(article), conversation=talk, language="en")
    judged(slug="warranty", conversation=talk, outcome=Outcome.HELPED)
    judged(slug="warranty", conversation=talk, outcome=Outcome.NOT_HELPED)
    counted = figures([article.pk])[article.pk]
    assert (counted.asked, counted.helped, counted.not_helped, counted.share) == (2, 1, 0, 100)
    for _time in range(2):
        judged_on_page(article_id=article.pk, helped=False, language="ru", campaign="spring", key="page:1")
    counted = figures([article.pk])[article.pk]
    assert (counted.asked, counted.helped, counted.not_helped, counted.share) == (3, 1, 1, 50)
    assert Asked.objects.get(via=Via.PAGE).campaign == "spring"
    assert figures([article.pk], now=datetime(2099, 1, 1, tzinfo=UTC)) == {}


def test_questions_without_an_article_are_listed_until_one_answers_them(visitor: Visitor, user: User) -> None:
    for text in ("do you paint old chairs", "do you paint old chair?", "do you rent out tables"):
        visitor.say(text)
    work_off()
    for message in Message.objects.filter(direction="in"):
        collect(message)
        collect(message)
    found = wanted_articles()
    assert [(each.text, len(each.rows)) for each in found] == [
        ("do you paint old chair?", 2),
        ("do you rent out tables", 1),
    ]
    published("painting", titles={"en": "Painting"}, questions={"en": ["Do you paint old chairs?"]})
    assert [each.text for each in wanted_articles()] == ["do you rent out tables"]
    dismiss(wanted=wanted_articles()[0], user=user)
    assert wanted_articles() == []
    assert Unanswered.objects.count() == 3


def test_a_short_link_is_made_once_for_a_campaign_and_counts() -> None:
    article = published()
    link = make_link(aim=article, campaign=" spring  post ")
    assert make_link(aim=article, campaign="spring post") == link
    assert make_link(aim=article) != link
    assert follow_link(link.code) == link
    assert follow_link("nothing") is None
    assert ShortLink.objects.get(pk=link.pk).opened == 1
    with pytest.raises(BadArticle):
        make_link(aim=article, campaign="x" * 101)
