from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from automation.flows.models import Flow
from conversations.accounts.models import AccountPurpose, ChannelAccount
from core.access.models import Team


class AccountForm(forms.Form):
    """What an admin decides about an account of any kind."""

    name = forms.CharField(
        label=pgettext_lazy("of a thing", "Name"),
        max_length=100,
        help_text=gettext_lazy("For colleagues: “Website”, “Shop in Gyumri”."),
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

    @classmethod
    def initial_of(cls, account: ChannelAccount) -> dict[str, Any]:
        return {
            "name": account.name,
            "purpose": account.purpose,
            "team": account.team_id,
            "flow_key": account.flow_key,
            "active": account.active,
        }

    def decided(self) -> dict[str, Any]:
        """What `create_account` and `update_account` take of every kind."""
        return {name: self.cleaned_data[name] for name in ("name", "purpose", "team", "flow_key")}
