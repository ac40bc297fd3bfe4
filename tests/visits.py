"""The addresses of the product, and what becomes of a visit to one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.db import transaction
from django.http.response import HttpResponseBase
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from core.access.models import User


def routes() -> Iterator[tuple[str, str, Callable[..., Any]]]:
    """Name with namespace, pattern and view of every address of our own; sign-in pages are allauth's."""

    def walk(resolver: URLResolver, prefix: str, space: str) -> Iterator[tuple[str, str, Callable[..., Any]]]:
        for entry in resolver.url_patterns:
            pattern = f"{prefix}{entry.pattern}"
            if isinstance(entry, URLResolver):
                inner = f"{entry.namespace}:" if entry.namespace else ""
                yield from walk(entry, pattern, f"{space}{inner}")
            elif isinstance(entry, URLPattern) and not pattern.startswith("accounts/"):
                yield f"{space}{entry.name}", pattern, entry.callback

    return walk(get_resolver(), "", "")


def outcome(client: Client, url: str) -> str:
    """What becomes of a visit: in, sign-in, forbidden, missing or broken. Addresses that only act are posted to."""
    response: HttpResponseBase = client.get(url)
    if response.status_code == 405:
        response = client.post(url)
    if response.status_code == 405:
        response = client.delete(url)
    if response.status_code == 302 and "/accounts/login/" in response.headers["Location"]:
        return "sign-in"
    if response.status_code >= 500:
        return "broken"
    return {401: "key", 403: "forbidden", 404: "missing"}.get(response.status_code, "in")


def visit(client: Client, url: str) -> str:
    """The outcome; what the visit did is taken back, so that the next role finds the world as it was."""
    with transaction.atomic():
        found = outcome(client, url)
        transaction.set_rollback(True)
    return found


def client_of(user: User | None) -> Client:
    client = Client(raise_request_exception=False)
    if user is not None:
        client.force_login(user)
    return client
