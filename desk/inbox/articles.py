"""Articles that fit what the customer asked, to be put into an answer (spec 11.1, 11.3)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from conversations.articles.links import article_url
from conversations.articles.markup import shortened
from conversations.articles.operations import inserted
from conversations.articles.queries import Entry, library
from conversations.threads.models import Conversation, Direction, Message
from core.errors import Refused
from core.http import Request, signed_in
from core.languages import Language
from desk.inbox import queries
from desk.inbox.views import acting

MENU = "desk/inbox/articles.html"
OFFERED = 4
LONGEST = 900
LOOKED_AT = 3


@require_safe
@never_cache
@signed_in
def articles(request: Request, public_id: UUID) -> HttpResponse:
    """The articles that are like the customer's last words, or like what is searched for."""
    conversation = queries.conversation_for(request.user, public_id)
    if conversation is None:
        raise Http404
    words = request.GET.get("article_q", "").replace("\x00", "").strip()[:200]
    language = _language(conversation)
    found = [(each.slug, each.title(language)) for each in _fitting(conversation, words)]
    context = {"conversation": conversation, "found": found, "words": words}
    return render(request, MENU, context)


@acting
def insert(request: Request, conversation: Conversation) -> dict[str, Any]:
    """Put an article into the answer in the customer's language; nothing is sent."""
    found = library().entries.get(request.POST.get("article", ""))
    if found is None:
        raise Refused(_("This article does not answer any more. Choose another one."))
    inserted(entry=found, conversation=conversation, user=request.user)
    return {"composer:fill": {"text": _text(found, _language(conversation))}}


def _fitting(conversation: Conversation, words: str) -> list[Entry]:
    known = library()
    asked = [words] if words else _last_words(conversation)
    found = {entry.slug: entry for text in asked for entry, _match in known.find(text, most=OFFERED)}
    return list(found.values())[:OFFERED]


def _last_words(conversation: Conversation) -> list[str]:
    said = Message.objects.filter(conversation=conversation, direction=Direction.IN).order_by("-sequence")
    return list(said.values_list("text", flat=True)[:LOOKED_AT])


def _text(entry: Entry, language: str) -> str:
    text, whole = shortened(entry.body(language), LONGEST)
    return text if whole or not entry.collection else f"{text}\n\n{article_url(entry, language)}"


def _language(conversation: Conversation) -> str:
    return conversation.language or Language.ENGLISH.value
