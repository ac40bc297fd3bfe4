from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from core.access.models import Role
from core.http import Request, require
from desk.settings.menu import groups


@require_safe
@require(role=Role.MANAGER)
def settings(request: Request) -> HttpResponse:
    """What can be set, and what each part is for."""
    return render(request, "desk/settings/home.html", {"groups": groups(request.user)})
