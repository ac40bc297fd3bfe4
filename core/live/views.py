from __future__ import annotations

from django.http import HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from core.http import Request, signed_in
from core.live import topics
from core.live.queries import invitation


@require_safe
@never_cache
@signed_in
def ticket(request: Request) -> HttpResponse:
    """A ticket for the stream of the signed-in person's browser."""
    return JsonResponse(invitation(topics.of_person(request.user.pk)))
