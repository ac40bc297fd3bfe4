from __future__ import annotations

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from core.access.models import Role
from core.company.models import CompanyProfile
from core.company.operations import update_company
from core.events.actor import Actor
from core.http import Request, render_page, require, toast
from desk.settings.company.forms import CompanyForm

PAGE = "desk/settings/company.html"


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@require(role=Role.ADMIN)
def company(request: Request) -> HttpResponse:
    """The profile: GET shows it, POST saves it."""
    profile = CompanyProfile.objects.first() or CompanyProfile()
    if request.method != "POST":
        return render_page(request, PAGE, {"form": CompanyForm(instance=profile), "now": timezone.now()})
    form = CompanyForm(request.POST, instance=profile)
    valid = form.is_valid()
    if valid:
        update_company(actor=Actor.of(request.user), **form.cleaned_data)
    context = {"form": form, "now": timezone.now()}
    response = render_page(request, PAGE, context, partial="company_form", status=200 if valid else 422)
    return toast(response, _("Saved.")) if valid else response
