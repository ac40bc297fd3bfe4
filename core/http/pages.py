"""Answers of the pages: a full page, or one named fragment of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, TypeVar

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.functional import Promise
from django_htmx.http import trigger_client_event

from core.http.request import Request

AnyResponse = TypeVar("AnyResponse", bound=HttpResponseBase)


def render_page(
    request: Request,
    template: str,
    context: Mapping[str, Any] | None = None,
    *,
    partial: str | Collection[str] | None = None,
    status: int = 200,
) -> HttpResponse:
    """The full page; or, when HTMX asks for an element with the id of a `partial`, that partial of the
    template.

    Hyphens of the id stand for underscores of the partial's name as well. A boosted link or a page restored
    from history gets the full page.
    """
    chosen = _asked_for(request, (partial,) if isinstance(partial, str) else partial or ())
    response = render(
        request, f"{template}#{chosen}" if chosen else template, dict(context or {}), status=status
    )
    if partial:
        patch_vary_headers(response, ("HX-Request", "HX-Target"))
    return response


def render_partial(
    request: Request,
    template: str,
    partial: str,
    context: Mapping[str, Any] | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    """One named partial, whoever asks: for addresses that are fragments only."""
    return render(request, f"{template}#{partial}", dict(context or {}), status=status)


def toast(response: AnyResponse, text: str | Promise, undo_url: str | None = None) -> AnyResponse:
    """Let the page show a line, with an undo button that posts to `undo_url`."""
    detail = {"text": str(text), "undo": undo_url} if undo_url else {"text": str(text)}
    return trigger_client_event(response, "toast", detail)


def _asked_for(request: Request, partials: Collection[str]) -> str | None:
    htmx = request.htmx
    if not htmx or htmx.boosted or htmx.history_restore_request:
        return None
    target = (htmx.target or "").replace("-", "_")
    return next((name for name in partials if name.replace("-", "_") == target), None)
