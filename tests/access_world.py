"""One of everything, and the address of each thing, for the matrix of access."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.urls import reverse
from django.utils import timezone

from automation.flows.operations import install_shipped
from automation.sequences.operations import enrol, install_ready
from conversations.accounts.operations import create_account
from conversations.goals.operations import add_phrase
from conversations.threads.models import Attachment, Conversation, Message
from core.events.actor import Actor
from core.keys.models import ApiKey
from core.notifications.models import Notification
from crm.bulk.actions import tag_with
from crm.bulk.operations import start_bulk
from crm.calls.operations import log_call
from crm.catalogue.operations import set_picture
from crm.defaults import install_defaults
from crm.files.operations import add_file
from crm.imports.operations import upload
from crm.lists.operations import save_view
from crm.orders.models import OrderNotice
from crm.pipeline.models import LostReason
from crm.pipeline.queries import leads
from crm.qualification.models import Criterion
from crm.quotes.models import QuoteTemplate
from crm.quotes.operations import attach
from crm.scoring.models import ScoringRule
from tests.factories.bookings import make_booking, make_resource, make_service, next_free
from tests.factories.catalogue import PNG, make_kitchen, make_vat
from tests.factories.conversations import Visitor, make_user, make_web_chat
from tests.factories.core import TeamFactory
from tests.factories.crm import ContactFactory, merged_into
from tests.factories.fields import make_field
from tests.factories.orders import make_order
from tests.factories.payments import ProviderFactory, make_payment
from tests.factories.quotes import make_draft
from tests.support import work_off
from tests.visits import routes

THINGS = {
    "inbox/": "conversation",
    "leads/": "lead",
    "leads/bulk/": "bulk",
    "leads/views/": "view",
    "contacts/": "contact",
    "contacts/merges/": "merge",
    "calls/": "call",
    "quotes/": "quote",
    "payments/": "payment",
    "hooks/payments/": "provider",
    "settings/payments/": "provider",
    "orders/": "order",
    "orders/import/": "orders_import",
    "attachments/": "attachment",
    "pipeline/": "pipeline",
    "settings/quote-templates/": "quote_template",
    "settings/team/people/": "person",
    "settings/team/teams/": "team",
    "settings/pipelines/": "pipeline",
    "settings/stages/": "stage",
    "settings/criteria/": "criterion",
    "settings/catalogue/": "product",
    "settings/catalogue/taxes/": "tax",
    "quotes/products/": "product",
    "settings/fields/": "lead_field",
    "settings/follow-ups/": "sequence",
    "settings/goals/": "phrase",
    "settings/keys/": "api_key",
    "settings/channels/": "account",
    "calendar/": "booking",
    "settings/services/": "service",
    "settings/resources/": "resource",
    "chat/": "attachment",
    "q/": "quote_file",
    "notifications/": "notification",
}
"""Which thing a `public_id` names, by the beginning of the address."""
OWN_THINGS = {"desk:settings_channel_secret": "app", "desk:settings_channel_test": "app"}
"""By name, where only one kind of the thing has such an address."""


ROUTES = {name: pattern for name, pattern, _view in routes()}


def one_of_everything() -> dict[str, Any]:
    """One of everything, of a team that the outsider does not belong to."""
    install_defaults()
    flow = install_shipped("first_answer")
    team = TeamFactory.create()
    owner = make_user("Owner")
    account = make_web_chat()
    visitor = Visitor(account)
    visitor.say("Hello")
    work_off()
    conversation = Conversation.objects.select_related(
        "account", "contact", "lead__pipeline", "lead__stage"
    ).get()
    conversation.account.team = team
    conversation.account.save()
    conversation.assignee, conversation.team = owner, team
    conversation.save()
    lead = conversation.lead
    assert lead is not None
    lead.owner, lead.team = owner, team
    lead.save()
    conversation.contact.owner = owner
    conversation.contact.save()
    message = Message.objects.filter(conversation=conversation).first()
    attachment = Attachment.objects.create(
        account=conversation.account, message=message, name="plan.pdf", file=ContentFile(b"%PDF-", "plan.pdf")
    )
    service = make_service(make_resource(user=owner))
    rule = ScoringRule.objects.first()
    criterion = Criterion.objects.first()
    assert rule is not None
    assert criterion is not None
    call = log_call(
        contact=conversation.contact, lead=lead, outcome="busy", now=timezone.now(), actor=Actor.of(owner)
    )
    sequence = install_ready(language="en", active=True, now=timezone.now())[0]
    enrolment = enrol(lead_id=lead.pk, sequence_key=sequence.key, user=owner, now=timezone.now())
    phrase = add_phrase(goal="price", language="en", text="what is the damage", actor=Actor.of(owner))
    bulk = start_bulk(rows=leads().filter(pk=lead.pk), action=tag_with(add=["hot"]), user=owner)
    quote = make_draft(lead, owner, now=timezone.now())
    plan = attach(version_id=quote.pk, file=ContentFile(b"%PDF-"), name="plan.pdf", actor=Actor.of(owner))
    order = make_order(lead=lead)
    return {
        "quote_file": plan,
        "bulk": bulk,
        "sequence": sequence,
        "enrolment": enrolment,
        "conversation": conversation,
        "call": call,
        "lead": lead,
        "contact": conversation.contact,
        "namesake": ContactFactory(owner=owner),
        "merge": merged_into(conversation.contact, owner),
        "attachment": attachment,
        "file": add_file(lead_id=lead.pk, file=ContentFile(b"%PDF-"), name="plan.pdf", actor=Actor.of(owner)),
        "pipeline": lead.pipeline,
        "stage": lead.stage,
        "account": conversation.account,
        "view": save_view(user=owner, name="Mine"),
        "app": create_account(kind="api", name="App"),
        "criterion": criterion,
        "lead_field": make_field("floor"),
        "contact_field": make_field("birthday", "date", subject="contact"),
        "person": owner,
        "goal": phrase.goal,
        "phrase": phrase,
        "team": team,
        "rule": rule,
        "product": set_picture(product_id=make_kitchen(rules={}).pk, content=PNG, actor=Actor.of(owner)),
        "tax": make_vat(),
        "service": service,
        "booking": make_booking(
            service, next_free(service), now=timezone.now(), contact=lead.contact, lead=lead
        ),
        "resource": service.resources.get(),
        "provider": ProviderFactory(is_default=True),
        "payment": make_payment(lead, now=timezone.now()),
        "quote_template": QuoteTemplate.objects.create(name="Kitchen"),
        "quote": quote.quote,
        "order": order,
        "orders_import": upload(kind="orders", name="a.csv", content=b"number\nA-1\n", user=owner),
        "notice": OrderNotice.objects.create(order=order, kind="delay"),
        "flow": flow,
        "api_key": ApiKey.objects.create(
            name="Site",
            prefix="abcdefgh",
            scopes=["leads:read"],
            expires_at=timezone.now() + timedelta(days=1),
        ),
        "reason": LostReason.objects.first(),
        "notification": Notification.objects.create(
            user=owner, kind="conversation.assigned", key="1", url="/inbox/"
        ),
    }


def address(name: str, world: dict[str, Any]) -> str:
    pattern = ROUTES[name]
    kwargs: dict[str, Any] = {}
    if name.startswith("api:"):
        some = {"uuid": world["lead"].public_id, "str": "x"}
        return reverse(name, kwargs={key: some[kind] for kind, key in re.findall(r"<(\w+):(\w+)>", pattern)})
    if "public_id>" in pattern:
        beginning = max((start for start in THINGS if pattern.startswith(start)), key=len)
        kwargs["public_id"] = world[OWN_THINGS.get(name) or THINGS[beginning]].public_id
    parts = (("stage", "stage"), ("other", "namesake"), ("line", "product"), ("enrolment", "enrolment"))
    parts += (("file", "file" if pattern.startswith("leads/") else "quote_file"), ("notice", "notice"))
    kwargs |= {part: world[thing].public_id for part, thing in parts if f"<uuid:{part}>" in pattern}
    if "<uuid:message>" in pattern:
        kwargs["message"] = world["attachment"].message.public_id
    if "<str:token>" in pattern:
        kwargs["token"] = world["account"].token
    if "<slug:kind>" in pattern:
        kwargs["kind"] = world["account"].kind
    if "<uuid:key>" in pattern:
        kwargs["key"] = world["rule"].key
    if "<slug:key>" in pattern:
        named = {"settings/flows": "flow", "leads/<uuid:public_id>/fields": "lead_field"}
        named["contacts/<uuid:public_id>/fields"] = "contact_field"
        named["settings/goals"] = "goal"
        found = (thing for start, thing in named.items() if pattern.startswith(start))
        kwargs["key"] = world[next(found, "criterion")].key
    if "<str:column>" in pattern:
        kwargs["column"] = "title"
    numbers = {"pk": world["reason"].pk, "group_id": 1}
    kwargs |= {part: number for part, number in numbers.items() if f"<int:{part}>" in pattern}
    return reverse(name, kwargs=kwargs)
