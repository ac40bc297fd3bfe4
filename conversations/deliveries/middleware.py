"""The short way for providers: they have no cookie, no language and no page, hence no use for the other
middleware."""

from __future__ import annotations

from collections.abc import Callable

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.urls import resolve

from conversations.deliveries.views import refusal

PREFIX = "/hooks/"


class ProvidersFirst:
    """Stands first in MIDDLEWARE and answers what comes in on a channel, or from a payment provider, at once:
    sessions, sign-in and security headers of pages would cost more than storing the delivery.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path_info.startswith(PREFIX):
            return self.get_response(request)
        try:
            match = resolve(request.path_info)
        except Http404:
            return refusal(404, "not_found", "There is no such address.")
        return match.func(request, *match.args, **match.kwargs)  # type: ignore[no-any-return]
