"""What the model is told, a file for each purpose and version. A file that was in use is never changed: a better one gets
the next number, and the log names the one that was used.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import Template

_FOLDER = Path(__file__).parent
_FILES = {
    "summarise": "summary-1",
    "handoff": "handoff-1",
    "draft": "reply-1",
    "answer": "reply-1",
    "try": "reply-1",
    "suggest": "suggestion-1",
    "classify": "classification-1",
    "translate": "translation-1",
    "translate_out": "translation-1",
}
LANGUAGES = {"en": "English", "ru": "Russian", "hy": "Armenian", "az": "Azerbaijani"}
"""As the model is told them."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """`version` stands in the log."""

    version: str
    text: str


def prompt_for(purpose: str, **values: str) -> Prompt:
    """With its places filled in. Raises KeyError for a purpose without a prompt and for a place without a value."""
    version = _FILES[purpose]
    return Prompt(version, _template(version).substitute(values))


@cache
def _template(version: str) -> Template:
    common = (_FOLDER / "common-1.txt").read_text(encoding="utf-8")
    return Template(f"{common}\n{(_FOLDER / f'{version}.txt').read_text(encoding='utf-8')}")
