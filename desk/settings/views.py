from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from core.access.models import Role
from core.http import Request, require
from desk.settings.menu import first_url


@require_safe
@require(role=Role.ADMIN)
def settings(request: Request) -> HttpResponse:
    """The first page of the settings."""
    url = first_url()
    return redirect(url) if url else render(request, "desk/settings/base.html")
