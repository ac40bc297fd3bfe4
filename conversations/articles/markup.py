"""The small markup of articles: paragraphs, lists, bold, links. What is no markup is text. Pure, and no HTML.

A blank line ends a paragraph.
- a line of a list
1. a line of a numbered one
**bold**, [words](https://...) and bare addresses
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_INLINE = re.compile(
    r"\*\*(?P<bold>[^*\n]+)\*\*"
    r"|\[(?P<words>[^\]\n]{1,200})\]\((?P<link>(?:https?://|mailto:|tel:)[^\s()<>\"]+)\)"
    r"|(?P<bare>https?://[^\s<>\"']+[^\s<>\"'.,;:!?)])"
)
_BULLET = re.compile(r"^\s*[-*•]\s+(?P<text>\S.*)$")
_NUMBER = re.compile(r"^\s*\d{1,2}[.)]\s+(?P<text>\S.*)$")


@dataclass(frozen=True, slots=True)
class Span:
    """Words of a line. `link` is an address of a web page, a mail or a phone, else ""."""

    text: str
    bold: bool = False
    link: str = ""


Line = tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """`kind`: paragraph, bullets or numbers. A paragraph's lines are shown one below the other."""

    kind: str
    lines: tuple[Line, ...]


def blocks(text: str) -> tuple[Block, ...]:
    """Return the text in blocks, in order."""
    found: list[tuple[str, list[Line]]] = []
    open_block = False
    for raw in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        if not raw.strip():
            open_block = False
            continue
        kind, words = _kind(raw)
        if not open_block or found[-1][0] != kind:
            found.append((kind, []))
        found[-1][1].append(tuple(_spans(words)))
        open_block = True
    return tuple(Block(kind, tuple(lines)) for kind, lines in found)


def plain(text: str) -> str:
    """Return it as a chat shows it: lists with dashes or numbers, links behind their words."""
    parts = []
    for block in blocks(text):
        lines = ["".join(_plain(span) for span in line) for line in block.lines]
        if block.kind == "bullets":
            lines = [f"– {line}" for line in lines]
        elif block.kind == "numbers":
            lines = [f"{number}. {line}" for number, line in enumerate(lines, start=1)]
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


def shortened(text: str, longest: int) -> tuple[str, bool]:
    """Return as many whole blocks of the plain text as fit, at least the beginning of the first; and whether all of it."""
    whole = plain(text)
    if len(whole) <= longest:
        return whole, True
    kept = ""
    for part in whole.split("\n\n"):
        if len(kept) + len(part) + 2 > longest:
            break
        kept = f"{kept}\n\n{part}" if kept else part
    return kept or f"{whole[: longest - 1].rsplit(' ', 1)[0]}…", False


def _kind(raw: str) -> tuple[str, str]:
    if bullet := _BULLET.match(raw):
        return "bullets", bullet["text"].strip()
    if number := _NUMBER.match(raw):
        return "numbers", number["text"].strip()
    return "paragraph", raw.strip()


def _spans(words: str) -> Iterator[Span]:
    at = 0
    for match in _INLINE.finditer(words):
        if match.start() > at:
            yield Span(words[at : match.start()])
        if match["bold"]:
            yield Span(match["bold"], bold=True)
        elif match["link"]:
            yield Span(match["words"], link=match["link"])
        else:
            yield Span(match["bare"], link=match["bare"])
        at = match.end()
    if at < len(words):
        yield Span(words[at:])


def _plain(span: Span) -> str:
    if span.link and span.link != span.text:
        return f"{span.text} ({span.link.removeprefix('mailto:').removeprefix('tel:')})"
    return span.text
