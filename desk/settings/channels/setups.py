"""What the settings must know of a kind of channel to set it up: one object a kind, listed in `kinds.py`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from django.utils.functional import Promise

from conversations.accounts.models import ChannelAccount
from desk.settings.channels.forms import AccountForm

Text = str | Promise


class SetupRefused(Exception):
    """The provider or we do not take what was entered. `field` is where the words belong, "" for the whole form."""

    def __init__(self, words: str, *, field: str = "") -> None:
        super().__init__(words)
        self.words = words
        self.field = field


class ChannelSetup(Protocol):
    """How accounts of one kind are made, shown and changed."""

    @property
    def kind(self) -> str: ...

    @property
    def title(self) -> Text:
        """Heading of the page on which one is made."""

    @property
    def about(self) -> Text:
        """A sentence for somebody who chooses among the kinds."""

    @property
    def first_form(self) -> type[AccountForm]:
        """For a new account."""

    @property
    def form(self) -> type[AccountForm]:
        """For one that exists."""

    @property
    def form_template(self) -> str:
        """The fields of the form, inside its card."""

    @property
    def card_template(self) -> str:
        """What stands above the form of an account that exists."""

    def create(self, form: AccountForm) -> tuple[ChannelAccount, str]:
        """A new account and what to tell the person; SetupRefused otherwise."""

    def save(self, account: ChannelAccount, form: AccountForm) -> ChannelAccount:
        """The changed account; SetupRefused otherwise."""

    def card(self, account: ChannelAccount) -> Mapping[str, Any]:
        """What `card_template` needs. Asks nobody outside."""

    def new_form(self) -> Mapping[str, Any]:
        """What the form of a new account begins with."""

    def asked(self, account: ChannelAccount) -> tuple[str, Mapping[str, Any]] | None:
        """What the provider says now, as a template and its context, for a part of the page that is fetched after it.

        None for a kind with nobody to ask.
        """
