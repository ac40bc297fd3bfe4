"""One of everything, and the address of each thing, for the matrix of access."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.urls import reverse
from django.utils import timezone

from automation.flows.operations import install_shipped
from automation.playbooks.reading import playbook
from automation.sequences.operations import enrol, install_ready
from conversations.accounts.operations import create_account
from conversations.articles.operations import (
    ArticleDraft,
    CollectionDraft,
    NoticeDraft,
    add_article,
    add_collection,
    add_notice,
    make_link,
)
from conversations.assistant.models import AssistantCall
from conversations.goals.models import Review
from conversations.goals.operations import add_phrase
from conversations.threads.models import Attachment, Conversation, Message
from core.access.models import Team, User
from core.events.actor import SYSTEM, Actor
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
from crm.pipeline.models import Lead, LostReason
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
    "settings/flows/": "account",
    "settings/articles/": "article",
    "settings/articles/collections/": "collection",
    "settings/articles/problems/": "known_problem",
    "settings/goals/": "phrase",
    "settings/goals/reviews/": "review",
    "settings/keys/": "api_key",
    "settings/assistant/try/": "tried",
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
    team, owner = TeamFactory.create(), make_user("Owner")
    conversation = _conversation(owner, team)
    lead = conversation.lead
    assert lead is not None
    return {
        "flow": flow,
        "playbook": playbook("inbound"),
        "team": team,
        "person": owner,
        **_of_the_chat(conversation, owner),
        **_of_the_lead(lead, owner),
        **_of_trade(lead, owner),
        **_of_the_settings(owner),
    }


def _conversation(owner: User, team: Team) -> Conversation:
    """A stranger's chat with its lead, all of it the owner's and the team's."""
    visitor = Visitor(make_web_chat())
    visitor.say("Hello")
    work_off()
    conversation = Conversation.objects.select_related(
        "account", "contact", "lead__pipeline", "lead__stage"
    ).get()
    conversation.account.team = team
    conversation.account.save()
    conversation.assignee, conversation.team = owner, team
    conversation.save()
    assert conversation.lead is not None
    conversation.lead.owner, conversation.lead.team = owner, team
    conversation.lead.save()
    conversation.contact.owner = owner
    conversation.contact.save()
    return conversation


def _of_the_chat(conversation: Conversation, owner: User) -> dict[str, Any]:
    message = Message.objects.filter(conversation=conversation).first()
    return {
        "conversation": conversation,
        "account": conversation.account,
        "contact": conversation.contact,
        "namesake": ContactFactory(owner=owner),
        "merge": merged_into(conversation.contact, owner),
        "attachment": Attachment.objects.create(
            account=conversation.account,
            message=message,
            name="plan.pdf",
            file=ContentFile(b"%PDF-", "plan.pdf"),
        ),
        "use": AssistantCall.objects.create(
            purpose="draft", conversation=conversation, contact=conversation.contact
        ),
        "notification": Notification.objects.create(
            user=owner, kind="conversation.assigned", key="1", url="/inbox/"
        ),
    }


def _of_the_lead(lead: Lead, owner: User) -> dict[str, Any]:
    now, actor = timezone.now(), Actor.of(owner)
    service = make_service(make_resource(user=owner))
    sequence = install_ready(language="en", active=True, now=now)[0]
    return {
        "lead": lead,
        "pipeline": lead.pipeline,
        "stage": lead.stage,
        "call": log_call(contact=lead.contact, lead=lead, outcome="busy", now=now, actor=actor),
        "sequence": sequence,
        "enrolment": enrol(lead_id=lead.pk, sequence_key=sequence.key, user=owner, now=now),
        "bulk": start_bulk(rows=leads().filter(pk=lead.pk), action=tag_with(add=["hot"]), user=owner),
        "file": add_file(lead_id=lead.pk, file=ContentFile(b"%PDF-"), name="plan.pdf", actor=actor),
        "view": save_view(user=owner, name="Mine"),
        "service": service,
        "resource": service.resources.get(),
        "booking": make_booking(service, next_free(service), now=now, contact=lead.contact, lead=lead),
    }


def _of_trade(lead: Lead, owner: User) -> dict[str, Any]:
    now, actor = timezone.now(), Actor.of(owner)
    draft, order = make_draft(lead, owner, now=now), make_order(lead=lead)
    return {
        "quote": draft.quote,
        "quote_file": attach(version_id=draft.pk, file=ContentFile(b"%PDF-"), name="plan.pdf", actor=actor),
        "quote_template": QuoteTemplate.objects.create(name="Kitchen"),
        "product": set_picture(product_id=make_kitchen(rules={}).pk, content=PNG, actor=actor),
        "tax": make_vat(),
        "provider": ProviderFactory(is_default=True),
        "payment": make_payment(lead, now=now),
        "order": order,
        "orders_import": upload(kind="orders", name="a.csv", content=b"number\nA-1\n", user=owner),
        "notice": OrderNotice.objects.create(order=order, kind="delay"),
    }


def of_articles() -> dict[str, Any]:
    collection = add_collection(draft=CollectionDraft(slug="home", names={"en": "Home"}), actor=SYSTEM)
    article = ArticleDraft(slug="warranty", titles={"en": "Warranty"}, collection=collection)
    problem = NoticeDraft(name="Snow", texts={"en": "Late."}, starts_at=timezone.now(), goals=("delivery",))
    return {
        "article": add_article(draft=article, actor=SYSTEM),
        "collection": collection,
        "short_link": make_link(aim=collection),
        "known_problem": add_notice(draft=problem, actor=SYSTEM),
    }


def _of_the_settings(owner: User) -> dict[str, Any]:
    phrase = add_phrase(goal="price", language="en", text="what is the damage", actor=Actor.of(owner))
    return {
        **of_articles(),
        "app": create_account(kind="api", name="App"),
        "criterion": Criterion.objects.earliest("pk"),
        "rule": ScoringRule.objects.earliest("pk"),
        "lead_field": make_field("floor"),
        "contact_field": make_field("birthday", "date", subject="contact"),
        "goal": phrase.goal,
        "phrase": phrase,
        "review": Review.objects.create(month=date(2026, 11, 1), groups=1, messages=1),
        "reason": LostReason.objects.first(),
        "tried": AssistantCall.objects.create(purpose="try", user=owner),
        "api_key": ApiKey.objects.create(
            name="Site",
            prefix="abcdefgh",
            scopes=["leads:read"],
            expires_at=timezone.now() + timedelta(days=1),
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
    parts = (
        ("stage", "stage"),
        ("other", "namesake"),
        ("line", "product"),
        ("enrolment", "enrolment"),
        ("call_id", "use"),
    )
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
        named["settings/playbooks"] = "playbook"
        found = (thing for start, thing in named.items() if pattern.startswith(start))
        kwargs["key"] = world[next(found, "criterion")].key
    if "<slug:code>" in pattern:
        kwargs["code"] = world["short_link"].code if pattern.startswith("settings/") else "nothing"
    kwargs |= {part: "nothing" for part in ("slug", "collection") if f"<slug:{part}>" in pattern}
    if "<str:column>" in pattern:
        kwargs["column"] = "title"
    slugs = {"step_id": "greet", "section": "answers", "name": "price", "step": "goal", "outcome": "silent"}
    kwargs |= {part: slug for part, slug in slugs.items() if f"<slug:{part}>" in pattern}
    numbers = {"pk": world["reason"].pk, "group_id": 1}
    kwargs |= {part: number for part, number in numbers.items() if f"<int:{part}>" in pattern}
    return reverse(name, kwargs=kwargs)
