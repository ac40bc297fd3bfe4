"""Articles (spec 11.3): the list with what they bring, the editor in four languages, and what nobody has written yet."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from conversations.articles import operations
from conversations.articles.enums import State
from conversations.articles.errors import BadArticle, StaleArticle
from conversations.articles.links import article_path, short_url
from conversations.articles.models import Article
from conversations.articles.queries import Figures, articles, figures
from conversations.articles.wanted import wanted_articles
from core.access.models import Role
from core.events.actor import Actor
from core.http import Request, render_page, render_partial, require
from core.languages import Language, in_active_language
from desk.settings.articles.forms import ArticleForm, address_of
from desk.settings.articles.queries import collections, guesses, lines
from desk.settings.telling import say_next

LIST = "desk/settings/articles.html"
PAGE = "desk/settings/article.html"


@require_safe
@never_cache
@require(role=Role.MANAGER)
def overview(request: Request) -> HttpResponse:
    """All articles with how often they were asked and how often they helped, and what is asked in vain."""
    asked = {
        name: request.GET.get(name, "").replace("\x00", "")[:100] for name in ("state", "collection", "q")
    }
    state = asked["state"] if asked["state"] in State.values else ""
    found = lines(state=state, collection=asked["collection"], words=asked["q"], today=timezone.localdate())
    context = {
        "lines": found,
        "asked": asked,
        "states": State.choices,
        "collections": collections(),
        "filtered": any(asked.values()),
        "wanted": wanted_articles(most=8),
    }
    return render_page(request, LIST, context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@require(role=Role.ADMIN)
def new(request: Request) -> HttpResponse:
    """Write an article, perhaps from a question that customers asked."""
    question = request.GET.get("question", "").replace("\x00", "").strip()[:200]
    language = request.GET.get("language", "")
    first = {f"questions_{language}": question} if question and language in Language.values else {}
    form = ArticleForm(request.POST if request.method == "POST" else None, first=first)
    if request.method == "POST" and form.is_valid():
        try:
            made = operations.add_article(draft=form.draft(), actor=Actor.of(request.user))
            say_next(request, _("Saved as a draft. Publish it when it is good."))
            return redirect("desk:settings_article", made.public_id)
        except BadArticle as refusal:
            form.refuse(refusal.faults)
    status = 422 if request.method == "POST" else 200
    return render_page(request, PAGE, {"form": form}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@require(role=Role.ADMIN)
def edit(request: Request, public_id: UUID) -> HttpResponse:
    """Change an article; what is published counts so at once."""
    found = _found(public_id)
    form = ArticleForm(request.POST if request.method == "POST" else None, known=found)
    if request.method == "POST" and form.is_valid():
        try:
            operations.save_article(
                article_id=found.pk,
                draft=form.draft(),
                actor=Actor.of(request.user),
                expected=form.cleaned_data["expected"],
            )
            say_next(request, _("Saved."))
            return redirect("desk:settings_article", public_id)
        except StaleArticle as stale:
            form.add_error(None, str(stale))
        except BadArticle as refusal:
            form.refuse(refusal.faults)
    status = 422 if request.method == "POST" else 200
    return render_page(request, PAGE, _context(found, form), status=status)


@require_POST
@require(role=Role.ADMIN)
def act(request: Request, public_id: UUID) -> HttpResponse:
    """Publish it, take it back, or delete a draft."""
    found, actor = _found(public_id), Actor.of(request.user)
    try:
        match request.POST.get("act"):
            case "publish":
                operations.publish_article(article_id=found.pk, actor=actor)
                say_next(request, _("Published. It answers from now on."))
            case "take_back":
                operations.take_back_article(article_id=found.pk, actor=actor)
                say_next(request, _("Taken back. It answers no more."))
            case "delete":
                operations.delete_article(article_id=found.pk, actor=actor)
                say_next(request, _("Deleted."))
                return redirect("desk:settings_articles")
    except BadArticle as refusal:
        say_next(request, str(refusal))
    return redirect("desk:settings_article", public_id)


@require_POST
@require(role=Role.ADMIN)
def link(request: Request, public_id: UUID) -> HttpResponse:
    """Make a short link for a campaign; the same again is the one that is there."""
    found = _found(public_id)
    try:
        operations.make_link(aim=found, campaign=request.POST.get("campaign", ""), user=request.user)
    except BadArticle as refusal:
        say_next(request, str(refusal))
    return redirect("desk:settings_article", public_id)


@require_POST
@require(role=Role.ADMIN)
def ask(request: Request) -> HttpResponse:
    """What a customer's question would find, with the article as it stands in the editor."""
    text = request.POST.get("ask", "").replace("\x00", "").strip()[:300]
    titles = {code: request.POST.get(f"title_{code}", "") for code in Language.values}
    questions = [*titles.values()]
    for code in Language.values:
        questions += request.POST.get(f"questions_{code}", "").splitlines()[:30]
    slug = request.POST.get("slug", "") or address_of(titles)
    shown, sure = guesses(text, slug=slug, questions=[each for each in questions if each.strip()])
    context = {"guesses": shown, "sure": sure, "asked": text}
    return render_partial(request, PAGE, "guesses", context)


@require_POST
@require(role=Role.ADMIN)
def dismiss(request: Request, group_id: int) -> HttpResponse:
    """No article is written of a question. One that somebody has dealt with meanwhile is only gone."""
    found = next((each for each in wanted_articles(most=100) if each.id == group_id), None)
    if found is not None:
        operations.dismiss(wanted=found, user=request.user)
        say_next(request, _("Dismissed."))
    return redirect("desk:settings_articles")


def _found(public_id: UUID) -> Article:
    return get_object_or_404(articles(), public_id=public_id)


def _context(found: Article, form: ArticleForm) -> dict[str, Any]:
    home = found.collection
    public = found.state == State.PUBLISHED and home is not None and home.public
    return {
        "form": form,
        "article": found,
        "name": in_active_language(found.titles, found.slug),
        "published": found.state == State.PUBLISHED,
        "page": article_path(home.slug, found.slug) if home is not None and public else "",
        "figures": figures([found.pk]).get(found.pk, Figures()),
        "links": [(short_url(each), each) for each in found.links.all()[:20]],
    }
