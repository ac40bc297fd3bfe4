"""The PDF of a quote: drawn by typst from a sheet, the same bytes for the same sheet."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from crm.quotes.models import QuoteVersion
from crm.quotes.queries import quote_settings
from crm.quotes.sheet import Sheet, sheet_of

TEMPLATE = Path(__file__).parent / "data" / "quote.typ"
FONTS = [
    settings.BASE_DIR / "node_modules" / "@expo-google-fonts" / name
    for name in ("noto-sans", "noto-sans-armenian")
]
"""Installed with the assets: others have no sign for the dram or the manat, and leave it out without a warning."""


def render_pdf(version: QuoteVersion) -> bytes:
    """`version` with its quote and contact. Raises RuntimeError when the fonts are not installed."""
    logo = quote_settings().logo
    picture = logo.read() if logo else b""
    drawn: bytes = draw(sheet_of(version), logo=picture, at=version.sent_at or version.created_at)
    return drawn


def draw(
    sheet: Sheet,
    *,
    logo: bytes = b"",
    at: datetime | None = None,
    page: Literal["pdf", "png"] = "pdf",
    ppi: float = 144,
) -> Any:
    """`page`: "pdf" for the file, "png" for its first page or a list of its pages, with `ppi` points an inch."""
    import typst

    if not all(folder.is_dir() for folder in FONTS):
        raise RuntimeError("The fonts of documents are missing; run `make install`.")
    compile_source: Any = typst.compile  # its types do not know a source in memory
    return compile_source(
        _source(),
        format=page,
        ppi=ppi,
        font_paths=[str(folder) for folder in FONTS],
        ignore_system_fonts=True,
        sys_inputs={"sheet": json.dumps(_inputs(sheet, logo), ensure_ascii=False)},
        timestamp=(at or datetime(2026, 1, 1, tzinfo=UTC)).replace(microsecond=0),
    )


@lru_cache(maxsize=1)
def _source() -> bytes:
    return TEMPLATE.read_bytes()


def _inputs(sheet: Sheet, logo: bytes) -> dict[str, Any]:
    with translation.override(sheet.language):
        labels = {
            "quote": _("Quote"),
            "version": _("version %(number)d") % {"number": sheet.version},
            "draft": _("Draft"),
            "customer": _("For"),
            "issued": _("Date"),
            "valid": _("Valid until"),
            "title": _("Description"),
            "quantity": _("Quantity"),
            "price": _("Price"),
            "discount": _("Discount"),
            "tax": _("Tax"),
            "amount": _("Amount, %(currency)s") % {"currency": sheet.currency},
            "options": _("On top, if you like"),
            "options_hint": _("Not counted unless you choose it."),
            "counted": _("counted in the total"),
            "included": _("Prices include tax."),
            "next": _("What comes next"),
            "terms": _("Terms"),
            "files": _("Files that go with it"),
            "page": _("Page"),
        }
    return {
        **asdict(sheet),
        "lines": [_line(each) for each in sheet.lines],
        "options": [_line(each) for each in sheet.options],
        "files": [f"{each.name} ({each.size})" for each in sheet.files],
        "name": sheet.name,
        "has_discounts": sheet.has_discounts,
        "labels": labels,
        "logo": list(logo),
        "logo_format": _format(logo),
    }


def _line(line: Any) -> dict[str, Any]:
    return {**asdict(line), "id": str(line.id)}


def has_format(logo: bytes) -> bool:
    """Whether it is a picture that can be drawn."""
    return bool(_format(logo))


def _format(logo: bytes) -> str:
    if logo.startswith(b"\x89PNG"):
        return "png"
    if logo.startswith(b"\xff\xd8"):
        return "jpg"
    return "svg" if logo.lstrip().startswith(b"<") else ""


def logo_type(logo: bytes) -> str:
    """The media type of a logo by its first bytes, whatever its name says."""
    return {"png": "image/png", "jpg": "image/jpeg", "svg": "image/svg+xml"}.get(
        _format(logo), "application/octet-stream"
    )
