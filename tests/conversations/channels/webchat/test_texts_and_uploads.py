from __future__ import annotations

from datetime import datetime

import pytest

from conversations.channels.webchat import texts
from core.filetypes import EXTENSIONS, recognise
from tests.factories.conversations import at

LANGUAGES = ["en", "ru", "hy", "az"]


def expectation(opening: datetime | None, *, is_open: bool = False) -> dict[str, str]:
    now = at("2026-11-23T20:30:00+00:00")
    return texts.expectation(is_open=is_open, next_opening=opening, now=now, timezone="Asia/Yerevan")


def test_every_text_is_there_in_all_languages() -> None:
    for label in (*(label for _, label in texts.GOALS), expectation(None, is_open=True), expectation(None)):
        assert list(label) == LANGUAGES
        assert all(label.values())


def test_times_are_in_the_companys_zone() -> None:
    # 20:30 UTC is half past midnight of Tuesday in Yerevan.
    assert expectation(at("2026-11-24T06:00:00+00:00"))["en"].startswith("Closed now, back at 10:00.")
    later = expectation(at("2026-11-25T06:00:00+00:00"))
    assert later["en"].startswith("Closed now, back on Wednesday at 10:00.")
    assert "среда, 10:00" in later["ru"]
    assert "չորեքշաբթի, 10:00" in later["hy"]
    assert "çərşənbə, 10:00" in later["az"]


@pytest.mark.parametrize(
    ("name", "head", "mime"),
    [
        ("a.png", b"\x89PNG\r\n\x1a\n....", "image/png"),
        ("A.JPG", b"\xff\xd8\xff\xe0", "image/jpeg"),
        ("a.webp", b"RIFF....WEBPVP8 ", "image/webp"),
        ("a.wav", b"RIFF....WAVEfmt ", "audio/wav"),
        ("a.pdf", b"%PDF-1.7", "application/pdf"),
        ("a.txt", "Բարև\n".encode(), "text/plain"),
        ("a.csv", b"a;b\r\n1;2", "text/csv"),
        ("a.docx", b"PK\x03\x04", EXTENSIONS[".docx"].mime),
        ("a.mp3", b"\xff\xfb\x90", "audio/mpeg"),
        ("a.m4a", b"\x00\x00\x00\x20ftypM4A ", "audio/mp4"),
        ("a.webm", b"\x1aE\xdf\xa3", "video/webm"),
        ("a.png", b"%PDF-1.7", None),
        ("a.txt", b"MZ\x90\x00\x03", None),
        ("a.pdf.exe", b"%PDF-1.7", None),
        ("a.svg", b"<svg onload=alert(1)>", None),
        ("a.html", b"<script>", None),
        ("noextension", b"%PDF-1.7", None),
        ("a.mp4", b"", None),
    ],
)
def test_name_and_bytes_must_agree(name: str, head: bytes, mime: str | None) -> None:
    found = recognise(name, head)
    assert (found.mime if found else None) == mime
