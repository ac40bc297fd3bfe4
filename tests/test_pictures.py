"""The pictures of the documentation are made small without losing what they show."""

import struct
import zlib
from pathlib import Path

import pytest

from scripts import pngs

WIDTH = 6
COLOURS = [(255, 255, 255), (15, 118, 110), (0, 0, 0), (200, 30, 30)]
ROWS = [[COLOURS[(row * 3 + place * place) % 4] for place in range(WIDTH)] for row in range(5)]


def filtered(kind: int, line: bytes, above: bytes) -> bytes:
    """A line as the filter of the PNG specification stores it."""
    left = bytes(3) + line[:-3]
    corner = bytes(3) + above[:-3]
    guesses = {
        0: bytes(len(line)),
        1: left,
        2: above,
        3: bytes((a + b) // 2 for a, b in zip(left, above, strict=True)),
        4: bytes(map(paeth, left, above, corner)),
    }
    return bytes([kind]) + bytes((own - guess) & 255 for own, guess in zip(line, guesses[kind], strict=True))


def paeth(left: int, above: int, corner: int) -> int:
    guess = left + above - corner
    return min((left, above, corner), key=lambda each: abs(guess - each))


def picture(kind: int = pngs.RGB) -> bytes:
    """Five lines, each with another filter."""
    lines = [bytes(part for colour in row for part in colour) for row in ROWS]
    above = [bytes(3 * WIDTH), *lines]
    data = b"".join(filtered(number, line, above[number]) for number, line in enumerate(lines))
    header = struct.pack(">IIBBBBB", WIDTH, len(ROWS), 8, kind, 0, 0, 0)
    parts = [(b"IHDR", header), (b"IDAT", zlib.compress(data)), (b"IEND", b"")]
    return pngs.SIGNATURE + b"".join(pngs._chunk(name, body) for name, body in parts)


def test_few_colours_stay_exactly_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "screen.png"
    path.write_bytes(picture())
    pngs.shrink(path)

    chunks = dict(pngs._chunks(path.read_bytes()))
    palette = [tuple(chunks[b"PLTE"][place : place + 3]) for place in range(0, len(chunks[b"PLTE"]), 3)]
    lines = zlib.decompress(chunks[b"IDAT"])
    seen = [
        [palette[index] for index in lines[start + 1 : start + 1 + WIDTH]]
        for start in range(0, 35, WIDTH + 1)
    ]
    assert seen == ROWS
    assert struct.unpack(">IIBBBBB", chunks[b"IHDR"]) == (WIDTH, 5, 8, pngs.PALETTE, 0, 0, 0)


def test_another_kind_of_picture_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "screen.png"
    path.write_bytes(picture(kind=6))
    with pytest.raises(ValueError, match="no plain RGB picture"):
        pngs.shrink(path)
