"""What stands in a PDF as typst draws it: the characters by the fonts' own tables, in the order of drawing.

Only what such files have: objects in the open, one content stream a page, glyphs of two bytes, tables "ToUnicode".
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

_OBJECT = re.compile(rb"(?:^|\n)(\d+) 0 obj\n")
_FONT = re.compile(rb"/(\w+) [\d.]+ Tf")
_ESCAPE = re.compile(rb"\\([0-7]{1,3}|.)", re.DOTALL)
_NAMED = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
_CHARACTER = re.compile(rb"<([0-9A-F]{4})>\s*<([0-9A-F]+)>")
NO_GLYPH = 0
"""The empty box that stands for what no font can draw."""


@dataclass(frozen=True)
class PdfText:
    """`pages`: all characters of each page. `boxes`: how many glyphs are the box of a missing sign."""

    pages: list[str]
    boxes: int

    @property
    def squeezed(self) -> str:
        """Without any white space: between cells of a table there is none to be found."""
        return squeezed("".join(self.pages))


def squeezed(words: str) -> str:
    return "".join(words.split())


def read_pdf(data: bytes) -> PdfText:
    """Raises ValueError for a page that shows nothing: then this reader does not know the file's form."""
    objects = _objects(data)
    pages, boxes = [], 0
    for page in _pages(objects):
        found = list(_glyphs(page, objects))
        if not found:
            raise ValueError("the page shows no glyphs that can be read")
        boxes += sum(glyph == NO_GLYPH for glyph, _sign in found)
        pages.append("".join(sign for _glyph, sign in found))
    return PdfText(pages, boxes)


def _objects(data: bytes) -> dict[int, bytes]:
    found = list(_OBJECT.finditer(data))
    ends = [each.start() for each in found[1:]] + [len(data)]
    return {int(each[1]): data[each.end() : end] for each, end in zip(found, ends, strict=True)}


def _pages(objects: Mapping[int, bytes]) -> list[bytes]:
    tree = next(each for each in objects.values() if b"/Type/Pages" in each)
    kids = re.search(rb"/Kids\[([^\]]*)\]", tree)
    assert kids is not None
    return [objects[int(number)] for number in re.findall(rb"(\d+) 0 R", kids[1])]


def _stream(number: int, objects: Mapping[int, bytes]) -> bytes:
    head, _stream, body = objects[number].partition(b"stream\n")
    return zlib.decompressobj().decompress(body) if b"/FlateDecode" in head else body


def _reference(name: bytes, within: bytes) -> int:
    found = re.search(rb"/" + name + rb" (\d+) 0 R", within)
    assert found is not None, (name, within)
    return int(found[1])


def _glyphs(page: bytes, objects: Mapping[int, bytes]) -> Iterator[tuple[int, str]]:
    resources = objects[_reference(b"Resources", page)]
    fonts = re.search(rb"/Font<<(.*?)>>", resources, re.DOTALL)
    assert fonts is not None
    tables = {
        name: _signs(_reference(b"ToUnicode", objects[int(number)]), objects)
        for name, number in re.findall(rb"/(\w+) (\d+) 0 R", fonts[1])
    }
    table: Mapping[int, str] = {}
    for text, before in _strings(_stream(_reference(b"Contents", page), objects)):
        for font in _FONT.findall(before):
            table = tables[font]
        codes = _ESCAPE.sub(_unescaped, text)
        for place in range(0, len(codes), 2):
            glyph = int.from_bytes(codes[place : place + 2])
            yield glyph, table.get(glyph, "")


def _strings(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Each string with what stands between it and the one before. Round brackets in pairs may stand in one as they are."""
    depth, start, end, place = 0, 0, 0, 0
    while place < len(content):
        sign = content[place : place + 1]
        if sign == b"\\":
            place += 1
        elif sign == b"(":
            start = start if depth else place
            depth += 1
        elif sign == b")":
            depth -= 1
            if not depth:
                yield content[start + 1 : place], content[end:start]
                end = place + 1
        place += 1


def _unescaped(found: re.Match[bytes]) -> bytes:
    said = found[1]
    return bytes([int(said, 8)]) if said[:1].isdigit() else _NAMED.get(said, said)


def _signs(number: int, objects: Mapping[int, bytes]) -> Mapping[int, str]:
    table = _stream(number, objects)
    assert b"beginbfrange" not in table
    return {
        int(glyph, 16): bytes.fromhex(signs.decode()).decode("utf-16-be")
        for glyph, signs in _CHARACTER.findall(table)
    }
