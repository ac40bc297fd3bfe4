"""The reader of an `article` step."""

from __future__ import annotations

from typing import Any

from automation.articles.values import BY_WORDS, ArticleStep
from automation.flows.source import Path

KEYS = ("next", "otherwise")


def read_article(
    draft: Any, step_id: str, data: dict[str, Any], path: Path, following: str | None
) -> ArticleStep:
    """`draft` is what the readers of `automation.flows.steps` get."""
    check = draft.check
    slug = check.name(data["article"], (*path, "article"))
    otherwise = check.name(data["otherwise"], (*path, "otherwise")) if "otherwise" in data else following
    return ArticleStep(step_id, None if slug == BY_WORDS else slug, following, otherwise)
