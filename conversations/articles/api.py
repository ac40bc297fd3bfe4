"""Articles, their collections, and notices of known problems."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, NoReturn
from uuid import UUID

from rest_framework import serializers

from conversations.articles import operations
from conversations.articles.enums import State
from conversations.articles.errors import BadArticle
from conversations.articles.models import Article, Collection, Notice
from conversations.articles.operations import ArticleDraft, CollectionDraft, NoticeDraft
from conversations.articles.operations.articles import COLUMNS
from conversations.articles.operations.collections import COLUMNS as COLLECTION_COLUMNS
from conversations.articles.operations.notices import COLUMNS as NOTICE_COLUMNS
from core.api.drafts import ByLanguage, Draft, List, OneOf, When, Words, YesNo
from core.api.endpoint import Call, Endpoint, operation
from core.api.filters import FLAG, TEXT, Filter
from core.api.pages import CREATED, Listing
from core.api.problems import Fault, bad_request
from core.api.shapes import Choice, Flag, Identifier, Instant, Made, Optional, Shape, Text, Texts, Whole
from core.keys.scopes import Scope
from core.languages import Language

TAG = "Articles"
TEXTS = {"type": "object", "additionalProperties": {"type": "string"}, "description": "Text by language."}
QUESTIONS = {
    "type": "object",
    "additionalProperties": {"type": "array", "items": {"type": "string"}},
    "description": "Questions by language.",
}
DAY = {"type": ["string", "null"], "format": "date"}


def _day(value: date | None) -> str | None:
    return value.isoformat() if value else None


class CollectionShape(Shape):
    id = Identifier()
    slug = Text(help_text="The end of the address of its public page.")
    names = Made(of=["names"], write=dict, schema=TEXTS)
    about = Made(of=["about"], write=dict, schema=TEXTS)
    public = Flag(help_text="Whether it has a public page.")
    revision = Whole()
    created_at = Instant()


class ArticleShape(Shape):
    id = Identifier()
    slug = Text(help_text="Flows name it by this.")
    titles = Made(of=["titles"], write=dict, schema=TEXTS)
    bodies = Made(of=["bodies"], write=dict, schema=TEXTS)
    questions = Made(of=["questions"], write=dict, schema=QUESTIONS)
    collection = Optional("collection__slug", help_text="The slug of its collection, if any.")
    state = Choice(choices=State.choices)
    review_on = Made(of=["review_on"], write=_day, schema=DAY)
    revision = Whole()
    created_at = Instant()


class NoticeShape(Shape):
    id = Identifier()
    name = Text(help_text="Only colleagues see it.")
    texts = Made(of=["texts"], write=dict, schema=TEXTS)
    questions = Made(of=["questions"], write=dict, schema=QUESTIONS)
    goals = Texts(help_text="Keys of goals: whoever asks about one reads it.")
    starts_at = Instant()
    ends_at = Instant(allow_null=True, help_text="Null: until it is switched off.")
    active = Flag()
    revision = Whole()
    created_at = Instant()


ARTICLES = Listing(
    ArticleShape,
    (
        Filter("state", TEXT, choices=tuple(State.values)),
        Filter("collection", TEXT, "collection__slug"),
        Filter("slug", TEXT),
    ),
    (CREATED,),
)
COLLECTIONS = Listing(CollectionShape, (Filter("public", FLAG),), (CREATED,))
NOTICES = Listing(NoticeShape, (Filter("active", FLAG),), (CREATED,))


class Bodies(ByLanguage):
    child = Words(max_length=6000, allow_blank=True)


class Questions(serializers.DictField):
    """Lists of questions by language."""

    child = List(child=Words(max_length=200), max_length=30)
    default_error_messages = {"no_language": "The languages are {languages}."}

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping) and set(data) - set(Language.values):
            self.fail("no_language", languages=", ".join(Language.values))
        return super().to_internal_value(data)


class Day(Words):
    """A date as in 2026-03-02."""

    default_error_messages = {"no_day": "Write a date like 2026-03-02."}

    def to_internal_value(self, data: Any) -> Any:
        try:
            return date.fromisoformat(super().to_internal_value(data))
        except ValueError:
            self.fail("no_day")


class ArticleChangesDraft(Draft):
    slug = Words(max_length=50, required=False)
    titles = ByLanguage(required=False)
    bodies = Bodies(required=False, help_text="In the small markup of docs/articles.md; no HTML.")
    questions = Questions(required=False)
    collection = Words(max_length=50, required=False, allow_null=True, help_text="The slug of a collection.")
    review_on = Day(required=False, allow_null=True)
    state = OneOf(choices=State.choices, required=False, help_text="Published: it answers from now on.")


class NewArticleDraft(ArticleChangesDraft):
    slug = Words(max_length=50)
    titles = ByLanguage()


class CollectionChangesDraft(Draft):
    slug = Words(max_length=50, required=False)
    names = ByLanguage(required=False)
    about = ByLanguage(required=False)
    public = YesNo(required=False)


class NewCollectionDraft(CollectionChangesDraft):
    slug = Words(max_length=50)
    names = ByLanguage()


class NoticeChangesDraft(Draft):
    name = Words(max_length=100, required=False)
    texts = ByLanguage(required=False)
    questions = Questions(required=False)
    goals = List(child=Words(max_length=40), max_length=50, required=False)
    starts_at = When(required=False)
    ends_at = When(required=False, allow_null=True)
    active = YesNo(required=False)


class NewNoticeDraft(NoticeChangesDraft):
    name = Words(max_length=100)
    texts = ByLanguage()
    starts_at = When()


class Articles(Endpoint):
    tag = TAG

    @operation(Scope.SETTINGS_READ, "Articles", listing=ARTICLES)
    def get(self, call: Call) -> Any:
        return call.page(Article.objects.all())

    @operation(Scope.SETTINGS_WRITE, "Add an article", into=NewArticleDraft, out=ArticleShape, status=201)
    def post(self, call: Call) -> Any:
        values = dict(call.data)
        state = values.pop("state", State.DRAFT)
        try:
            made = operations.add_article(draft=ArticleDraft(**_housed(call, values)), actor=call.actor)
            _put(made, state, call)
        except BadArticle as error:
            _refuse(error)
        return call.one(Article.objects.filter(pk=made.pk))


class OneArticle(Endpoint):
    tag = TAG

    @operation(Scope.SETTINGS_READ, "An article", out=ArticleShape)
    def get(self, call: Call, public_id: UUID) -> Any:
        return call.one(Article.objects.filter(public_id=public_id))

    @operation(
        Scope.SETTINGS_WRITE,
        "Change an article",
        about="What is left out stays. What is published counts so from the next message on.",
        into=ArticleChangesDraft,
        out=ArticleShape,
    )
    def patch(self, call: Call, public_id: UUID) -> Any:
        pk = call.lock(Article.objects.filter(public_id=public_id), ArticleShape)
        found = Article.objects.select_related("collection", "owner").get(pk=pk)
        values = dict(call.data)
        state = values.pop("state", found.state)
        kept = {name: getattr(found, name) for name in COLUMNS}
        try:
            draft = ArticleDraft(**{**kept, **_housed(call, values)})
            saved = operations.save_article(article_id=pk, draft=draft, actor=call.actor)
            _put(saved, state, call)
        except BadArticle as error:
            _refuse(error)
        return call.one(Article.objects.filter(pk=pk))

    @operation(
        Scope.SETTINGS_WRITE,
        "Delete an article",
        about="A draft with its figures; a published one is taken back first.",
    )
    def delete(self, call: Call, public_id: UUID) -> None:
        pk = call.lock(Article.objects.filter(public_id=public_id), ArticleShape)
        try:
            operations.delete_article(article_id=pk, actor=call.actor)
        except BadArticle as error:
            _refuse(error)


class Collections(Endpoint):
    tag = TAG

    @operation(Scope.SETTINGS_READ, "Collections of articles", listing=COLLECTIONS)
    def get(self, call: Call) -> Any:
        return call.page(Collection.objects.all())

    @operation(
        Scope.SETTINGS_WRITE, "Add a collection", into=NewCollectionDraft, out=CollectionShape, status=201
    )
    def post(self, call: Call) -> Any:
        try:
            made = operations.add_collection(draft=CollectionDraft(**call.data), actor=call.actor)
        except BadArticle as error:
            _refuse(error)
        return call.one(Collection.objects.filter(pk=made.pk))


class OneCollection(Endpoint):
    tag = TAG

    @operation(Scope.SETTINGS_READ, "A collection of articles", out=CollectionShape)
    def get(self, call: Call, public_id: UUID) -> Any:
        return call.one(Collection.objects.filter(public_id=public_id))

    @operation(Scope.SETTINGS_WRITE, "Change a collection", into=CollectionChangesDraft, out=CollectionShape)
    def patch(self, call: Call, public_id: UUID) -> Any:
        pk = call.lock(Collection.objects.filter(public_id=public_id), CollectionShape)
        found = Collection.objects.get(pk=pk)
        kept = {name: getattr(found, name) for name in COLLECTION_COLUMNS}
        try:
            draft = CollectionDraft(**{**kept, **call.data})
            operations.save_collection(collection_id=pk, draft=draft, actor=call.actor)
        except BadArticle as error:
            _refuse(error)
        return call.one(Collection.objects.filter(pk=pk))

    @operation(Scope.SETTINGS_WRITE, "Delete an empty collection")
    def delete(self, call: Call, public_id: UUID) -> None:
        pk = call.lock(Collection.objects.filter(public_id=public_id), CollectionShape)
        try:
            operations.delete_collection(collection_id=pk, actor=call.actor)
        except BadArticle as error:
            _refuse(error)


class Notices(Endpoint):
    tag = TAG

    @operation(Scope.SETTINGS_READ, "Notices of known problems", listing=NOTICES)
    def get(self, call: Call) -> Any:
        return call.page(Notice.objects.all())

    @operation(
        Scope.SETTINGS_WRITE,
        "Tell of a known problem",
        about="While it lasts it answers first whoever asks about one of its goals or like one of its questions.",
        into=NewNoticeDraft,
        out=NoticeShape,
        status=201,
    )
    def post(self, call: Call) -> Any:
        try:
            made = operations.add_notice(draft=_notice(call.data), actor=call.actor)
        except BadArticle as error:
            _refuse(error)
        return call.one(Notice.objects.filter(pk=made.pk))


class OneNotice(Endpoint):
    tag = TAG

    @operation(Scope.SETTINGS_READ, "A notice of a known problem", out=NoticeShape)
    def get(self, call: Call, public_id: UUID) -> Any:
        return call.one(Notice.objects.filter(public_id=public_id))

    @operation(Scope.SETTINGS_WRITE, "Change a notice", into=NoticeChangesDraft, out=NoticeShape)
    def patch(self, call: Call, public_id: UUID) -> Any:
        pk = call.lock(Notice.objects.filter(public_id=public_id), NoticeShape)
        found = Notice.objects.get(pk=pk)
        kept = {name: getattr(found, name) for name in NOTICE_COLUMNS}
        try:
            operations.save_notice(notice_id=pk, draft=_notice({**kept, **call.data}), actor=call.actor)
        except BadArticle as error:
            _refuse(error)
        return call.one(Notice.objects.filter(pk=pk))


def _notice(values: Mapping[str, Any]) -> NoticeDraft:
    return NoticeDraft(**{**values, "goals": tuple(values.get("goals", ()))})


def _housed(call: Call, values: dict[str, Any]) -> dict[str, Any]:
    """The collection in place of its slug."""
    if values.get("collection"):
        home = Collection.objects.filter(slug=values["collection"]).first()
        if home is None:
            call.refuse("/collection", "unknown", "There is no such collection.")
        values["collection"] = home
    return values


def _put(found: Article, state: str, call: Call) -> None:
    act = operations.publish_article if state == State.PUBLISHED else operations.take_back_article
    act(article_id=found.pk, actor=call.actor)


def _refuse(error: BadArticle) -> NoReturn:
    raise bad_request([Fault(f"/{name}", "invalid", said) for name, said in error.faults.items()])
