"""What every view needs: the typed request, guards, the page or its fragment, a toast."""

from core.http.guards import reaches, require, required_role, signed_in
from core.http.pages import render_page, render_partial, toast
from core.http.request import Request

__all__ = [
    "Request",
    "reaches",
    "render_page",
    "render_partial",
    "require",
    "required_role",
    "signed_in",
    "toast",
]
