"""Setting up a web chat: its words, its sites, and its line of code."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from conversations.accounts.models import Channel, ChannelAccount
from conversations.accounts.operations import create_account, update_account
from desk.settings.channels import queries
from desk.settings.channels.forms import AccountForm

MOST_ORIGINS = 50
_HOST = re.compile(r"(?:\*\.)?[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d{1,5})?")


class WebChatForm(AccountForm):
    """A web chat as an admin sets it up."""

    title = forms.CharField(
        label=gettext_lazy("Title of the chat"),
        max_length=60,
        required=False,
        help_text=gettext_lazy("What visitors read at the top; empty: the company's name."),
    )
    origins = forms.CharField(
        label=gettext_lazy("Sites that may show the chat"),
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 3, "placeholder": "https://www.example.com"}),
        help_text=gettext_lazy("One address a line. Empty: any site."),
    )

    @classmethod
    def initial_of(cls, account: ChannelAccount) -> dict[str, Any]:
        own = {
            "title": account.settings.get("title", ""),
            "origins": "\n".join(account.settings.get("origins", ())),
        }
        return super().initial_of(account) | own

    def clean_origins(self) -> list[str]:
        lines = [line.strip() for line in self.cleaned_data["origins"].splitlines() if line.strip()]
        if len(lines) > MOST_ORIGINS:
            raise forms.ValidationError(_("At most %(limit)s sites.") % {"limit": MOST_ORIGINS})
        return list(dict.fromkeys(_origin(line) for line in lines))

    def settings(self) -> dict[str, Any]:
        return {"origins": self.cleaned_data["origins"], "title": self.cleaned_data["title"].strip()}


class WebChatSetup:
    kind = str(Channel.WEBCHAT)
    title = gettext_lazy("New web chat")
    about = gettext_lazy("A chat on your own site: one line of code, every visitor gets an answer at once.")
    first_form = form = WebChatForm
    form_template = "desk/settings/channels/webchat_form.html"
    card_template = "desk/settings/channels/webchat_card.html"

    def create(self, form: AccountForm) -> tuple[ChannelAccount, str]:
        assert isinstance(form, WebChatForm)
        account = create_account(kind=self.kind, settings=form.settings(), **form.decided())
        if not form.cleaned_data["active"]:
            account = update_account(account_id=account.pk, active=False)
        return account, _("The web chat is there. Put its line of code on your site.")

    def save(self, account: ChannelAccount, form: AccountForm) -> ChannelAccount:
        assert isinstance(form, WebChatForm)
        settings = {**account.settings, **form.settings()}
        active = form.cleaned_data["active"]
        return update_account(account_id=account.pk, active=active, settings=settings, **form.decided())

    def card(self, account: ChannelAccount) -> Mapping[str, Any]:
        return {"snippet": queries.snippet(account), "chat_url": queries.chat_url(account)}

    def new_form(self) -> Mapping[str, Any]:
        return {"active": True}

    def asked(self, account: ChannelAccount) -> None:
        return None


def _origin(line: str) -> str:
    """Scheme and host, as a Content-Security-Policy writes them."""
    parts = urlsplit(line if "://" in line else f"https://{line}")
    host = parts.netloc.lower()
    if parts.scheme not in ("http", "https") or not _HOST.fullmatch(host):
        raise forms.ValidationError(
            _("“%(line)s” is no address of a site. Write it as https://www.example.com.") % {"line": line}
        )
    return f"{parts.scheme}://{host}"
