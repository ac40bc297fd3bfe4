"""Products as a file, both ways."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from core.access.models import Role
from core.events.actor import Actor
from core.http import Request, render_partial, require
from crm.catalogue.models import Product
from crm.catalogue.operations.sheets import BadRows, import_products
from crm.catalogue.sheets import COLUMNS, LARGEST, BadSheet, read, written
from desk.settings.catalogue.views import LIST
from desk.settings.telling import say_next

SHOWN = 50
"""Faults that are shown at once."""


@require_safe
@never_cache
@require(role=Role.MANAGER)
def export(request: Request) -> HttpResponse:
    """All products as CSV; the import takes the same."""
    text = written(Product.objects.prefetch_related("taxes").order_by("position", "id"))
    response = HttpResponse(text, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="products.csv"'
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@require(role=Role.ADMIN)
def take_in(request: Request) -> HttpResponse:
    """GET asks for the file. POST stores all of its rows, or none and says what is wrong with which."""
    context: dict[str, Any] = {"columns": COLUMNS}
    if request.method != "POST":
        return render_partial(request, LIST, "import_dialog", context)
    sent = request.FILES.get("file")
    try:
        if sent is None:
            raise BadSheet(_("Choose a file."))
        # One byte more than may be: the reader says that it is too large, whatever its whole size.
        done = import_products(rows=read(sent.read(LARGEST + 1)), actor=Actor.of(request.user))
    except BadSheet as refusal:
        return render_partial(request, LIST, "import_dialog", {**context, "refusal": refusal}, status=422)
    except BadRows as refusal:
        more = {
            "refusal": refusal,
            "faults": refusal.faults[:SHOWN],
            "left": max(0, len(refusal.faults) - SHOWN),
        }
        return render_partial(request, LIST, "import_dialog", {**context, **more}, status=422)
    words = _("%(added)d added, %(changed)d changed, %(same)d as they were.")
    say_next(request, words % {"added": done.added, "changed": done.changed, "same": done.same})
    return HttpResponse(status=204, headers={"HX-Redirect": reverse("desk:settings_catalogue")})
