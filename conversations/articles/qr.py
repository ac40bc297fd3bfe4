"""QR codes of short addresses (ISO/IEC 18004): bytes, level M, versions 1 to 6. Pure.

`modules` gives the square of dark modules without its quiet zone of four.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

Square = list[list[bool]]

_BLOCKS = {1: (1, 16, 10), 2: (1, 28, 16), 3: (1, 44, 26), 4: (2, 32, 18), 5: (2, 43, 24), 6: (4, 27, 16)}
"""By version: blocks, their data codewords, their correction codewords."""
_MASKS = (
    lambda y, x: (y + x) % 2,
    lambda y, x: y % 2,
    lambda y, x: x % 3,
    lambda y, x: (y + x) % 3,
    lambda y, x: (y // 2 + x // 3) % 2,
    lambda y, x: y * x % 2 + y * x % 3,
    lambda y, x: (y * x % 2 + y * x % 3) % 2,
    lambda y, x: ((y + x) % 2 + y * x % 3) % 2,
)
_FINDER_LIKE = (
    (True, False, True, True, True, False, True, False, False, False, False),
    (False, False, False, False, True, False, True, True, True, False, True),
)


class TooLong(ValueError):
    """More than 106 bytes do not fit."""


def modules(text: str) -> Square:
    """Return the code of the text. Raises TooLong."""
    data = text.encode()
    version = next(
        (each for each, (count, size, _) in _BLOCKS.items() if len(data) + 2 <= count * size), None
    )
    if version is None:
        raise TooLong(len(data))
    bits = [bool(byte >> place & 1) for byte in _codewords(data, version) for place in range(7, -1, -1)]
    drawn = (_drawn(version, bits, mask) for mask in range(len(_MASKS)))
    return min(drawn, key=_penalty)


def _codewords(data: bytes, version: int) -> list[int]:
    """Data and correction codewords, interleaved block by block."""
    count, size, correction = _BLOCKS[version]
    stream = f"0100{len(data):08b}" + "".join(f"{byte:08b}" for byte in data) + "0000"
    stream = stream[: count * size * 8]
    stream += "0" * (-len(stream) % 8)
    words = [int(stream[at : at + 8], 2) for at in range(0, len(stream), 8)]
    words += [(0xEC, 0x11)[number % 2] for number in range(count * size - len(words))]
    blocks = [words[at : at + size] for at in range(0, len(words), size)]
    corrections = [corrected(block, correction) for block in blocks]
    return [word for group in (blocks, corrections) for column in zip(*group, strict=True) for word in column]


def corrected(block: Sequence[int], count: int) -> list[int]:
    """Return the Reed-Solomon correction codewords of a block."""
    generator = [1]
    for power in range(count):
        generator = [
            left ^ _times(right, _EXP[power])
            for left, right in zip([*generator, 0], [0, *generator], strict=True)
        ]
    rest = [*block, *([0] * count)]
    for at in range(len(block)):
        if factor := rest[at]:
            for place, each in enumerate(generator):
                rest[at + place] ^= _times(each, factor)
    return rest[len(block) :]


def _powers() -> list[int]:
    found, value = [], 1
    for _ in range(255):
        found.append(value)
        value = value << 1 ^ (0x11D if value & 0x80 else 0)
    return found


_EXP = _powers()
_LOG = {value: power for power, value in enumerate(_EXP)}


def _times(left: int, right: int) -> int:
    return _EXP[(_LOG[left] + _LOG[right]) % 255] if left and right else 0


def _drawn(version: int, bits: Sequence[bool], mask: int) -> Square:
    size = 17 + 4 * version
    square: Square = [[False] * size for _ in range(size)]
    taken: Square = [[False] * size for _ in range(size)]
    for y, x, dark in (*_patterns(version, size), *_format(mask, size)):
        square[y][x], taken[y][x] = dark, True
    free = (place for place in _way(size) if not taken[place[0]][place[1]])
    for number, (y, x) in enumerate(free):
        bit = bits[number] if number < len(bits) else False
        square[y][x] = bit != (_MASKS[mask](y, x) == 0)
    return square


def _patterns(version: int, size: int) -> Iterator[tuple[int, int, bool]]:
    """Finders with their separators, timing, alignment and the dark module."""
    for place in range(size):
        yield 6, place, place % 2 == 0
        yield place, 6, place % 2 == 0
    for top, left in ((0, 0), (0, size - 7), (size - 7, 0)):
        for y in range(max(0, top - 1), min(size, top + 8)):
            for x in range(max(0, left - 1), min(size, left + 8)):
                ring = max(abs(y - top - 3), abs(x - left - 3))
                yield y, x, ring in (0, 1, 3)
    if version > 1:
        middle = size - 7
        for y in range(middle - 2, middle + 3):
            for x in range(middle - 2, middle + 3):
                yield y, x, max(abs(y - middle), abs(x - middle)) != 1
    yield size - 8, 8, True


def _format(mask: int, size: int) -> Iterator[tuple[int, int, bool]]:
    """Level M and the mask, twice."""
    value = rest = mask << 10
    for place in range(14, 9, -1):
        if rest >> place & 1:
            rest ^= 0x537 << (place - 10)
    value = (value | rest) ^ 0x5412
    ways = [*((8, x) for x in (0, 1, 2, 3, 4, 5, 7, 8)), *((y, 8) for y in (7, 5, 4, 3, 2, 1, 0))]
    again = [*((y, 8) for y in range(size - 1, size - 8, -1)), *((8, x) for x in range(size - 8, size))]
    for way in (ways, again):
        for number, (y, x) in enumerate(way):
            yield y, x, bool(value >> (14 - number) & 1)


def _way(size: int) -> Iterator[tuple[int, int]]:
    """Two columns at a time from the right, up and down in turn, without the timing column."""
    rights = [*range(size - 1, 6, -2), 5, 3, 1]
    for number, right in enumerate(rights):
        rows = range(size) if number % 2 else range(size - 1, -1, -1)
        for y in rows:
            yield y, right
            yield y, right - 1


def _penalty(square: Square) -> int:
    """How hard it is to read: long runs, blocks, what looks like a finder, and too much of one colour."""
    size = len(square)
    lines = [*square, *map(list, zip(*square, strict=True))]
    runs = [len(list(group)) for line in lines for _, group in groupby(line)]
    found = sum(run - 2 for run in runs if run >= 5)
    for y in range(size - 1):
        for x in range(size - 1):
            found += 3 * (len({square[y][x], square[y][x + 1], square[y + 1][x], square[y + 1][x + 1]}) == 1)
    for line in lines:
        for at in range(size - 10):
            found += 40 * (tuple(line[at : at + 11]) in _FINDER_LIKE)
    dark = sum(map(sum, square)) * 100 // size**2
    return found + 10 * (abs(dark - 50) // 5)
