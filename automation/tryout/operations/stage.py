"""The rows that a try-out plays on: an account, a customer and a conversation of its own."""

from __future__ import annotations

import secrets
from datetime import datetime

from automation.flows.models import FlowVersion
from automation.tryout.actions import Script
from conversations.accounts.models import AccountPurpose, Channel, ChannelAccount, ChannelIdentity
from conversations.accounts.queries import remembered
from conversations.threads.models import Conversation, Handler
from core.events.actor import CUSTOMER
from crm.contacts.operations import create_contact

CUSTOMER_ID = "tryout"


def set_up(version: FlowVersion, script: Script, *, now: datetime) -> Conversation:
    """A conversation in which nobody has spoken yet. Its number is none that a real one will have, and takes none away."""
    account = _account(version.flow.key, script.channel)
    contact = create_contact(
        actor=CUSTOMER,
        language=script.language,
        timezone=script.timezone,
        source=account.kind,
        last_message_at=now,
    )
    identity = ChannelIdentity.objects.create(account=account, external_id=CUSTOMER_ID, contact=contact)
    return Conversation.objects.create(
        pk=-1 - secrets.randbelow(2**52),
        account=account,
        identity=identity,
        contact=contact,
        handler=Handler.FLOW,
        team=account.team,
    )


def _account(flow_key: str, kind: str) -> ChannelAccount:
    """Like the one that runs the flow, of the same kind where there is such a one: its team, hours and purpose."""
    running = ChannelAccount.objects.filter(flow_key=flow_key, active=True).select_related("team", "calendar")
    known = sorted(running, key=lambda each: (each.kind != kind, each.pk))
    like = known[0] if known else ChannelAccount(purpose=AccountPurpose.SALES)
    account = ChannelAccount.objects.create(
        kind=kind,
        name=like.name or str(Channel(kind).label if kind in Channel.values else kind),
        purpose=like.purpose,
        team=like.team,
        calendar=like.calendar,
        flow_key=flow_key,
        credentials={},
        settings=like.settings if like.kind == kind else {},
    )
    remembered.drop()
    return account
