"""What the demo tells a newcomer: who can sign in, and where to write as a customer."""

from __future__ import annotations

from dataclasses import dataclass

from conversations.accounts.models import Channel, ChannelAccount
from core.access.models import User

DOMAIN = "@aregak.example"
PASSWORD = "aregak-demo"  # noqa: S105 - shown on the sign-in page, on purpose


@dataclass(frozen=True)
class SignIn:
    name: str
    email: str
    role: str
    password: str = PASSWORD


def sign_ins() -> list[SignIn]:
    """The demo people who still have an account, admins first; empty when the demo was never installed."""
    people = User.objects.filter(email__endswith=DOMAIN, is_active=True).order_by("id")
    return [SignIn(person.name, person.email, str(person.get_role_display())) for person in people]


def demo_account() -> ChannelAccount | None:
    """The web chat of the demo's site."""
    return ChannelAccount.objects.filter(kind=Channel.WEBCHAT, settings__demo=True, active=True).first()
