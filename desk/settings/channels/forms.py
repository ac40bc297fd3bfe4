from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from automation.flows.models import Flow
from conversations.accounts.models import AccountPurpose, ChannelAccount
from core.access.models import Team

MOST_ORIGINS = 50
_HOST = re.compile(r"(?:\*\.)?[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d{1,5})?")


class WebChatForm(forms.Form):
    """A web chat as an admin sets it up."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=100,
        help_text=gettext_lazy("For colleagues: “Website”, “Shop in Gyumri”."),
    )
    title = forms.CharField(
        label=gettext_lazy("Title of the chat"),
        max_length=60,
        required=False,
        help_text=gettext_lazy("What visitors read at the top; empty: the company's name."),
    )
    purpose = forms.ChoiceField(label=gettext_lazy("Purpose"), choices=AccountPurpose.choices)
    team = forms.ModelChoiceField(
        Team.objects.none(),
        label=gettext_lazy("Team"),
        required=False,
        empty_label=gettext_lazy("no team: everybody sees its chats"),
    )
    flow_key = forms.ChoiceField(
        label=gettext_lazy("Who answers first"),
        required=False,
        help_text=gettext_lazy(
            "A flow answers at once and hands over; a person can take over at any moment."
        ),
    )
    origins = forms.CharField(
        label=gettext_lazy("Sites that may show the chat"),
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 3, "placeholder": "https://www.example.com"}),
        help_text=gettext_lazy("One address a line. Empty: any site."),
    )
    active = forms.BooleanField(label=gettext_lazy("Switched on"), required=False, initial=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        team, flow = self.fields["team"], self.fields["flow_key"]
        assert isinstance(team, forms.ModelChoiceField)
        assert isinstance(flow, forms.ChoiceField)
        team.queryset = Team.objects.order_by("name")
        flows = Flow.objects.filter(active=True).order_by("name").values_list("key", "name")
        flow.choices = [
            ("", _("People, from the first message")),
            *((key, _("The flow “%(name)s”") % {"name": name}) for key, name in flows),
        ]

    @staticmethod
    def initial_of(account: ChannelAccount) -> dict[str, Any]:
        return {
            "name": account.name,
            "title": account.settings.get("title", ""),
            "purpose": account.purpose,
            "team": account.team_id,
            "flow_key": account.flow_key,
            "origins": "\n".join(account.settings.get("origins", ())),
            "active": account.active,
        }

    def clean_origins(self) -> list[str]:
        lines = [line.strip() for line in self.cleaned_data["origins"].splitlines() if line.strip()]
        if len(lines) > MOST_ORIGINS:
            raise forms.ValidationError(_("At most %(limit)s sites.") % {"limit": MOST_ORIGINS})
        return list(dict.fromkeys(_origin(line) for line in lines))

    def changes(self, settings: dict[str, Any]) -> dict[str, Any]:
        """What `create_account` and `update_account` take, the account's other settings kept."""
        values = self.cleaned_data
        own = {"origins": values["origins"], "title": values["title"].strip()}
        return {
            "name": values["name"],
            "purpose": values["purpose"],
            "team": values["team"],
            "flow_key": values["flow_key"],
            "settings": {**settings, **own},
        }


def _origin(line: str) -> str:
    """Scheme and host, as a Content-Security-Policy writes them."""
    parts = urlsplit(line if "://" in line else f"https://{line}")
    host = parts.netloc.lower()
    if parts.scheme not in ("http", "https") or not _HOST.fullmatch(host):
        raise forms.ValidationError(
            _("“%(line)s” is no address of a site. Write it as https://www.example.com.") % {"line": line}
        )
    return f"{parts.scheme}://{host}"
