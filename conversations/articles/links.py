"""Addresses of articles. They outlive a request (in messages, posts, print), so they are kept as text."""

from __future__ import annotations

from django.conf import settings
from django.utils.http import urlencode

from conversations.articles.models import ShortLink
from conversations.articles.queries import Entry


def article_path(collection: str, slug: str, **more: str) -> str:
    """The public page of an article; `more` goes into its query where it says something."""
    query = urlencode({name: value for name, value in more.items() if value})
    return f"/help/{collection}/{slug}/{f'?{query}' if query else ''}"


def article_url(entry: Entry, language: str) -> str:
    """The whole address of the public page of an article that has one."""
    return f"{settings.BASE_URL}{article_path(entry.collection, entry.slug, lang=language)}"


def short_url(link: ShortLink) -> str:
    return f"{settings.BASE_URL}/a/{link.code}/"
