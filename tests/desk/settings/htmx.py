"""Requests and answers as HTMX makes and reads them."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpResponse


def htmx(target: str = "") -> dict[str, str]:
    """Headers of a request for the element of that id."""
    return {"HX-Request": "true", "HX-Target": target}


def toast_of(response: HttpResponse) -> str:
    """The line that the page shows, empty for none."""
    events: dict[str, Any] = json.loads(response.headers.get("HX-Trigger", "{}"))
    return str(events.get("toast", {}).get("text", ""))
