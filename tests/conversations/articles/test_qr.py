"""QR codes of short links: the worked example of the standard, and every code reads back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.articles import qr

EXAMPLE = [32, 91, 11, 120, 209, 114, 220, 77, 67, 64, 236, 17, 236, 17, 236, 17]


def read(square: qr.Square) -> str:
    """Take the text out of a code of one block or several, as a camera's program would that sees no damage."""
    size = len(square)
    version = (size - 17) // 4
    first = "".join(str(int(square[8][x])) for x in range(5))
    value = int(first, 2) ^ (0x5412 >> 10)
    assert value >> 3 == 0, "level M"
    mask = value & 7
    taken = {(y, x) for y, x, _ in (*qr._patterns(version, size), *qr._format(mask, size))}
    free = [place for place in qr._way(size) if place not in taken]
    bits = "".join(str(int(square[y][x] != (qr._MASKS[mask](y, x) == 0))) for y, x in free)
    words = [int(bits[at : at + 8], 2) for at in range(0, len(bits) // 8 * 8, 8)]
    count, length, correction = qr._BLOCKS[version]
    data = [words[number : count * length : count] for number in range(count)]
    ends = [words[count * length + number :: count][:correction] for number in range(count)]
    assert [qr.corrected(block, correction) for block in data] == ends
    stream = "".join(f"{word:08b}" for block in data for word in block)
    assert stream[:4] == "0100"
    said = int(stream[4:12], 2)
    return bytes(int(stream[12 + 8 * n : 20 + 8 * n], 2) for n in range(said)).decode()


def test_the_correction_of_the_standards_example() -> None:
    assert qr.corrected(EXAMPLE, 10) == [196, 35, 39, 119, 235, 215, 231, 226, 93, 23]


@given(st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=106))
def test_every_code_reads_back(text: str) -> None:
    square = qr.modules(text)
    assert len(square) in (21, 25, 29, 33, 37, 41)
    assert read(square) == text


def test_too_long_an_address_is_refused() -> None:
    with pytest.raises(qr.TooLong):
        qr.modules("x" * 107)
