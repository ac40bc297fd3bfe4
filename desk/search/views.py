from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from core.http import Request, signed_in
from desk.search.queries import palette


@require_safe
@never_cache
@signed_in
def search(request: Request) -> HttpResponse:
    """Results of the palette."""
    text = request.GET.get("q", "").strip()[:100]
    return render(request, "desk/parts/palette.html", {"sections": palette(request.user, text), "text": text})
