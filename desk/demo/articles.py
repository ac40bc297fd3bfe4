"""Articles of the demo company, published in four languages."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml

from conversations.articles.models import Collection
from conversations.articles.operations import (
    ArticleDraft,
    CollectionDraft,
    add_article,
    add_collection,
    publish_article,
)
from core.access.models import User
from core.events.actor import SYSTEM

FILE = Path(__file__).parent / "articles.yaml"


@cache
def content() -> Any:
    return yaml.safe_load(FILE.read_text(encoding="utf-8"))


def install_articles(*, owner: User | None = None) -> None:
    """Two collections with seven articles."""
    homes: dict[str, Collection] = {
        slug: add_collection(draft=CollectionDraft(slug=slug, **entry), actor=SYSTEM)
        for slug, entry in content()["collections"].items()
    }
    for entry in content()["articles"]:
        draft = ArticleDraft(**{**entry, "collection": homes[entry["collection"]], "owner": owner})
        made = add_article(draft=draft, actor=SYSTEM)
        publish_article(article_id=made.pk, actor=SYSTEM)
