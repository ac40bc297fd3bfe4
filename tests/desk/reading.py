"""Reads pages as a person does: the words of elements, not their markup."""

from __future__ import annotations

from html.parser import HTMLParser

from django.http import HttpResponse

VOID = frozenset(
    {"area", "br", "col", "hr", "img", "input", "link", "meta", "path", "rect", "source", "circle"}
)


class _Reader(HTMLParser):
    def __init__(self, wanted: str) -> None:
        super().__init__()
        self.wanted, self.open, self.depth = wanted, [], 0  # type: ignore[var-annotated]
        self.found: list[tuple[dict[str, str], list[str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_data(" ")
        given = {name: value or "" for name, value in attrs}
        if self.wanted in (*given.get("class", "").split(), f"#{given.get('id', '')}"):
            self.found.append((given, []))
            if tag not in VOID:
                self.open.append((self.depth, len(self.found) - 1))
        if tag not in VOID:
            self.depth += 1

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        self.depth -= 1
        while self.open and self.open[-1][0] >= self.depth:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        for _depth, number in self.open:
            self.found[number][1].append(data)


def words(html: bytes, wanted: str) -> list[str]:
    """The text of each element of that class ("row-name") or id ("#rows"), spaces collapsed."""
    return [" ".join("".join(parts).split()) for _attributes, parts in _read(html, wanted)]


def attributes(html: bytes, wanted: str, name: str) -> list[str]:
    return [given.get(name, "") for given, _parts in _read(html, wanted)]


def _read(html: bytes, wanted: str) -> list[tuple[dict[str, str], list[str]]]:
    reader = _Reader(wanted)
    reader.feed(html.decode())
    return reader.found


def page_words(response: HttpResponse) -> str:
    """All text of an answer, spaces collapsed."""
    return " ".join(words(b"<main id=all>" + response.content + b"</main>", "#all")[0].split())
