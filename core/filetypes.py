"""Which files customers and colleagues may send: the name and the first bytes must both say the same allowed type. Pure."""

from __future__ import annotations

from dataclasses import dataclass

MAX_BYTES = 10 * 1024 * 1024
HEAD = 512
"""Bytes of the beginning that `recognise` needs."""


@dataclass(frozen=True, slots=True)
class FileType:
    mime: str
    kind: str


PNG = FileType("image/png", "image")
JPEG = FileType("image/jpeg", "image")
GIF = FileType("image/gif", "image")
WEBP = FileType("image/webp", "image")
PDF = FileType("application/pdf", "file")
TEXT = FileType("text/plain", "file")
CSV = FileType("text/csv", "file")
DOCX = FileType("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "file")
XLSX = FileType("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "file")
MP3 = FileType("audio/mpeg", "audio")
OGG = FileType("audio/ogg", "audio")
M4A = FileType("audio/mp4", "audio")
WAV = FileType("audio/wav", "audio")
MP4 = FileType("video/mp4", "video")
WEBM = FileType("video/webm", "video")

EXTENSIONS = {
    ".png": PNG,
    ".jpg": JPEG,
    ".jpeg": JPEG,
    ".gif": GIF,
    ".webp": WEBP,
    ".pdf": PDF,
    ".txt": TEXT,
    ".csv": CSV,
    ".docx": DOCX,
    ".xlsx": XLSX,
    ".mp3": MP3,
    ".ogg": OGG,
    ".m4a": M4A,
    ".wav": WAV,
    ".mp4": MP4,
    ".webm": WEBM,
}


def recognise(name: str, head: bytes) -> FileType | None:
    """The allowed type that the name's extension and the first bytes agree on, or None."""
    dot = name.rfind(".")
    claimed = EXTENSIONS.get(name[dot:].lower()) if dot >= 0 else None
    return claimed if claimed is not None and _looks_like(claimed, head[:HEAD]) else None


def _looks_like(claimed: FileType, head: bytes) -> bool:
    if claimed in (TEXT, CSV):
        return _is_text(head)
    if claimed in (DOCX, XLSX):
        return head.startswith(b"PK\x03\x04")
    if claimed in (MP4, M4A):
        return head[4:8] == b"ftyp"
    if claimed in (WEBP, WAV):
        return head.startswith(b"RIFF") and head[8:12] == (b"WEBP" if claimed is WEBP else b"WAVE")
    if claimed is MP3:
        return head.startswith(b"ID3") or (len(head) > 1 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0)
    return head.startswith(_STARTS[claimed])


_STARTS: dict[FileType, tuple[bytes, ...]] = {
    PNG: (b"\x89PNG\r\n\x1a\n",),
    JPEG: (b"\xff\xd8\xff",),
    GIF: (b"GIF87a", b"GIF89a"),
    PDF: (b"%PDF-",),
    OGG: (b"OggS",),
    WEBM: (b"\x1aE\xdf\xa3",),
}


def _is_text(head: bytes) -> bool:
    """No control bytes; a letter cut at the end of the head is no fault. Old Windows encodings pass."""
    return not any(byte < 9 or 13 < byte < 32 for byte in head)
