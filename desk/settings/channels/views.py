"""Channels: whether they work, what went wrong, and setting one up (spec 2.7)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import trigger_client_event

from conversations.accounts.models import ChannelAccount
from conversations.accounts.operations import clear_error
from conversations.deliveries import operations as deliveries
from conversations.deliveries.queries import parked
from conversations.outbox.models import OutboxItem, OutboxStatus
from conversations.outbox.operations import retry_message
from core.access.models import Role
from core.events.actor import Actor
from core.http import Request, render_page, render_partial, require, toast
from desk.settings.channels import queries
from desk.settings.channels.kinds import SETUPS, setup_of
from desk.settings.channels.setups import SetupRefused
from desk.settings.telling import say_next

LIST = "desk/settings/channels.html"
PAGE = "desk/settings/channel.html"
CHOICE = "desk/settings/channels/new.html"


@require_safe
@never_cache
@require(role=Role.MANAGER)
def channels(request: Request) -> HttpResponse:
    """Every account with its health."""
    lines = queries.channel_lines(timezone.now())
    return render_page(request, LIST, {"lines": lines, "reach": queries.reach()}, partial="channel_list")


@require_safe
@never_cache
@require(role=Role.ADMIN)
def new(request: Request) -> HttpResponse:
    """Which kind of channel."""
    return render(request, CHOICE, {"setups": list(SETUPS.values())})


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@require(role=Role.ADMIN)
def new_account(request: Request, kind: str) -> HttpResponse:
    """Set up an account of that kind."""
    setup = setup_of(kind)
    if setup is None:
        raise Http404
    posted = request.method == "POST"
    form = setup.first_form(request.POST if posted else None, initial=dict(setup.new_form()))
    if posted and form.is_valid():
        try:
            account, words = setup.create(form)
        except SetupRefused as refusal:
            form.add_error(refusal.field or None, refusal.words)
        else:
            say_next(request, words)
            address = reverse("desk:settings_channel", args=[account.public_id])
            return HttpResponse(status=204, headers={"HX-Redirect": address})
    save_url = reverse("desk:settings_channel_new_account", args=[kind])
    context = {"form": form, "setup": setup, "save_url": save_url}
    return render_page(request, PAGE, context, partial="channel_form", status=422 if posted else 200)


@require_safe
@never_cache
@require(role=Role.MANAGER)
def channel(request: Request, public_id: UUID) -> HttpResponse:
    """One account: its health, what failed, its code for the site, and its form."""
    account = get_object_or_404(ChannelAccount, public_id=public_id)
    return render_page(request, PAGE, _page(account), partial="channel_health")


@require_safe
@never_cache
@require(role=Role.MANAGER)
def provider(request: Request, public_id: UUID) -> HttpResponse:
    """What the provider says about the account now: fetched after the page, which waits for nobody."""
    account = get_object_or_404(ChannelAccount, public_id=public_id)
    setup = setup_of(account.kind)
    asked = setup.asked(account) if setup is not None else None
    if asked is None:
        return HttpResponse(status=204)
    template, context = asked
    return render(request, template, dict(context))


@require_POST
@require(role=Role.ADMIN)
def save(request: Request, public_id: UUID) -> HttpResponse:
    """Change an account."""
    account = get_object_or_404(ChannelAccount, public_id=public_id)
    setup = setup_of(account.kind)
    if setup is None:
        raise Http404
    form = setup.form(request.POST)
    saved = False
    if form.is_valid():
        try:
            account = setup.save(account, form)
            form, saved = setup.form(initial=setup.form.initial_of(account)), True
        except SetupRefused as refusal:
            form.add_error(refusal.field or None, refusal.words)
    context = {**_form(account), "form": form}
    response = render_partial(request, PAGE, "channel_form", context, status=200 if saved else 422)
    return trigger_client_event(toast(response, _("Saved.")), "channel:saved", {}) if saved else response


@require_POST
@require(role=Role.ADMIN)
def replay(request: Request, public_id: UUID) -> HttpResponse:
    """Process parked deliveries once more: the one named by `delivery`, or all of the account."""
    account = get_object_or_404(ChannelAccount, public_id=public_id)
    asked = request.POST.get("delivery", "")
    chosen = [each for each in parked(account.pk) if not asked or str(each.public_id) == asked]
    for delivery in chosen:
        deliveries.replay(delivery=delivery)
    words = ngettext(
        "%(count)d delivery is tried again.", "%(count)d deliveries are tried again.", len(chosen)
    )
    return toast(_health_shown(request, account), words % {"count": len(chosen)})


@require_POST
@require(role=Role.ADMIN)
def retry(request: Request, public_id: UUID) -> HttpResponse:
    """Send a message once more that could not be delivered."""
    account = get_object_or_404(ChannelAccount, public_id=public_id)
    asked = request.POST.get("message", "")
    items = OutboxItem.objects.filter(account=account, status=OutboxStatus.FAILED)
    item = items.filter(pk=int(asked)).first() if asked.isdecimal() and len(asked) < 19 else None
    sent = item is not None and retry_message(
        message_id=item.message_id, actor=Actor.of(request.user), now=timezone.now()
    )
    words = _("The message is sent once more.") if sent else _("This message has not failed any more.")
    return toast(_health_shown(request, account), words)


@require_POST
@require(role=Role.ADMIN)
def seen(request: Request, public_id: UUID) -> HttpResponse:
    """Somebody has seen to the error that stands at the account."""
    account = get_object_or_404(ChannelAccount, public_id=public_id)
    clear_error(account=account)
    return _health_shown(request, account)


def _health_shown(request: Request, account: ChannelAccount) -> HttpResponse:
    return render_partial(request, PAGE, "channel_health", _health(account))


def _page(account: ChannelAccount) -> dict[str, Any]:
    return {**_form(account), **_health(account)}


def _form(account: ChannelAccount) -> dict[str, Any]:
    setup = setup_of(account.kind)
    return {
        "account": account,
        "setup": setup,
        "form": setup.form(initial=setup.form.initial_of(account)) if setup else None,
        "save_url": reverse("desk:settings_channel_save", args=[account.public_id]),
        "reach": queries.reach(),
        **(setup.card(account) if setup else {}),
    }


def _health(account: ChannelAccount) -> dict[str, Any]:
    now = timezone.now()
    return {
        "account": account,
        "line": queries.channel_line(account, now),
        "parked": queries.parked_deliveries(account),
        "failed": queries.failed_messages(account, now),
    }
