"""The demo company's own site: where a newcomer writes as a customer. It exists only with the demo data."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import get_language_info
from django.views.decorators.http import require_safe

from core.company.queries import company
from core.languages import Language
from desk.demo.queries import demo_account
from desk.showcase.texts import site_texts


@require_safe
def demo(request: HttpRequest) -> HttpResponse:
    """A simple page in the four languages with the web chat on it."""
    account = demo_account()
    if account is None:
        raise Http404
    asked = request.GET.get("lang", "")
    language = asked if asked in Language.values else (translation.get_language() or Language.ENGLISH)[:2]
    context = {
        "account": account,
        "company": company(),
        "language": language,
        "languages": [(code, get_language_info(code)["name_local"]) for code in Language.values],
        "texts": site_texts()[language],
    }
    return render(request, "desk/demo.html", context)
