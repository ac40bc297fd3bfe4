"""The front door of every channel: verify, store, acknowledge (spec 3.1)."""

from __future__ import annotations

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.http.request import RawPostDataException
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from conversations.accounts.models import ChannelAccount
from conversations.accounts.operations import record_malformed, record_refused
from conversations.accounts.queries import account_by_token
from conversations.channels import registry
from conversations.channels.contracts import Adapter, MalformedPayload, SignatureError
from conversations.channels.limits import LocalLimit
from conversations.deliveries.operations import store_delivery

MAX_BODY = 4 * 1024 * 1024
"""Bytes; the largest that a provider documents is 3 MB (facts, WhatsApp)."""
PER_MINUTE = 60
"""Messages of one visitor, where anybody may write, to one process."""
FLOOD = LocalLimit(seconds=60)
COUNTED_PER_MINUTE = 60
COUNTED = LocalLimit(seconds=60)
"""Who forges requests costs one statement each no longer than that, in one process."""


@csrf_exempt
@require_http_methods(["GET", "POST"])
def hook(request: HttpRequest, kind: str, token: str) -> HttpResponse:
    """A provider delivers, or asks who we are.

    Nothing is stored of what is not proved to be the provider's.
    """
    account = account_by_token(kind, token)
    if account is None:
        return refusal(404, "not_found", "There is no such channel.")
    adapter = registry.adapter(account.kind)
    if request.method == "GET":
        return _handshake(request, account, adapter)
    return _delivery(request, account, adapter)


def _handshake(request: HttpRequest, account: ChannelAccount, adapter: Adapter) -> HttpResponse:
    try:
        answer = adapter.handshake(account.credentials, request.GET.dict())
    except SignatureError:
        _count_refused(account)
        return refusal(403, "signature", "The handshake is not the provider's.")
    return HttpResponse(answer, content_type="text/plain; charset=utf-8")


def _delivery(request: HttpRequest, account: ChannelAccount, adapter: Adapter) -> HttpResponse:
    body = _body(request)
    if body is None:
        return refusal(413, "too_large", f"At most {MAX_BODY} bytes.")
    try:
        adapter.verify(account.credentials, request.headers, body, request.GET)
        lane = adapter.lane(body, request.headers)
    except SignatureError:
        _count_refused(account)
        return refusal(403, "session" if adapter.public else "signature", "The signature is not valid.")
    except MalformedPayload as error:
        record_malformed(account=account, error=str(error))
        return refusal(400, "malformed", str(error))
    if adapter.public and not _within_limit(account, lane):
        return slow_down(60)
    store_delivery(account=account, lane=lane, headers=adapter.keep(request.headers), body=body)
    content_type, answer = adapter.acknowledgement
    return HttpResponse(answer, content_type=content_type)


def _count_refused(account: ChannelAccount) -> None:
    if COUNTED.allow(str(account.pk), limit=COUNTED_PER_MINUTE):
        record_refused(account=account)


def _body(request: HttpRequest) -> bytes | None:
    """The raw body; None when it is too large, which is known before it is read.

    A client that hangs up has sent nothing.
    """
    try:
        if int(request.META.get("CONTENT_LENGTH") or 0) > MAX_BODY:
            return None
        body = request.body
    except (RequestDataTooBig, ValueError):
        return None
    except (UnreadablePostError, RawPostDataException):
        return b""
    return body if len(body) <= MAX_BODY else None


def _within_limit(account: ChannelAccount, lane: str) -> bool:
    limit = int(account.settings.get("messages_per_minute", PER_MINUTE))
    return FLOOD.allow(f"{account.pk}:{lane}", limit=limit)


def refusal(status: int, code: str, detail: str) -> JsonResponse:
    """The one shape of errors on public addresses (docs/webchat.md)."""
    return JsonResponse({"error": code, "detail": detail}, status=status)


def slow_down(seconds: int) -> JsonResponse:
    response = refusal(429, "slow_down", "Too many at once.")
    response["Retry-After"] = str(seconds)
    return response
