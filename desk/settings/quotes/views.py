"""Settings > Quotes."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from core.access.models import Role
from core.events.actor import Actor
from core.http import Request, render_page, require, toast
from crm.quotes.models import QuoteSettings
from crm.quotes.operations.settings import update_quote_settings
from desk.settings.quotes.following import follow_ups_form
from desk.settings.quotes.forms import QuoteSettingsForm

PAGE = "desk/settings/quotes.html"


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@require(role=Role.ADMIN)
def quotes(request: Request) -> HttpResponse:
    """How long quotes hold, how they are rounded, what stands on each: GET shows it, POST saves it."""
    stored = QuoteSettings.objects.first() or QuoteSettings()
    if request.method != "POST":
        context = {"form": QuoteSettingsForm(instance=stored), "following": follow_ups_form()}
        return render_page(request, PAGE, context)
    form = QuoteSettingsForm(request.POST, request.FILES, instance=stored)
    if not form.is_valid():
        context = {"form": form, "following": follow_ups_form()}
        return render_page(request, PAGE, context, partial="quotes_form", status=422)
    saved = update_quote_settings(actor=Actor.of(request.user), **form.changes())
    context = {"form": QuoteSettingsForm(instance=saved), "following": follow_ups_form()}
    return toast(render_page(request, PAGE, context, partial="quotes_form"), _("Saved."))
