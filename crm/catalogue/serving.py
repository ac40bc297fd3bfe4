"""The picture of a product as an answer: only what its first bytes say it is, and never to be run."""

from __future__ import annotations

from typing import Any

from django.http import FileResponse, Http404

from crm.catalogue.models import Product

TYPES = {"png": "image/png", "jpg": "image/jpeg", "webp": "image/webp"}
KEPT = "private, max-age=3600"
"""Addresses carry the revision of the product, so that a new picture is a new address."""


def picture_of(product: Product | None) -> FileResponse:
    """Http404 where there is none. The ending was given when it was stored, by what it is."""
    name = product.picture.name if product is not None else ""
    if product is None or not name or not product.picture.storage.exists(name):
        raise Http404
    ending = name.rpartition(".")[2]
    headers: Any = {"Cache-Control": KEPT, "X-Content-Type-Options": "nosniff"}
    return FileResponse(
        product.picture.open("rb"),
        filename=f"{product.public_id}.{ending}",
        content_type=TYPES.get(ending, "application/octet-stream"),
        headers=headers,
    )
