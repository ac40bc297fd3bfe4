"""The addresses of the widget (docs/webchat.md).

No cookie and no CSRF token: each call carries the visitor's signed session.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from conversations.accounts.models import ChannelAccount
from conversations.accounts.queries import chat_account_or_404
from conversations.channels.contracts import MalformedPayload, SignatureError
from conversations.channels.limits import allow, client_address
from conversations.channels.webchat import operations, queries, signature, wire
from conversations.channels.webchat.adapter import SESSION_HEADER
from conversations.deliveries.views import refusal, slow_down
from core import filetypes
from core.live import tickets, topics

VisitorView = Callable[[HttpRequest, ChannelAccount, str], HttpResponse]
PublicView = Callable[[HttpRequest, str], HttpResponse]
MULTIPART_OVERHEAD = 64 * 1024
SESSIONS_PER_MINUTE = 300
"""Of one address: an office, a school or a mobile network may stand behind it."""
STATUS = {"too_large": 413, "type_not_allowed": 415, "malformed": 400}


def visitor_only(view: VisitorView) -> PublicView:
    """Give the view the account of the address and the visitor of the session; 404 and 403 otherwise."""

    @functools.wraps(view)
    def guarded(request: HttpRequest, token: str) -> HttpResponse:
        account = chat_account_or_404(token)
        secret = str(account.credentials.get("session_secret", ""))
        try:
            session = signature.read(secret, request.headers.get(SESSION_HEADER, ""), now=time.time())
        except SignatureError as error:
            return refusal(403, "session", str(error))
        return view(request, account, session.visitor)

    return never_cache(csrf_exempt(guarded))


@require_GET
@never_cache
@xframe_options_exempt
def page(request: HttpRequest, token: str) -> HttpResponse:
    """The page inside the widget's iframe; only the account's own sites may embed it."""
    account = chat_account_or_404(token)
    language = queries.language_for(account, request.GET.get("lang", ""))
    context = {
        "account": account,
        "company": queries.company_card(),
        "language": language,
        "config": _config(request, account, language),
    }
    with translation.override(language):
        response = render(request, "webchat/page.html", context)
    response._csp_replace = {"frame-ancestors": account.settings.get("origins") or ["*"]}  # type: ignore[attr-defined]
    return response


def _config(request: HttpRequest, account: ChannelAccount, language: str) -> dict[str, str]:
    names = ("session", "messages", "upload", "ticket", "typing")
    addresses = {f"{name}_url": reverse(f"conversations:chat_{name}", args=[account.token]) for name in names}
    told = {name: request.GET.get(name, "")[:500] for name in ("campaign", "topic", "referrer")}
    return {
        "token": account.token,
        "hook_url": reverse("conversations:hook", args=["webchat", account.token]),
        "language": language,
        "page_url": request.GET.get("url", "")[:500],
        **addresses,
        **told,
    }


@csrf_exempt
@require_POST
@never_cache
def session(request: HttpRequest, token: str) -> HttpResponse:
    """Start a session or go on with one."""
    account = chat_account_or_404(token)
    if not allow(f"session:{account.pk}:{client_address(request)}", limit=SESSIONS_PER_MINUTE, seconds=60):
        return slow_down(60)
    try:
        wanted = wire.load(request.body or b"{}")
    except (MalformedPayload, UnreadablePostError, RequestDataTooBig):
        return refusal(400, "malformed", "The body is not a JSON object.")
    now = timezone.now()
    given = wanted.get("session") or request.headers.get(SESSION_HEADER, "")
    signed, found, resumed = operations.open_session(account=account, token=str(given), now=now)
    said = queries.newest(account, found.visitor) if resumed else queries.Said([], "")
    operations.mark_delivered(messages=said.messages, now=now)
    card = queries.company_card()
    return JsonResponse(
        {
            "session": signed,
            "resumed": resumed,
            "expires_at": queries.stamp(now + timedelta(seconds=signature.LIFETIME)),
            "company": card,
            "title": account.settings.get("title") or card["name"],
            "language": queries.language_for(account, str(wanted.get("language") or "")),
            "languages": queries.languages(),
            "availability": queries.availability(account, now),
            "goals": queries.goals(account),
            "contact": queries.contact_state(account, found.visitor),
            "limits": queries.limits(),
            "messages": queries.shown(account, found.visitor, said.messages),
            "cursor": said.cursor,
            "handler": queries.handler_of(account, found.visitor),
        }
    )


@require_GET
@visitor_only
def messages(request: HttpRequest, account: ChannelAccount, visitor: str) -> HttpResponse:
    """What has been said since the cursor."""
    said = queries.said_since(account, visitor, request.GET.get("after", ""))
    operations.mark_delivered(messages=said.messages, now=timezone.now())
    answer: dict[str, Any] = {
        "messages": queries.shown(account, visitor, said.messages),
        "cursor": said.cursor,
        "handler": queries.handler_of(account, visitor),
    }
    return JsonResponse(answer)


@require_POST
@visitor_only
def upload(request: HttpRequest, account: ChannelAccount, visitor: str) -> HttpResponse:
    """Take a file. The body is read here and nowhere before: whoever sends slowly holds up only this call."""
    if not (_may_upload(account, visitor, 20) and _may_upload(account, client_address(request), 100)):
        return slow_down(600)
    if _length(request) > filetypes.MAX_BYTES + MULTIPART_OVERHEAD:
        return refusal(413, "too_large", f"At most {filetypes.MAX_BYTES} bytes.")
    try:
        file = request.FILES.get("file")
    except (MultiPartParserError, UnreadablePostError, RequestDataTooBig):
        file = None
    if not isinstance(file, UploadedFile):
        return refusal(400, "malformed", "There is no part named file.")
    try:
        stored = operations.store_upload(account=account, visitor=visitor, upload=file)
    except operations.UploadRefusedError as error:
        return refusal(STATUS[error.code], error.code, "This file is not taken.")
    return JsonResponse(
        {
            "id": str(stored.public_id),
            "name": stored.name,
            "mime": stored.mime,
            "size": stored.size,
            "kind": stored.kind,
        }
    )


def _may_upload(account: ChannelAccount, who: str, limit: int) -> bool:
    """In ten minutes: one visitor, and all behind one address, since anybody gets a new session."""
    return allow(f"upload:{account.pk}:{who}", limit=limit, seconds=600)


def _length(request: HttpRequest) -> int:
    length = str(request.META.get("CONTENT_LENGTH") or "")
    return int(length) if length.isdecimal() else 0


@require_GET
@never_cache
def file(request: HttpRequest, token: str, public_id: UUID) -> HttpResponse | FileResponse:
    """A file of the visitor's own chat, always as a download."""
    account = chat_account_or_404(token)
    attachment = queries.file_for(account, str(public_id), request.GET.get("key", ""))
    if attachment is None:
        return refusal(404, "not_found", "There is no such file.")
    return FileResponse(
        attachment.file.open("rb"), as_attachment=True, filename=attachment.name, content_type=attachment.mime
    )


@require_POST
@visitor_only
def ticket(request: HttpRequest, account: ChannelAccount, visitor: str) -> HttpResponse:
    """A ticket for the live stream that hears of this visitor's chat alone."""
    issued = tickets.issue([topics.visitor(visitor)], seconds=tickets.LIFETIME_SECONDS)
    answer = {"ticket": issued, "url": f"{settings.LIVE_URL}/stream", "expires_in": tickets.LIFETIME_SECONDS}
    return JsonResponse(answer)


@require_POST
@visitor_only
def typing(request: HttpRequest, account: ChannelAccount, visitor: str) -> HttpResponse:
    if allow(f"typing:{account.pk}:{visitor}", limit=30, seconds=60):
        operations.visitor_types(account=account, visitor=visitor)
    return HttpResponse(status=204)
