from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from conversations.articles.errors import BadArticle, StaleArticle
from conversations.articles.models import Notice
from conversations.articles.operations.articles import LONGEST_QUESTION, MOST_QUESTIONS
from conversations.articles.operations.texts import many_texts, texts_of
from conversations.articles.operations.versions import raise_version
from conversations.goals.queries import goal_of
from core.events.actor import Actor
from core.events.operations import record
from core.text import clean

LONGEST_NAME = 100
LONGEST_TEXT = 600


@dataclass(frozen=True, kw_only=True)
class NoticeDraft:
    """What somebody writes of a known problem; parts as on the model."""

    name: str
    texts: Mapping[str, str]
    starts_at: datetime
    ends_at: datetime | None = None
    questions: Mapping[str, list[str]] = field(default_factory=dict)
    goals: tuple[str, ...] = ()
    active: bool = True


COLUMNS = tuple(NoticeDraft.__dataclass_fields__)


@transaction.atomic
def add_notice(*, draft: NoticeDraft, actor: Actor) -> Notice:
    """Raises BadArticle with a sentence by part."""
    return _save(Notice(), draft, actor)


@transaction.atomic
def save_notice(*, notice_id: int, draft: NoticeDraft, actor: Actor, expected: int | None = None) -> Notice:
    """Raises Notice.DoesNotExist, StaleArticle, BadArticle with a sentence by part."""
    found = Notice.objects.select_for_update().get(pk=notice_id)
    if expected is not None and found.revision != expected:
        sentence = _("“%(name)s” was changed since you opened it.") % {"name": found.name}
        raise StaleArticle(sentence, who="", when=None)
    return _save(found, draft, actor)


def _save(found: Notice, draft: NoticeDraft, actor: Actor) -> Notice:
    values = _checked(draft)
    changed = [name for name in COLUMNS if found.pk is None or getattr(found, name) != values[name]]
    if not changed:
        return found
    for name, value in values.items():
        setattr(found, name, value)
    found.revision += 1 if found.pk else 0
    found.save()
    raise_version()
    payload = {"name": found.name, "changes": changed}
    record(name="article.notice_changed", subject=found, actor=actor, payload=payload)
    return found


def _checked(draft: NoticeDraft) -> dict[str, object]:
    faults: dict[str, str] = {}
    name = " ".join(clean(draft.name).split())
    if not name or len(name) > LONGEST_NAME:
        faults["name"] = _("Give it a name of at most 100 characters; only colleagues see it.")
    texts = texts_of(draft.texts, LONGEST_TEXT, "texts", faults)
    questions = many_texts(
        draft.questions, longest=LONGEST_QUESTION, most=MOST_QUESTIONS, name="questions", faults=faults
    )
    goals = list(dict.fromkeys(draft.goals))
    if not texts:
        faults.setdefault("texts", _("Write what customers are to read."))
    elif any(mark in text for text in texts.values() for mark in "?？؟՞"):
        faults.setdefault("texts", _("Say it without a question: the chat asks its own right after."))
    if unknown := [key for key in goals if goal_of(key) is None]:
        faults["goals"] = _("There is no goal “%(key)s”.") % {"key": ", ".join(unknown)}
    if not goals and not questions:
        faults.setdefault("goals", _("Choose a goal or write a question, so that it is known who is meant."))
    if draft.ends_at is not None and draft.ends_at <= draft.starts_at:
        faults["ends_at"] = _("It ends after it has begun.")
    if faults:
        raise BadArticle(faults)
    return {
        "name": name,
        "texts": texts,
        "questions": questions,
        "goals": goals,
        "starts_at": draft.starts_at,
        "ends_at": draft.ends_at,
        "active": draft.active,
    }
