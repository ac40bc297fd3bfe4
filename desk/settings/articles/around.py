"""What stands around articles: their collections, and notices of known problems."""

from __future__ import annotations

import io
from typing import Any
from uuid import UUID

import segno
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from conversations.articles import operations
from conversations.articles.errors import BadArticle, StaleArticle
from conversations.articles.links import short_url
from conversations.articles.models import Collection, Notice, ShortLink
from core.access.models import Role
from core.events.actor import Actor
from core.http import Request, render_page, require
from core.languages import in_active_language
from desk.settings.articles.forms import CollectionForm, NoticeForm, goal_names
from desk.settings.goals.queries import goals_to_choose
from desk.settings.telling import say_next

COLLECTIONS = "desk/settings/articles/collections.html"
COLLECTION = "desk/settings/articles/collection.html"
NOTICES = "desk/settings/articles/notices.html"
NOTICE = "desk/settings/articles/notice.html"


@require_safe
@never_cache
@require(role=Role.MANAGER)
def collections(request: Request) -> HttpResponse:
    rows = Collection.objects.annotate(count=Count("articles")).order_by("position", "id")
    return render_page(request, COLLECTIONS, {"rows": [(row, in_active_language(row.names)) for row in rows]})


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@require(role=Role.ADMIN)
def new_collection(request: Request) -> HttpResponse:
    form = CollectionForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            operations.add_collection(draft=form.draft(), actor=Actor.of(request.user))
            say_next(request, _("Saved."))
            return redirect("desk:settings_article_collections")
        except BadArticle as refusal:
            form.refuse(refusal.faults)
    return render_page(request, COLLECTION, {"form": form}, status=_status(request))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@require(role=Role.ADMIN)
def collection(request: Request, public_id: UUID) -> HttpResponse:
    found = get_object_or_404(Collection, public_id=public_id)
    form = CollectionForm(request.POST if request.method == "POST" else None, known=found)
    if request.method == "POST" and form.is_valid():
        try:
            operations.save_collection(
                collection_id=found.pk,
                draft=form.draft(),
                actor=Actor.of(request.user),
                expected=form.cleaned_data["expected"],
            )
            say_next(request, _("Saved."))
            return redirect("desk:settings_article_collections")
        except StaleArticle as stale:
            form.add_error(None, str(stale))
        except BadArticle as refusal:
            form.refuse(refusal.faults)
    context = {
        "form": form,
        "collection": found,
        "name": in_active_language(found.names),
        "links": [(short_url(each), each) for each in found.links.all()[:20]],
    }
    return render_page(request, COLLECTION, context, status=_status(request))


@require_POST
@require(role=Role.ADMIN)
def act_on_collection(request: Request, public_id: UUID) -> HttpResponse:
    """Delete an empty one, or make a short link of it."""
    found = get_object_or_404(Collection, public_id=public_id)
    try:
        if request.POST.get("act") == "delete":
            operations.delete_collection(collection_id=found.pk, actor=Actor.of(request.user))
            say_next(request, _("Deleted."))
            return redirect("desk:settings_article_collections")
        operations.make_link(aim=found, campaign=request.POST.get("campaign", ""), user=request.user)
    except BadArticle as refusal:
        say_next(request, str(refusal))
    return redirect("desk:settings_article_collection", public_id)


@require_safe
@never_cache
@require(role=Role.MANAGER)
def notices(request: Request) -> HttpResponse:
    now = timezone.now()
    rows = [
        {
            "notice": row,
            "text": in_active_language(row.texts),
            "goals": goal_names(row.goals),
            "state": _state(row, now),
        }
        for row in Notice.objects.all()[:100]
    ]
    return render_page(request, NOTICES, {"rows": rows})


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@require(role=Role.ADMIN)
def new_notice(request: Request) -> HttpResponse:
    form = _notice_form(request, None)
    if request.method == "POST" and form.is_valid():
        try:
            operations.add_notice(draft=form.draft(), actor=Actor.of(request.user))
            say_next(request, _("Saved."))
            return redirect("desk:settings_notices")
        except BadArticle as refusal:
            form.refuse(refusal.faults)
    return render_page(request, NOTICE, {"form": form}, status=_status(request))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@require(role=Role.ADMIN)
def notice(request: Request, public_id: UUID) -> HttpResponse:
    found = get_object_or_404(Notice, public_id=public_id)
    form = _notice_form(request, found)
    if request.method == "POST" and form.is_valid():
        try:
            operations.save_notice(
                notice_id=found.pk,
                draft=form.draft(),
                actor=Actor.of(request.user),
                expected=form.cleaned_data["expected"],
            )
            say_next(request, _("Saved."))
            return redirect("desk:settings_notices")
        except StaleArticle as stale:
            form.add_error(None, str(stale))
        except BadArticle as refusal:
            form.refuse(refusal.faults)
    return render_page(request, NOTICE, {"form": form, "notice": found}, status=_status(request))


@require_safe
@never_cache
@require(role=Role.MANAGER)
def qr(request: Request, code: str) -> HttpResponse:
    """The QR code of a short link, to be printed."""
    found = get_object_or_404(ShortLink, code=code)
    drawn = io.BytesIO()
    segno.make_qr(short_url(found), error="m").save(drawn, kind="svg", scale=8)
    return HttpResponse(drawn.getvalue(), content_type="image/svg+xml")


def _notice_form(request: Request, known: Notice | None) -> NoticeForm:
    data = request.POST if request.method == "POST" else None
    return NoticeForm(data, known=known, goals=goals_to_choose(), now=timezone.now())


def _state(row: Notice, now: Any) -> str:
    if not row.active:
        return "off"
    if row.ends_at is not None and row.ends_at <= now:
        return "over"
    return "coming" if row.starts_at > now else "on"


def _status(request: Request) -> int:
    return 422 if request.method == "POST" else 200
