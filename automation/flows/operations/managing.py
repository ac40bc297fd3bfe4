"""Flows as things: made, copied, taken in from a file, switched on and off, deleted, put to channels."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from automation.flows.document import parse
from automation.flows.editing import Plain, cleaned, worded
from automation.flows.models import Flow, FlowRun, FlowVersion, FlowVersionStatus
from automation.flows.operations.drafting import locked, save_draft, shown_version
from automation.flows.queries import forget_published
from conversations.accounts.models import ChannelAccount
from conversations.accounts.operations import update_account
from core.access.models import User
from core.errors import Refused
from core.events.actor import Actor
from core.events.operations import record
from core.text import clean

LONGEST_NAME = 120
RESERVED = frozenset({"new", "import", "lint"})
"""Keys that would be taken for something else in an address."""

BLANK: Mapping[str, Any] = {
    "goals": {},
    "steps": [
        {
            "id": "greet",
            "say": {
                "en": "Hello[, {name}]! This is {company|our company}.",
                "ru": "Здравствуйте[, {name}]! Это {company|наша компания}.",
                "hy": "Բարև Ձեզ[, {name}]։[ Սա {company} ընկերությունն է։]",
                "az": "Salam[, {name}]![ Bura {company} şirkətidir.]",
            },
        },
        {
            "id": "to_person",
            "hand_off": "asked_for_person",
            "open": {
                "en": "{person|A colleague} will answer you here[ within about {wait}].",
                "ru": "{person|Коллега} ответит Вам здесь[ примерно в течение {wait}].",
                "hy": "{person|Գործընկերս} կպատասխանի Ձեզ այստեղ[ մոտ {wait} ընթացքում]։",
                "az": "{person|Həmkarım} Sizə burada[ təxminən {wait} ərzində] cavab verəcək.",
            },
            "closed": {
                "en": "We're closed right now; we answer as soon as we open[ ({opens})].",
                "ru": "Сейчас мы закрыты; ответим, как только откроемся[ ({opens})].",
                "hy": "Հիմա փակ ենք․ կպատասխանենք, հենց բացվենք[ ({opens})]։",
                "az": "Hazırda bağlıyıq; açılan kimi[ ({opens})] cavab verəcəyik.",
            },
        },
    ],
}


class InUse(Refused):
    """The flow cannot go: something has used it or uses it."""


@transaction.atomic
def create_flow(
    *, name: str, user: User | None, now: datetime, document: Mapping[str, Any] | None = None, key: str = ""
) -> Flow:
    """A flow with a draft to be written: of this document, else one that greets and hands over.

    Raises Refused without a name, DocumentError for a document that cannot be read.
    """
    name = _named(name)
    key = _free_key(key or slugify(name).strip("-_"))
    wanted: Plain = cleaned({**(document or BLANK), "flow": key, "title": name})
    parse(wanted)
    flow = Flow.objects.create(key=key, name=name)
    FlowVersion.objects.create(flow=flow, number=1, document=wanted, created_by=user, changed_at=now)
    record(name="flow.created", subject=flow, actor=Actor.of(user), payload={"flow": key, "name": name})
    return flow


@transaction.atomic
def copy_flow(*, flow_id: int, name: str, user: User | None, now: datetime) -> Flow:
    """A flow of one's own that begins as this one stands, its draft included."""
    version = shown_version(Flow.objects.get(pk=flow_id))
    return create_flow(name=name, user=user, now=now, document=worded(version.document, version.texts))


@transaction.atomic
def take_in(
    *, document: Mapping[str, Any], user: User | None, now: datetime, revision: int | None = None
) -> FlowVersion:
    """A document from a file: the draft of the flow that has its key, or of a new one. Raises StaleDraft, DocumentError."""
    flow_document = parse(document)
    flow = Flow.objects.filter(key=flow_document.key).first()
    if flow is None:
        flow = create_flow(
            name=flow_document.title, user=user, now=now, document=document, key=flow_document.key
        )
        return shown_version(flow)
    return save_draft(flow_id=flow.pk, document=document, user=user, now=now, revision=revision)


def _named(name: str) -> str:
    name = " ".join(clean(name).split())[:LONGEST_NAME]
    if not name:
        raise Refused(_("Give the flow a name."))
    return name


def _free_key(wanted: str) -> str:
    base = wanted[:50] if wanted[:1].isalpha() and wanted.isascii() else "flow"
    taken = RESERVED | set(Flow.objects.filter(key__startswith=base).values_list("key", flat=True))
    number = 1
    while (key := base if number == 1 else f"{base}-{number}") in taken:
        number += 1
    return key


@transaction.atomic
def switch_flow(*, flow_id: int, on: bool, user: User | None) -> Flow:
    """Let new conversations begin with it, or not; those under way go on to their end. Raises Refused for one that was
    never published.
    """
    flow = locked(flow_id)
    if flow.active == on:
        return flow
    if on and not flow.versions.filter(status=FlowVersionStatus.PUBLISHED).exists():
        raise Refused(_("Publish the flow first, then switch it on."))
    flow.active = on
    flow.save(update_fields=["active"])
    forget_published()
    record(name="flow.switched", subject=flow, actor=Actor.of(user), payload={"flow": flow.key, "on": on})
    return flow


@transaction.atomic
def delete_flow(*, flow_id: int, user: User | None) -> None:
    """Delete a flow that nobody has ever talked to. Raises InUse for any other."""
    flow = locked(flow_id)
    if FlowRun.objects.filter(version__flow=flow).exists():
        raise InUse(_("Customers have talked to this flow, so it stays. Switch it off instead."))
    if accounts := list(ChannelAccount.objects.filter(flow_key=flow.key).values_list("name", flat=True)):
        names = ", ".join(accounts)
        raise InUse(_("It answers on: %(names)s. Take it off there first.") % {"names": names})
    payload = {"flow": flow.key, "name": flow.name}
    record(name="flow.deleted", subject=flow, actor=Actor.of(user), payload=payload)
    flow.delete()
    forget_published()


@transaction.atomic
def set_channel(*, flow_id: int, account_id: int, on: bool) -> ChannelAccount:
    """Let the flow answer first on a channel, or people. Raises Refused for a flow that cannot begin there."""
    flow = locked(flow_id)
    account = ChannelAccount.objects.select_for_update(no_key=True).get(pk=account_id)
    if not on:
        return account if account.flow_key != flow.key else update_account(account_id=account_id, flow_key="")
    if not flow.versions.filter(status=FlowVersionStatus.PUBLISHED).exists():
        raise Refused(_("Publish the flow first, then let it answer on a channel."))
    if not flow.active:
        raise Refused(_("Switch the flow on first, then let it answer on a channel."))
    return update_account(account_id=account_id, flow_key=flow.key)
