"""Quotes by the API: found, drafted, changed, answered. Sending is `conversations.quotes`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, TextField
from django.db.models.functions import Cast, JSONObject
from django.utils import timezone

from core.access.api import PersonShape
from core.api.endpoint import Call, Endpoint, operation
from core.api.filters import IDS, TEXT, TIME, Filter
from core.api.pages import CREATED, Listing
from core.api.problems import Fault, Problem, bad_request
from core.api.shapes import (
    Amount,
    Choice,
    Identifier,
    Instant,
    Made,
    Optional,
    Ref,
    Shape,
    Text,
    plain_amount,
)
from core.api.shapes import Whole as WholeOut
from core.company.queries import company
from core.keys.queries import KnownKey
from core.keys.scopes import Scope
from crm.catalogue.models import Product
from crm.contacts.api import ContactShape, contacts_of
from crm.contacts.queries import found_or_heir
from crm.pipeline.api.shapes import LeadShape, leads_of
from crm.quotes import clock, operations
from crm.quotes.api_drafts import AnswerDraft, QuoteChangesDraft, QuoteDraft
from crm.quotes.enums import QuoteState
from crm.quotes.errors import BadLine, BadQuote, StaleDraft
from crm.quotes.lines import LineDraft
from crm.quotes.models import Quote, QuoteFile, QuoteLine, QuoteTemplate, QuoteVersion
from crm.quotes.queries import QuoteQuerySet, quotes, templates_in_use

TAG = "Quotes"
DAY = {"type": ["string", "null"], "format": "date"}
AMOUNTS = ("net", "discount", "tax", "total")
LINE_NUMBERS = ("quantity", "unit_price", "discount_percent", "net")
TEXT_OR_NULL = {"type": ["string", "null"]}
FILE = {
    "type": "object",
    "properties": {
        "id": {"type": "string"},
        "name": {"type": "string"},
        "mime": {"type": "string"},
        "size": {"type": "integer", "description": "Bytes."},
        "sha256": {"type": "string"},
    },
}
VERSIONS = {
    "type": "array",
    "description": "The newest first. Amounts and percents are texts.",
    "items": {
        "type": "object",
        "properties": {
            "version": {"type": "integer"},
            "revision": {"type": "integer", "description": "Counts the saves of a draft."},
            "state": {"type": "string", "enum": list(QuoteState.values)},
            **{name: {"type": "string"} for name in ("language", "currency", "intro", "terms", "next_step")},
            "valid_until": DAY,
            "sent_at": TEXT_OR_NULL,
            "discount_percent": {"type": "string"},
            **{name: {"type": "string"} for name in AMOUNTS},
            "taxes": {"type": "array", "items": {"type": "array", "items": {"type": "string"}}},
            "lines": {"type": "array", "items": {"type": "object", "additionalProperties": {}}},
            "files": {"type": "array", "items": FILE},
        },
        "required": ["version", "revision", "state", "currency", "total", "lines"],
    },
}


def _day(found: date | None) -> str | None:
    return found.isoformat() if found else None


def _is_expired(state: str, until: date | None) -> bool:
    if state != QuoteState.SENT or until is None:
        return False
    return clock.is_over(until, timezone=company().timezone, now=timezone.now())


def _text(name: str) -> Cast:
    """Numbers leave the database as texts: a JSON number would lose digits."""
    return Cast(name, TextField())


def _versions(prefix: str) -> Any:
    lines = QuoteLine.objects.filter(version=OuterRef("pk")).order_by("position", "id")
    line = JSONObject(
        id="public_id",
        product="product__public_id",
        title="title",
        description="description",
        unit="unit",
        taxes=Cast("taxes", TextField()),
        optional="optional",
        chosen="chosen",
        **{name: _text(name) for name in LINE_NUMBERS},
    )
    files = QuoteFile.objects.filter(version=OuterRef("pk")).order_by("position", "id")
    file = JSONObject(id="public_id", **{name: name for name in ("name", "mime", "size", "sha256")})
    version = JSONObject(
        version="version",
        revision="revision",
        state="state",
        language="language",
        currency="currency",
        intro="intro",
        terms="terms",
        next_step="next_step",
        valid_until="valid_until",
        sent_at="sent_at",
        taxes="taxes",
        lines=ArraySubquery(lines.values(line=line)),
        files=ArraySubquery(files.values(whole=file)),
        **{name: _text(name) for name in (*AMOUNTS, "discount_percent")},
    )
    rows = QuoteVersion.objects.filter(quote=OuterRef(f"{prefix}pk")).order_by("-version")
    return ArraySubquery(rows.values(line=version))


def _shown_versions(found: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            **version,
            **{name: plain_amount(Decimal(version[name])) for name in (*AMOUNTS, "discount_percent")},
            "lines": [_shown_line(line) for line in version["lines"]],
        }
        for version in found
    ]


def _shown_line(line: Mapping[str, Any]) -> dict[str, Any]:
    taxes = [text for text in line["taxes"].strip("{}").split(",") if text]
    numbers = {name: plain_amount(Decimal(line[name])) for name in LINE_NUMBERS}
    return {**line, **numbers, "taxes": [plain_amount(Decimal(text)) for text in taxes]}


class QuoteShape(Shape):
    scope = Scope.LEADS_READ

    id = Identifier()
    number = Optional(help_text="Given when it is first sent.")
    title = Text()
    contact = Ref(ContactShape)
    lead = Ref(LeadShape, allow_null=True)
    owner = Ref(PersonShape, allow_null=True)
    state = Choice(choices=QuoteState.choices)
    expired = Made(of=["state", "valid_until"], write=_is_expired, schema={"type": "boolean"})
    total = Amount()
    valid_until = Made(of=["valid_until"], write=_day, schema=DAY, help_text="The last day, inclusive.")
    latest = WholeOut(help_text="The number of the newest version.")
    sent_at = Instant(allow_null=True)
    viewed_at = Instant(allow_null=True)
    closed_at = Instant(allow_null=True)
    requested_at = Instant(allow_null=True)
    created_at = Instant()


class WholeQuoteShape(QuoteShape):
    versions = Made(of=[_versions], write=_shown_versions, schema=VERSIONS)


QUOTES = Listing(
    QuoteShape,
    (
        Filter("contact", IDS, "contact__public_id"),
        Filter("lead", IDS, "lead__public_id", nullable=True),
        Filter("owner", IDS, "owner__public_id", nullable=True),
        Filter("state", TEXT, choices=tuple(QuoteState.values)),
        Filter("number", TEXT, nullable=True),
        Filter("sent_at", TIME),
    ),
    (CREATED,),
)


def quotes_of(key: KnownKey) -> QuoteQuerySet:
    """The quotes in sight of the key."""
    return quotes().visible_to(key.person) if key.person else quotes()


class Quotes(Endpoint):
    tag = TAG

    @operation(Scope.LEADS_READ, "Quotes", listing=QUOTES)
    def get(self, call: Call) -> Any:
        return call.page(quotes_of(call.key))

    @operation(
        Scope.LEADS_WRITE,
        "Draft a quote",
        about="Language, currency, terms and days come from contact, lead and settings where they are left out. With a "
        "`template` come its lines, those that the lead's answers suggest, then yours, all in its currency.",
        into=QuoteDraft,
        out=WholeQuoteShape,
        status=201,
    )
    def post(self, call: Call) -> Any:
        data = dict(call.data)
        lead, contact = _subjects(call, data.pop("lead", None), data.pop("contact", None))
        given = {"contact": contact, "lead": lead, "actor": call.actor, "now": call.now}
        given["lines"] = lines_given(call, data.pop("lines", []))
        template = _template(call, data)
        try:
            if template is None:
                made = operations.start_quote(**given, **data)
            else:
                made = operations.start_from_template(template=template, **given, **data)
        except (BadLine, BadQuote) as refusal:
            raise problem_of_quote(refusal) from refusal
        return call.one(Quote.objects.filter(pk=made.quote_id))


class OneQuote(Endpoint):
    tag = TAG

    @operation(Scope.LEADS_READ, "A quote with its versions and lines", out=WholeQuoteShape)
    def get(self, call: Call, public_id: UUID) -> Any:
        return call.one(quotes_of(call.key).filter(public_id=public_id))

    @operation(
        Scope.LEADS_WRITE,
        "Change the draft",
        about="`revision` is the one you read: 409 `stale` when somebody saved in between. `lines` are all lines. "
        "What was sent does not change: make the next version.",
        into=QuoteChangesDraft,
        out=WholeQuoteShape,
    )
    def patch(self, call: Call, public_id: UUID) -> Any:
        pk, data = call.lock(quotes_of(call.key).filter(public_id=public_id)), dict(call.data)
        lines = lines_given(call, data.pop("lines")) if "lines" in data else None
        try:
            operations.save_draft(
                version_id=_newest(pk).pk, lines=lines, actor=call.actor, now=call.now, **data
            )
        except StaleDraft as stale:
            raise Problem(409, "stale", str(stale), more={"revision": stale.current.revision}) from stale
        except (BadLine, BadQuote) as refusal:
            raise problem_of_quote(refusal) from refusal
        return call.one(Quote.objects.filter(pk=pk))


class _Act(Endpoint):
    tag = TAG

    def found(self, call: Call, public_id: UUID) -> int:
        pk: int = call.lock(quotes_of(call.key).filter(public_id=public_id))
        return pk


class Answer(_Act):
    @operation(
        Scope.LEADS_WRITE,
        "Note down a yes or a no",
        about="An answer that came another way, also after the last day. A yes needs the key of a person.",
        into=AnswerDraft,
        out=WholeQuoteShape,
    )
    def post(self, call: Call, public_id: UUID) -> Any:
        pk, data = self.found(call, public_id), call.data
        version, person = _in_force(pk), call.key.person
        if data["answer"] == "no":
            reason, words = data.get("reason", "other"), data.get("words", "")
            operations.decline(version_id=version.pk, reason=reason, words=words, now=call.now, user=person)
        elif person is None:
            raise Problem(403, "person_missing", "Only a key that works as a person can note down a yes.")
        else:
            name = data.get("name") or str(version.quote.contact)
            operations.accept(version_id=version.pk, name=name, now=call.now, user=person)
        return call.one(Quote.objects.filter(pk=pk))


class Withdraw(_Act):
    @operation(Scope.LEADS_WRITE, "Withdraw what was sent", out=WholeQuoteShape)
    def post(self, call: Call, public_id: UUID) -> Any:
        pk = self.found(call, public_id)
        operations.withdraw(version_id=_in_force(pk).pk, actor=call.actor, now=call.now)
        return call.one(Quote.objects.filter(pk=pk))


class NextVersion(_Act):
    @operation(Scope.LEADS_WRITE, "Begin the next version", out=WholeQuoteShape)
    def post(self, call: Call, public_id: UUID) -> Any:
        pk = self.found(call, public_id)
        operations.next_version(quote_id=pk, actor=call.actor, now=call.now)
        return call.one(Quote.objects.filter(pk=pk))


class Renew(_Act):
    @operation(Scope.LEADS_WRITE, "The same once more with a fresh last day", out=WholeQuoteShape)
    def post(self, call: Call, public_id: UUID) -> Any:
        pk = self.found(call, public_id)
        operations.renew(quote_id=pk, actor=call.actor, now=call.now)
        return call.one(Quote.objects.filter(pk=pk))


class Copy(_Act):
    @operation(Scope.LEADS_WRITE, "A new quote with the same lines", out=WholeQuoteShape, status=201)
    def post(self, call: Call, public_id: UUID) -> Any:
        version = _newest(self.found(call, public_id))
        made = operations.copy_quote(version_id=version.pk, actor=call.actor, now=call.now)
        return call.one(Quote.objects.filter(pk=made.quote_id))


def _newest(quote_id: int) -> QuoteVersion:
    return QuoteVersion.objects.filter(quote=quote_id).order_by("-version")[0]


def _in_force(quote_id: int) -> QuoteVersion:
    """The newest that was sent, else the newest: the operation says what cannot be done with it."""
    rows = QuoteVersion.objects.filter(quote=quote_id).select_related("quote__contact").order_by("-version")
    return rows.exclude(state=QuoteState.DRAFT).first() or rows[0]


def _subjects(call: Call, lead_id: UUID | None, contact_id: UUID | None) -> tuple[Any, Any]:
    lead = leads_of(call.key).select_related("contact").filter(public_id=lead_id).first() if lead_id else None
    if lead_id is not None and lead is None:
        call.refuse("/lead", "unknown", "There is no such lead.")
    if contact_id is None:
        if lead is None:
            call.refuse("/contact", "required", "Name the contact or the lead.")
        return lead, lead.contact
    contact = found_or_heir(contacts_of(call.key), contact_id)
    return lead, contact or call.refuse("/contact", "unknown", "There is no such contact.")


def _template(call: Call, data: dict[str, Any]) -> QuoteTemplate | None:
    """What the body names, which sets the currency."""
    wanted = data.pop("template", None)
    if wanted is None:
        return None
    found = templates_in_use().filter(public_id=wanted).first()
    if found is None:
        call.refuse("/template", "unknown", "There is no such template in use.")
    if data.pop("currency", found.currency) != found.currency:
        call.refuse("/currency", "not_of_template", f"The template is in {found.currency}.")
    return found


def lines_given(call: Call, given: Sequence[Mapping[str, Any]]) -> list[LineDraft]:
    wanted = {line["product"] for line in given if line.get("product")}
    known = {each.public_id: each for each in Product.objects.filter(public_id__in=wanted)} if wanted else {}
    drafts = []
    for place, line in enumerate(given):
        values = dict(line)
        product = values.pop("product", None)
        if product is not None and product not in known:
            call.refuse(f"/lines/{place}/product", "unknown", "There is no such product.")
        values["taxes"] = tuple(values.get("taxes", ()))
        drafts.append(LineDraft(product=known.get(product) if product else None, **values))
    return drafts


def problem_of_quote(refusal: BadLine | BadQuote) -> Problem:
    """At the field of the body that it is about."""
    path = f"/{refusal.field}"
    if isinstance(refusal, BadLine):
        path = f"/lines/{refusal.position}/{refusal.field}"
    return bad_request([Fault(path, "invalid", str(refusal))])
