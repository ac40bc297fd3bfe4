from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from conversations.articles.enums import State
from conversations.articles.errors import BadArticle, StaleArticle
from conversations.articles.models import Article, Collection
from conversations.articles.operations.texts import many_texts, texts_of
from conversations.articles.operations.versions import raise_version
from conversations.articles.queries import in_language
from core.access.models import User
from core.events.actor import Actor
from core.events.operations import record

LONGEST_TITLE = 120
LONGEST_BODY = 6_000
LONGEST_QUESTION = 200
MOST_QUESTIONS = 30
MOST_ARTICLES = 2_000
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_RESERVED = frozenset({"new", "search"})


@dataclass(frozen=True, kw_only=True)
class ArticleDraft:
    """What somebody writes of an article; parts as on the model."""

    slug: str
    titles: Mapping[str, str]
    bodies: Mapping[str, str] = field(default_factory=dict)
    questions: Mapping[str, list[str]] = field(default_factory=dict)
    collection: Collection | None = None
    owner: User | None = None
    review_on: date | None = None


COLUMNS = tuple(ArticleDraft.__dataclass_fields__)


@transaction.atomic
def add_article(*, draft: ArticleDraft, actor: Actor) -> Article:
    """A new draft at the end of the list. Raises BadArticle with a sentence by part."""
    if Article.objects.count() >= MOST_ARTICLES:
        raise BadArticle({"slug": _("There are 2,000 articles: delete some that nobody asks for.")})
    last = Article.objects.aggregate(last=Max("position"))["last"]
    return _save(Article(position=0 if last is None else last + 1), draft, actor)


@transaction.atomic
def save_article(
    *, article_id: int, draft: ArticleDraft, actor: Actor, expected: int | None = None
) -> Article:
    """Change it; what is published counts so at once. `expected` is the revision that the editor saw.

    Raises Article.DoesNotExist, StaleArticle, BadArticle with a sentence by part.
    """
    found = Article.objects.select_for_update().get(pk=article_id)
    if expected is not None and found.revision != expected:
        sentence = _("“%(name)s” was changed since you opened it.") % {"name": in_language(found.titles, "")}
        raise StaleArticle(sentence, who="", when=None)
    return _save(found, draft, actor)


@transaction.atomic
def publish_article(*, article_id: int, actor: Actor) -> Article:
    """From now on it answers. Again: nothing happens. Raises BadArticle for one that says nothing."""
    found = Article.objects.select_for_update().get(pk=article_id)
    if found.state == State.PUBLISHED:
        return found
    if not found.bodies:
        raise BadArticle({"bodies": _("Write the text in at least one language before you publish.")})
    found.state = State.PUBLISHED
    return _keep(found, ["state"], actor)


@transaction.atomic
def take_back_article(*, article_id: int, actor: Actor) -> Article:
    """It answers no more and its page is gone; the words stay as a draft. Again: nothing happens."""
    found = Article.objects.select_for_update().get(pk=article_id)
    if found.state == State.DRAFT:
        return found
    found.state = State.DRAFT
    return _keep(found, ["state"], actor)


@transaction.atomic
def delete_article(*, article_id: int, actor: Actor) -> None:
    """Delete a draft with its figures. Raises BadArticle while it is published. One that is gone: nothing happens."""
    found = Article.objects.select_for_update().filter(pk=article_id).first()
    if found is None:
        return
    if found.state == State.PUBLISHED:
        raise BadArticle({"state": _("Take it back first: customers may be reading it.")})
    record(name="article.deleted", subject=found, actor=actor, payload={"slug": found.slug})
    found.delete()
    raise_version()


@transaction.atomic
def order_articles(*, ids: list[int], actor: Actor) -> None:
    """Put them in this order; those that are not named keep their place behind."""
    rows = list(Article.objects.select_for_update().order_by("position", "id"))
    wanted = {pk: place for place, pk in enumerate(ids)}
    ordered = sorted(rows, key=lambda row: (wanted.get(row.pk, len(wanted)), row.position, row.pk))
    for place, row in enumerate(ordered):
        row.position = place
    Article.objects.bulk_update(ordered, ["position"])
    raise_version()


def _save(found: Article, draft: ArticleDraft, actor: Actor) -> Article:
    values = _checked(found, draft)
    changed = [name for name in COLUMNS if found.pk is None or getattr(found, name) != values[name]]
    if not changed:
        return found
    for name in COLUMNS:
        setattr(found, name, values[name])
    return _keep(found, changed, actor)


def _keep(found: Article, changed: list[str], actor: Actor) -> Article:
    found.revision += 1 if found.pk else 0
    found.updated_at = timezone.now()
    try:
        with transaction.atomic():
            found.save()
    except IntegrityError as error:
        raise BadArticle({"slug": _("There is an article with this address already.")}) from error
    raise_version()
    payload = {"slug": found.slug, "changes": changed}
    record(name="article.changed", subject=found, actor=actor, payload=payload)
    return found


def _checked(found: Article, draft: ArticleDraft) -> dict[str, Any]:
    faults: dict[str, str] = {}
    values = {name: getattr(draft, name) for name in COLUMNS}
    values["slug"] = slug_of(draft.slug, faults)
    taken = Article.objects.exclude(pk=found.pk).filter(slug=values["slug"]).exists()
    if taken:
        faults["slug"] = _("There is an article with this address already.")
    values["titles"] = texts_of(draft.titles, LONGEST_TITLE, "titles", faults)
    values["bodies"] = texts_of(draft.bodies, LONGEST_BODY, "bodies", faults)
    values["questions"] = many_texts(
        draft.questions, longest=LONGEST_QUESTION, most=MOST_QUESTIONS, name="questions", faults=faults
    )
    if not values["titles"]:
        faults.setdefault("titles", _("Give the article a title."))
    if found.state == State.PUBLISHED and not values["bodies"]:
        faults.setdefault("bodies", _("It is published: leave the text in at least one language."))
    if faults:
        raise BadArticle(faults)
    return values


def slug_of(given: str, faults: dict[str, str]) -> str:
    slug = given.strip()
    if len(slug) > 50 or not _SLUG.fullmatch(slug) or slug in _RESERVED:
        faults["slug"] = _("An address has small Latin letters, digits and single hyphens: ways-to-pay.")
    return slug
