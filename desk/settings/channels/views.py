"""Channels: whether they work, what went wrong, and setting up a web chat (spec 2.7)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from conversations.accounts.models import Channel, ChannelAccount
from conversations.accounts.operations import clear_error, create_account, update_account
from conversations.deliveries import operations as deliveries
from conversations.deliveries.queries import parked
from conversations.outbox.models import OutboxItem, OutboxStatus
from conversations.outbox.operations import retry_message
from core.access.models import Role
from core.events.actor import Actor
from core.http import Request, render_page, render_partial, require, toast
from desk.settings.channels import queries
from desk.settings.channels.forms import WebChatForm
from desk.settings.telling import say_next

LIST = "desk/settings/channels.html"
PAGE = "desk/settings/channel.html"


@require_safe
@never_cache
@require(role=Role.MANAGER)
def channels(request: Request) -> HttpResponse:
    """Every account with its health."""
    lines = queries.channel_lines(timezone.now())
    return render_page(request, LIST, {"lines": lines, "reach": queries.reach()}, partial="channel_list")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@require(role=Role.ADMIN)
def new(request: Request) -> HttpResponse:
    """Set up a web chat."""
    form = WebChatForm(request.POST if request.method == "POST" else None, initial={"active": True})
    if request.method == "POST" and form.is_valid():
        account = create_account(kind=Channel.WEBCHAT, **form.changes({}))
        if not form.cleaned_data["active"]:
            update_account(account_id=account.pk, active=False)
        say_next(request, _("The web chat is there. Put its line of code on your site."))
        address = reverse("desk:settings_channel", args=[account.public_id])
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    context = {"form": form, "save_url": reverse("desk:settings_channel_new")}
    status = 422 if request.method == "POST" else 200
    return render_page(request, PAGE, context, partial="channel_form", status=status)


@require_safe
@never_cache
@require(role=Role.MANAGER)
def channel(request: Request, public_id: UUID) -> HttpResponse:
    """One account: its health, what failed, its code for the site, and its form."""
    account = get_object_or_404(ChannelAccount, public_id=public_id)
    return render_page(request, PAGE, _page(account), partial="channel_health")


@require_POST
@require(role=Role.ADMIN)
def save(request: Request, public_id: UUID) -> HttpResponse:
    """Change an account."""
    account = get_object_or_404(ChannelAccount, public_id=public_id)
    form = WebChatForm(request.POST)
    valid = form.is_valid()
    if valid:
        changes = form.changes(account.settings)
        account = update_account(account_id=account.pk, active=form.cleaned_data["active"], **changes)
    context = {**_form(account), "form": form}
    response = render_partial(request, PAGE, "channel_form", context, status=200 if valid else 422)
    return toast(response, _("Saved.")) if valid else response


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
    is_web_chat = account.kind == Channel.WEBCHAT
    return {
        "account": account,
        "form": WebChatForm(initial=WebChatForm.initial_of(account)) if is_web_chat else None,
        "save_url": reverse("desk:settings_channel_save", args=[account.public_id]),
        "snippet": queries.snippet(account) if is_web_chat else "",
        "chat_url": queries.chat_url(account) if is_web_chat else "",
        "reach": queries.reach(),
    }


def _health(account: ChannelAccount) -> dict[str, Any]:
    now = timezone.now()
    return {
        "account": account,
        "line": queries.channel_line(account, now),
        "parked": queries.parked_deliveries(account),
        "failed": queries.failed_messages(account, now),
    }
