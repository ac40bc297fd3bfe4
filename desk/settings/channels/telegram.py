"""Setting up a Telegram bot: its token, how its messages come here, and what Telegram says about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from automation.flows.models import Flow
from conversations.accounts.models import Channel, ChannelAccount
from conversations.channels.telegram import setup
from conversations.channels.telegram.polling import polling_state
from desk.settings.channels.forms import AccountForm
from desk.settings.channels.setups import SetupRefused


class TelegramForm(AccountForm):
    """A bot. The token is written, never shown."""

    token = forms.CharField(
        label=gettext_lazy("Token of the bot"),
        max_length=200,
        required=False,
        strip=True,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password", "placeholder": "123456789:AAE…"}),
    )
    updates = forms.ChoiceField(
        label=gettext_lazy("How messages come here"),
        choices=[
            (setup.WEBHOOK, gettext_lazy("Telegram sends them (webhook, needs a public https address)")),
            (setup.POLLING, gettext_lazy("Parley fetches them (works everywhere)")),
        ],
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, is_new: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        token, name = self.fields["token"], self.fields["name"]
        token.required = is_new
        if is_new:
            name.required = False
            name.help_text = _("For colleagues; empty: the name of the bot.")
            token.help_text = _("Encrypted at once and never shown again.")
        else:
            token.help_text = _("Only to replace it; empty: the present one stays.")

    @classmethod
    def initial_of(cls, account: ChannelAccount) -> dict[str, Any]:
        own = {"updates": account.settings.get("updates", setup.POLLING), "token": ""}
        return super().initial_of(account) | own


class NewTelegramForm(TelegramForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, is_new=True, **kwargs)


class TelegramSetup:
    kind = str(Channel.TELEGRAM)
    title = gettext_lazy("New Telegram bot")
    about = gettext_lazy("Customers write to your bot: buttons, pictures and files both ways.")
    form = TelegramForm
    first_form = NewTelegramForm
    form_template = "desk/settings/channels/telegram_form.html"
    card_template = "desk/settings/channels/telegram_card.html"

    def create(self, form: AccountForm) -> tuple[ChannelAccount, str]:
        values = form.cleaned_data
        try:
            account = setup.connect(token=values["token"], updates=values["updates"], **form.decided())
            if not values["active"]:
                account = self._changed(account, form)
        except setup.NotConnected as refusal:
            raise _refused(refusal) from None
        username = account.settings["bot_username"]
        return account, _("@%(bot)s is connected. Write to it and see the chat in the inbox.") % {
            "bot": username
        }

    def save(self, account: ChannelAccount, form: AccountForm) -> ChannelAccount:
        try:
            return self._changed(account, form)
        except setup.NotConnected as refusal:
            raise _refused(refusal) from None

    def _changed(self, account: ChannelAccount, form: AccountForm) -> ChannelAccount:
        values, decided = form.cleaned_data, form.decided()
        decided["name"] = decided["name"] or account.name
        return setup.change(
            account=account,
            token=values["token"],
            updates=values["updates"],
            active=values["active"],
            **decided,
        )

    def card(self, account: ChannelAccount) -> Mapping[str, Any]:
        known = account.settings
        polls = known.get("updates") == setup.POLLING
        return {
            "bot_username": known.get("bot_username", ""),
            "bot_link": f"https://t.me/{known.get('bot_username', '')}",
            "polls": polls,
        }

    def new_form(self) -> Mapping[str, Any]:
        updates = setup.WEBHOOK if setup.can_take_webhooks() else setup.POLLING
        flow = Flow.objects.filter(active=True).order_by("name").values_list("key", flat=True).first()
        return {"active": True, "updates": updates, "flow_key": flow or ""}

    def asked(self, account: ChannelAccount) -> tuple[str, Mapping[str, Any]]:
        """getWebhookInfo, and how the fetching goes."""
        polls = account.settings.get("updates") == setup.POLLING
        context: dict[str, Any] = {"account": account, "polls": polls, "webhook": None, "refusal": ""}
        if polls:
            context["polling"] = polling_state(account, now=timezone.now())
        try:
            context["webhook"] = setup.webhook_state(account)
        except setup.NotConnected as refusal:
            context["refusal"] = refusal.words
        return "desk/settings/channels/telegram_state.html", context


def _refused(refusal: setup.NotConnected) -> SetupRefused:
    return SetupRefused(refusal.words, field="token" if refusal.about_token else "")
