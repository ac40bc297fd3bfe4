"""The public pages of articles (spec 11.3). GET shows, POST says whether it helped."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from conversations.articles.links import article_path
from conversations.articles.markup import blocks
from conversations.articles.models import Collection
from conversations.articles.operations import follow_link, judged_on_page
from conversations.articles.queries import Entry, in_language, library, public_collections
from conversations.articles.reader import Reader, reader_of, shell
from conversations.public_pages import form_key, key_of, may_send, public_page
from core.text import normalise

HOME = "help/home.html"
COLLECTION = "help/collection.html"
ARTICLE = "help/article.html"
MOST_FOUND = 10


@dataclass(frozen=True, slots=True)
class Card:
    """A link to an article."""

    title: str
    path: str


@public_page
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """All public collections, known problems, and what a search finds."""
    reader = reader_of(request)
    asked = request.GET.get("q", "").replace("\x00", "").strip()[:200]
    with translation.override(reader.language):
        shelves = [
            (
                in_language(each.names, reader.language),
                in_language(each.about, reader.language),
                f"/help/{each.slug}/{reader.query()}",
                _cards_of(each.slug, reader),
            )
            for each in public_collections()
        ]
        context = {
            **shell(request, reader),
            "asked": asked,
            "found": _found(asked, reader) if asked else [],
            "shelves": shelves,
            "notices": _notices(reader),
        }
        return render(request, HOME, context)


@public_page
@require_safe
def collection(request: HttpRequest, slug: str) -> HttpResponse:
    """The articles of a collection."""
    reader = reader_of(request)
    found = Collection.objects.filter(slug=slug, public=True).first()
    cards = _cards_of(slug, reader)
    if found is None or not cards:
        raise Http404
    with translation.override(reader.language):
        context = {
            **shell(request, reader),
            "name": in_language(found.names, reader.language),
            "about": in_language(found.about, reader.language),
            "cards": cards,
            "notices": _notices(reader),
        }
        return render(request, COLLECTION, context)


@public_page
@require_http_methods(["GET", "HEAD", "POST"])
def article(request: HttpRequest, collection: str, slug: str) -> HttpResponse:
    """One article; a form asks whether it helped."""
    reader = reader_of(request)
    found = library().entries.get(slug)
    if found is None or not found.collection:
        raise Http404
    if found.collection != collection:
        return redirect(f"{article_path(found.collection, found.slug)}{reader.query()}")
    with translation.override(reader.language):
        if request.method == "POST":
            return _judge(request, found, reader)
        return _show(request, found, reader)


@public_page
@require_safe
def short(request: HttpRequest, code: str) -> HttpResponse:
    """A short link leads on to its page, with its campaign."""
    link = follow_link(code)
    if link is None:
        raise Http404
    reader = reader_of(request)
    query = reader.query(campaign=link.campaign)
    if link.article is not None:
        entry = library().entries.get(link.article.slug)
        if entry is not None and entry.collection:
            return redirect(f"{article_path(entry.collection, entry.slug)}{query}")
    elif link.collection is not None and link.collection.public:
        return redirect(f"/help/{link.collection.slug}/{query}")
    return redirect(f"/help/{query}")


def _judge(request: HttpRequest, found: Entry, reader: Reader) -> HttpResponse:
    key = key_of(request.POST.get("key", ""), found.slug)
    if key is None:
        notice = _("This page was open for too long. Please answer once more.")
        return _show(request, found, reader, notice=notice, status=409)
    if not may_send(request):
        notice = _("That was a lot at once. Please wait a few minutes and try again.")
        return _show(request, found, reader, notice=notice, status=429)
    answer = request.POST.get("helped", "")
    if answer not in ("yes", "no"):
        return _show(request, found, reader, notice=_("Please choose yes or no."), status=422)
    judged_on_page(
        article_id=found.pk,
        helped=answer == "yes",
        language=reader.language,
        campaign=reader.campaign,
        key=key,
    )
    return redirect(f"{request.path}{reader.query(said=answer)}#helped")


def _show(
    request: HttpRequest, found: Entry, reader: Reader, *, notice: str = "", status: int = 200
) -> HttpResponse:
    home = Collection.objects.filter(slug=found.collection).first()
    context = {
        **shell(request, reader),
        "title": found.title(reader.language),
        "blocks": blocks(found.body(reader.language)),
        "collection": in_language(home.names, reader.language) if home else "",
        "collection_path": f"/help/{found.collection}/{reader.query()}",
        "said": request.GET.get("said", ""),
        "key": form_key(found.slug),
        "notice": notice,
        "cards": _cards_of(found.collection, reader, but=found.slug)[:5],
    }
    return render(request, ARTICLE, context, status=status)


def _cards_of(slug: str, reader: Reader, *, but: str = "") -> list[Card]:
    entries = library().entries.values()
    return [_card(each, reader) for each in entries if each.collection == slug and each.slug != but]


def _card(entry: Entry, reader: Reader) -> Card:
    path = f"{article_path(entry.collection, entry.slug)}{reader.query()}"
    return Card(entry.title(reader.language), path)


def _found(asked: str, reader: Reader) -> list[Card]:
    """What is like the question, then what has the words in it."""
    known = library()
    like = [entry for entry, _match in known.find(asked, most=MOST_FOUND)]
    words = normalise(asked)
    holding = [
        entry
        for entry in known.entries.values()
        if words in normalise(f"{entry.title(reader.language)} {entry.body(reader.language)}")
    ]
    unique = {entry.slug: entry for entry in (*like, *holding) if entry.collection}
    return [_card(entry, reader) for entry in list(unique.values())[:MOST_FOUND]]


def _notices(reader: Reader) -> list[str]:
    now = timezone.now()
    return [in_language(each.texts, reader.language) for each in library().notices if each.lasts(now)]
