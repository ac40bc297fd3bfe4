"""The new order of a list that was dragged or moved by its buttons."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from core.http import Request


def asked_order(request: Request, rows: Iterable[Any]) -> list[int]:
    """Keys of the rows in the order of the posted `order` (public ids); unknown ones are left out."""
    keys = {str(row.public_id): row.pk for row in rows}
    return [keys[each] for each in dict.fromkeys(request.POST.getlist("order")) if each in keys]
