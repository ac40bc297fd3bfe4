"""What is answered when something broke: a page to people, a problem to programs."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.defaults import server_error

from core.api import views as api


def broken(request: HttpRequest) -> HttpResponseBase:
    return api.broken(request) if request.path.startswith("/api/") else server_error(request)
