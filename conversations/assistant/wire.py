"""The words of an OpenAI-compatible service: what is sent to /chat/completions and what comes back. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

TEMPERATURE = 0.2
MOST_TOKENS = 800
"""Of one answer; a translation needs more."""
MOST_TOKENS_TRANSLATED = 2400
LONGEST_CONTENT = 20_000
_MOST_COUNTED = 10_000_000


class BadReply(ValueError):
    """Not what such a service answers; `str()` for the log."""


@dataclass(frozen=True, slots=True)
class Completion:
    """`tokens_in` and `tokens_out` as the service counts them, else as we guess."""

    content: str
    model: str
    tokens_in: int
    tokens_out: int


def body_of(*, model: str, system: str, document: Mapping[str, Any], most_tokens: int) -> bytes:
    """The request in JSON mode. The document is the words of the user, as JSON."""
    return json.dumps(
        {
            "model": model,
            "messages": [
                {"role": "system", "content": system},
                {"role": "user", "content": json.dumps(document, ensure_ascii=False)},
            ],
            "temperature": TEMPERATURE,
            "max_tokens": most_tokens,
            "response_format": {"type": "json_object"},
        },
        ensure_ascii=False,
    ).encode()


def guessed_tokens(size: int) -> int:
    """At most so many for so many bytes; words in other scripts than Latin take more, and more bytes."""
    return size // 2 + 1


def read_reply(body: bytes, *, asked: int) -> Completion:
    """Raises BadReply. `asked`: bytes of the request, to guess by where nothing was counted."""
    try:
        found: Any = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise BadReply("The service did not answer with JSON.") from error
    choice = _item(found, "choices", 0)
    content = _item(choice, "message", "content")
    if not isinstance(content, str) or not content.strip():
        raise BadReply("The service's answer has no text.")
    if len(content) > LONGEST_CONTENT:
        raise BadReply("The service's answer is too long.")
    return Completion(
        content=content.replace("\x00", ""),
        model=str(_item(found, "model") or "")[:100].replace("\x00", ""),
        tokens_in=_count(_item(found, "usage", "prompt_tokens"), guessed_tokens(asked)),
        tokens_out=_count(
            _item(found, "usage", "completion_tokens"), guessed_tokens(len(content.encode(errors="replace")))
        ),
    )


def said_in_error(body: bytes) -> str:
    """What the service says was wrong, in one short line; "" where it does not say."""
    try:
        found: Any = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    words = _item(found, "error", "message") or _item(found, "message") or _item(found, "error")
    return " ".join(words.replace("\x00", "").split())[:200] if isinstance(words, str) else ""


def _item(found: Any, *path: str | int) -> Any:
    for name in path:
        if isinstance(name, int):
            found = found[name] if isinstance(found, list) and len(found) > name else None
        else:
            found = found.get(name) if isinstance(found, dict) else None
    return found


def _count(value: Any, guess: int) -> int:
    known = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _MOST_COUNTED
    return value if known else guess
