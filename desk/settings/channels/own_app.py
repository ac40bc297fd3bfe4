"""Setting up the company's own app as a channel: where it is written to, its secret, and a test."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from conversations.accounts.models import Channel, ChannelAccount
from conversations.accounts.operations import create_account, update_account
from conversations.channels.api.adapter import ping
from conversations.channels.api.setup import rotate
from core.access.models import Role
from core.http import Request, require
from core.outgoing.addresses import NotAllowed, check
from desk.settings.channels.forms import AccountForm

_REFUSALS: Mapping[str, str | Promise] = {
    "form": gettext_lazy("This is no address. Write it as https://app.example.com/parley."),
    "scheme": gettext_lazy("The address must begin with https://."),
    "login": gettext_lazy("Leave name and password out of the address: every message is signed."),
    "private": gettext_lazy("This address leads into a private network, which is never called."),
}


class AppForm(AccountForm):
    """The app's address; the secret is made with a button, never typed."""

    url = forms.CharField(
        label=gettext_lazy("Address of the app"),
        max_length=2000,
        required=False,
        widget=forms.URLInput(attrs={"placeholder": "https://app.example.com/parley"}),
        help_text=gettext_lazy(
            "What your customers are to read is posted there. Empty: the app only writes to us."
        ),
    )

    @classmethod
    def initial_of(cls, account: ChannelAccount) -> dict[str, Any]:
        return super().initial_of(account) | {"url": account.credentials.get("url", "")}

    def clean_url(self) -> str:
        url = str(self.cleaned_data["url"]).strip()
        if url:
            try:
                check(url)
            except NotAllowed as refusal:
                raise forms.ValidationError(str(_REFUSALS[refusal.code])) from refusal
        return url


class AppSetup:
    kind = str(Channel.API)
    title = gettext_lazy("New app")
    about = gettext_lazy(
        "Your own app or program: it posts what customers write and gets the answers, signed."
    )
    first_form = form = AppForm
    form_template = "desk/settings/channels/app_form.html"
    card_template = "desk/settings/channels/app_card.html"

    def create(self, form: AccountForm) -> tuple[ChannelAccount, str]:
        url = form.cleaned_data["url"]
        account = create_account(kind=self.kind, credentials={"url": url}, **form.decided())
        if not form.cleaned_data["active"]:
            account = update_account(account_id=account.pk, active=False)
        return account, _("The app is there. Make its secret next.")

    def save(self, account: ChannelAccount, form: AccountForm) -> ChannelAccount:
        credentials = {**account.credentials, "url": form.cleaned_data["url"]}
        active = form.cleaned_data["active"]
        return update_account(account_id=account.pk, active=active, credentials=credentials, **form.decided())

    def card(self, account: ChannelAccount) -> Mapping[str, Any]:
        hook = reverse("conversations:hook", args=[self.kind, account.token])
        return {"hook_url": f"{settings.BASE_URL}{hook}", **_secret_state(account)}

    def new_form(self) -> Mapping[str, Any]:
        return {"active": True}

    def asked(self, account: ChannelAccount) -> None:
        return None


@require_POST
@never_cache
@require(role=Role.ADMIN)
def secret(request: Request, public_id: UUID) -> HttpResponse:
    """Make a new secret and show it, this once."""
    account = _account(public_id)
    shown = rotate(account_id=account.pk, now=timezone.now())
    account.refresh_from_db()
    context = {"account": account, "secret": shown, **_secret_state(account)}
    return render(request, "desk/settings/channels/app_secret.html", context)


@require_POST
@never_cache
@require(role=Role.ADMIN)
def test(request: Request, public_id: UUID) -> HttpResponse:
    """Send the app a signed test and tell how it answered."""
    pinged = ping(_account(public_id).credentials)
    words = _(pinged.error) if pinged.error else ""
    return render(request, "desk/settings/channels/app_ping.html", {"ping": pinged, "words": words})


def _account(public_id: UUID) -> ChannelAccount:
    return get_object_or_404(ChannelAccount, public_id=public_id, kind=Channel.API)


def _secret_state(account: ChannelAccount) -> dict[str, Any]:
    """Whether there is a secret, and until when the one before is good; never the secrets."""
    until = account.credentials.get("previous_until")
    moment = datetime.fromisoformat(until) if until else None
    return {
        "has_secret": bool(account.credentials.get("secret")),
        "previous_until": moment if moment and moment > timezone.now() else None,
    }
