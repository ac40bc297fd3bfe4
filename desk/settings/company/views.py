from __future__ import annotations

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from core.access.models import Role
from core.company.models import CompanyProfile
from core.company.operations import update_company
from core.events.actor import Actor
from core.http import Request, render_page, render_partial, require, toast
from desk.settings.company.forms import CompanyForm, SendingForm

PAGE = "desk/settings/company.html"


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@require(role=Role.ADMIN)
def company(request: Request) -> HttpResponse:
    """The profile: GET shows it, POST saves it."""
    profile = CompanyProfile.objects.first() or CompanyProfile()
    if request.method != "POST":
        forms = {"form": CompanyForm(instance=profile), "sending": SendingForm(instance=profile)}
        return render_page(request, PAGE, {**forms, "now": timezone.now()})
    form = CompanyForm(request.POST, instance=profile)
    valid = form.is_valid()
    if valid:
        update_company(actor=Actor.of(request.user), **form.cleaned_data)
    context = {"form": form, "sending": SendingForm(instance=profile), "now": timezone.now()}
    response = render_page(request, PAGE, context, partial="company_form", status=200 if valid else 422)
    return toast(response, _("Saved.")) if valid else response


@require_POST
@require(role=Role.ADMIN)
def sending(request: Request) -> HttpResponse:
    """Quiet hours and the time to undo."""
    profile = CompanyProfile.objects.first() or CompanyProfile()
    form = SendingForm(request.POST, instance=profile)
    valid = form.is_valid()
    if valid:
        update_company(actor=Actor.of(request.user), **form.cleaned_data)
    response = render_partial(request, PAGE, "sending_form", {"sending": form}, status=200 if valid else 422)
    return toast(response, _("Saved.")) if valid else response
