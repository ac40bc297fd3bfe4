from __future__ import annotations

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from core.access.models import User


class Request(HttpRequest):
    """The request as our views see it, after the middleware and behind `signed_in` or `require`."""

    user: User
    htmx: HtmxDetails
