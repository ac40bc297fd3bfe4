"""Makes a picture of a screen small: 256 colours and the best compression, with nothing but the standard library."""

from __future__ import annotations

import struct
import zlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

SIGNATURE = b"\x89PNG\r\n\x1a\n"
COLOURS = 256
RGB, PALETTE = 2, 3
STEP = 0xF8F8F8
"""Colours that differ only below are one: nobody sees it, and edges of letters need far fewer."""


def shrink(path: Path) -> None:
    """Write the picture anew with a palette. It has to be 8-bit RGB, not interlaced, as Chromium makes them."""
    header, data = _read(path.read_bytes())
    width, height, depth, kind, *_rest, interlaced = struct.unpack(">IIBBBBB", header)
    if (depth, kind, interlaced) != (8, RGB, 0):
        raise ValueError(f"{path} is no plain RGB picture.")
    pixels = _pixels(zlib.decompress(data), 3 * width, height)
    palette, indexes = _reduce(pixels)
    lines = b"".join(b"\0" + indexes[start : start + width] for start in range(0, len(indexes), width))
    path.write_bytes(
        SIGNATURE
        + _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, PALETTE, 0, 0, 0))
        + _chunk(b"PLTE", palette)
        + _chunk(b"IDAT", zlib.compress(lines, 9))
        + _chunk(b"IEND", b"")
    )


def _read(content: bytes) -> tuple[bytes, bytes]:
    chunks = list(_chunks(content))
    header = next(body for name, body in chunks if name == b"IHDR")
    return header, b"".join(body for name, body in chunks if name == b"IDAT")


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    place = len(SIGNATURE)
    while place < len(content):
        (length,) = struct.unpack_from(">I", content, place)
        yield content[place + 4 : place + 8], content[place + 8 : place + 8 + length]
        place += length + 12


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def _pixels(data: bytes, stride: int, height: int) -> bytes:
    """Undo the filters of the lines (PNG specification, 9.2)."""
    before, lines = bytearray(stride), []
    for row in range(height):
        start = row * (stride + 1)
        line = bytearray(data[start + 1 : start + 1 + stride])
        _FILTERS[data[start]](line, before)
        lines.append(bytes(line))
        before = line
    return b"".join(lines)


def _none(line: bytearray, before: bytearray) -> None:
    return None


def _sub(line: bytearray, before: bytearray) -> None:
    for place in range(3, len(line)):
        line[place] = (line[place] + line[place - 3]) & 255


def _up(line: bytearray, before: bytearray) -> None:
    line[:] = bytes((own + above) & 255 for own, above in zip(line, before, strict=True))


def _average(line: bytearray, before: bytearray) -> None:
    for place, above in enumerate(before):
        left = line[place - 3] if place >= 3 else 0
        line[place] = (line[place] + (left + above) // 2) & 255


def _paeth(line: bytearray, before: bytearray) -> None:
    for place, above in enumerate(before):
        left, corner = (line[place - 3], before[place - 3]) if place >= 3 else (0, 0)
        guess = left + above - corner
        _distance, _order, nearest = min(
            (abs(guess - left), 0, left), (abs(guess - above), 1, above), (abs(guess - corner), 2, corner)
        )
        line[place] = (line[place] + nearest) & 255


_FILTERS = (_none, _sub, _up, _average, _paeth)


def _reduce(pixels: bytes) -> tuple[bytes, bytes]:
    """The palette, and the place in it of each pixel. Frequent colours stay exact, rare ones take the nearest."""
    colours = [int.from_bytes(pixels[place : place + 3]) for place in range(0, len(pixels), 3)]
    counted = Counter(colours)
    exact = [colour for colour, _count in counted.most_common(COLOURS // 2)]
    rough = Counter[int]()
    for colour, count in counted.items():
        rough[colour & STEP] += count
    others = [colour for colour, _count in rough.most_common(COLOURS) if colour not in set(exact)]
    palette = (exact + others)[:COLOURS]
    parts = [(*colour.to_bytes(3), place) for place, colour in enumerate(palette)]
    places = {colour: place for place, colour in enumerate(palette)}
    for colour in counted:
        if colour not in places:
            places[colour] = _nearest(colour, parts)
    return b"".join(colour.to_bytes(3) for colour in palette), bytes(map(places.__getitem__, colours))


def _nearest(colour: int, parts: list[tuple[int, ...]]) -> int:
    red, green, blue = colour.to_bytes(3)
    return min(
        (2 * (r - red) ** 2 + 3 * (g - green) ** 2 + (b - blue) ** 2, place) for r, g, b, place in parts
    )[1]
