from __future__ import annotations

from django.contrib import messages

from core.http import Request

TAG = "settings"


def say_next(request: Request, text: str) -> None:
    """Let the next page of the settings say it, where the answer to this request shows none."""
    messages.success(request, text, extra_tags=TAG)
