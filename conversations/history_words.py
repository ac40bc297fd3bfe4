"""The words of this room's histories. What an account signs in with is not kept in any history."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from conversations.accounts.models import ChannelAccount, ChannelIdentity
from conversations.articles.models import Article, Collection, Notice
from conversations.assistant.models import AssistantSettings
from conversations.goals.models import Goal, Phrase
from conversations.goals.queries import name_of
from conversations.threads.models import Conversation
from core.history.enums import Area
from core.history.registry import Related, Row, Tracked, Words, register
from core.history.values import by_key
from core.languages import in_active_language

_SECRET = ("secret", "token", "password", "key", "hash")


def _settings(before: Any, after: Any) -> Iterable[tuple[str, str, str]]:
    """Settings are no place for secrets; one that got there all the same is not shown."""
    for name, old, new in by_key()(before, after):
        hide = any(word in name.lower() for word in _SECRET)
        yield (name, "•••" if old else "", "•••" if new else "") if hide else (name, old, new)


def _number(row: Row, _related: Related) -> str:
    return f"#{row['id']}" if row.get("id") else ""


def _identity(row: Row, _related: Related) -> str:
    return str(row.get("display_name") or row.get("external_id") or "")


def _goal_name(row: Row, _related: Related) -> str:
    return name_of(str(row.get("key") or ""), row.get("names") or {})


def _phrase(row: Row, _related: Related) -> str:
    return str(row.get("text") or "")


def _title(row: Row, _related: Related) -> str:
    texts = row.get("titles") or row.get("names") or {}
    return in_active_language(texts, str(row.get("slug") or ""))


def _register_articles() -> None:
    questions = Words(label=_("questions"), split=by_key())
    register(
        Tracked(
            model=Article,
            label=_("Article"),
            called=_title,
            named_by=("titles", "slug"),
            fields={
                "slug": Words(label=_("address")),
                "titles": Words(label=_("title"), split=by_key()),
                "bodies": Words(label=_("text"), split=by_key()),
                "questions": questions,
                "collection": Words(label=_("collection")),
                "owner": Words(label=_("owner")),
            },
            hidden=frozenset({"revision", "position", "updated_at"}),
        ),
        Tracked(
            model=Collection,
            label=_("Collection"),
            called=_title,
            named_by=("names", "slug"),
            fields={
                "slug": Words(label=_("address")),
                "names": Words(label=_("name"), split=by_key()),
                "about": Words(label=_("about"), split=by_key()),
            },
            hidden=frozenset({"revision", "position"}),
        ),
        Tracked(
            model=Notice,
            label=_("Known problem"),
            called=lambda row, _related: str(row.get("name") or ""),
            named_by=("name",),
            fields={
                "name": Words(label=_("name")),
                "texts": Words(label=_("text"), split=by_key()),
                "questions": questions,
                "goals": Words(label=_("customers who ask about")),
            },
            hidden=frozenset({"revision"}),
        ),
    )


def register_words() -> None:
    _register_articles()
    register(
        Tracked(
            model=ChannelAccount,
            label=_("Channel"),
            fields={"settings": Words(label=_("setting"), split=_settings)},
            hidden=frozenset({"token"}),
        ),
        Tracked(
            model=ChannelIdentity,
            label=_("Channel account"),
            area=Area.WORK,
            of="contact",
            called=_identity,
            named_by=("display_name", "external_id"),
            fields={
                "account": Words(label=_("channel")),
                "contact": Words(label=_("contact")),
                "display_name": Words(label=_("name")),
            },
            hidden=frozenset({"external_id"}),
        ),
        Tracked(
            model=AssistantSettings,
            label=_("Assistant"),
            called=lambda _row, _related: "",
            named_by=(),
            mark="",
            admins_only=True,
            hidden=frozenset({"revision"}),
        ),
        Tracked(
            model=Goal,
            label=_("Goal"),
            called=_goal_name,
            mark="",
            named_by=("key", "names"),
            fields={
                "names": Words(label=_("name"), split=by_key()),
                "answer": Words(label=_("answer"), split=by_key()),
                "required_facts": Words(label=_("what must be known")),
                "merged_into": Words(label=_("merged into")),
            },
            hidden=frozenset({"key", "revision"}),
        ),
        Tracked(
            model=Phrase,
            label=_("Phrase"),
            called=_phrase,
            named_by=("text",),
            fields={"text": Words(label=_("phrase")), "goal": Words(label=_("goal"))},
            hidden=frozenset({"key", "created_by"}),
        ),
        Tracked(
            model=Conversation,
            label=_("Conversation"),
            area=Area.WORK,
            called=_number,
            named_by=("id",),
            fields={
                "contact": Words(label=_("contact")),
                "lead": Words(label=_("lead")),
                "handler": Words(label=_("who answers")),
                "language": Words(label=_("language")),
                "goal": Words(label=_("goal")),
                "urgency": Words(label=_("urgency")),
                "tags": Words(label=_("tags")),
            },
            hidden=frozenset({"account", "identity", "thread_id", "referral", "handoff", "solved_at"}),
        ),
    )
