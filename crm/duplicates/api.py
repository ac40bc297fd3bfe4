"""Duplicates by the API: who may be the same person and why, merging, and taking it back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from rest_framework import serializers

from core.api.drafts import Draft, List, Reference, Words
from core.api.endpoint import Call, Endpoint, operation
from core.api.pages import Listing
from core.api.shapes import Identifier, Instant, Made, Ref, Shape
from core.keys.scopes import Scope
from crm.contacts.api import ContactShape, contacts_of, known_contact
from crm.contacts.queries import found_or_heir
from crm.duplicates.clues import in_words
from crm.duplicates.fields import Side
from crm.duplicates.models import ContactMerge
from crm.duplicates.operations import merge_contacts, undo_merge
from crm.duplicates.queries import Suspect, suspects_of

Plain = serializers.Serializer[Any]


class EvidenceSchema(Plain):
    kind = serializers.CharField(
        help_text="phone, email, namesake or sender (the same account of a provider)."
    )
    value = serializers.CharField(help_text="What both have.")
    description = serializers.CharField(help_text="In words.")


class DuplicateSchema(Plain):
    contact = serializers.UUIDField()
    name = serializers.CharField(allow_blank=True)
    evidence = EvidenceSchema(many=True)


class DuplicatesSchema(Plain):
    results = DuplicateSchema(many=True)


def _counts(moved: dict[str, list[int]]) -> dict[str, int]:
    return {name.partition(".")[2]: len(keys) for name, keys in moved.items() if keys}


class MergeShape(Shape):
    id = Identifier()
    contact = Ref(ContactShape, "winner", help_text="The one that is left.")
    merged_id = Identifier("loser__public_id", help_text="The one that became part of it.")
    moved = Made(
        of=("moved",),
        write=_counts,
        schema={"type": "object", "additionalProperties": {"type": "integer"}},
        help_text="How many rows went over, by kind.",
    )
    merged_at = Instant()
    undone_at = Instant(allow_null=True)


class MergeDraft(Draft):
    contact = Reference(help_text="The contact that becomes part of this one.")
    take = List(
        child=Words(max_length=120),
        max_length=50,
        required=False,
        help_text="Fields of which its value is taken where both have one: name, language, timezone, company, owner, "
        "fields.<key>. Of all others this contact's value stays; tags are those of both.",
    )


MERGES = Listing(MergeShape)


class Duplicates(Endpoint):
    tag = "Contacts"

    @operation(
        Scope.CONTACTS_READ,
        "Contacts that may be the same person, with the evidence",
        about="The strongest first, ten at most; nothing is merged by itself. Words follow Accept-Language.",
        out=DuplicatesSchema,
    )
    def get(self, call: Call, public_id: UUID) -> Any:
        contact = known_contact(call, public_id)
        return {"results": [_shown(each) for each in suspects_of(contact, call.key.person)]}


class Merge(Endpoint):
    tag = "Contacts"

    @operation(
        Scope.CONTACTS_WRITE,
        "Make another contact part of this one",
        about="It brings everything that belongs to it. An opt-out of either holds. It can be undone for 30 days.",
        into=MergeDraft,
        out=MergeShape,
        status=201,
        refusals={409: "One of the two became part of another contact.", 422: "They are the same contact."},
    )
    def post(self, call: Call, public_id: UUID) -> Any:
        winner = known_contact(call, public_id)
        loser = found_or_heir(contacts_of(call.key), call.data["contact"])
        if loser is None:
            call.refuse("/contact", "unknown", "There is no such contact.")
        taken: dict[str, Side] = dict.fromkeys(call.data.get("take", ()), "loser")
        merge = merge_contacts(
            winner=winner, loser=loser, actor=call.actor, by=call.key.person, now=call.now, taken=taken
        )
        return call.one(ContactMerge.objects.filter(pk=merge.pk))


class Merges(Endpoint):
    tag = "Contacts"

    @operation(Scope.CONTACTS_READ, "Contacts that became part of this one", listing=MERGES)
    def get(self, call: Call, public_id: UUID) -> Any:
        return call.page(ContactMerge.objects.filter(winner=known_contact(call, public_id)))


class UndoMerge(Endpoint):
    tag = "Contacts"

    @operation(
        Scope.CONTACTS_WRITE,
        "Undo a merge",
        about="What came since stays with this contact.",
        out=MergeShape,
        refusals={409: "It is too late, or something that happened since makes it impossible."},
    )
    def post(self, call: Call, public_id: UUID, merge_id: UUID) -> Any:
        winner = known_contact(call, public_id)
        merge = ContactMerge.objects.get(winner=winner, public_id=merge_id)
        undo_merge(merge_id=merge.pk, actor=call.actor, by=call.key.person, now=call.now)
        return call.one(ContactMerge.objects.filter(pk=merge.pk))


def _shown(suspect: Suspect) -> dict[str, Any]:
    return {
        "contact": str(suspect.contact.public_id),
        "name": suspect.contact.name,
        "evidence": [
            {"kind": kind, "value": value, "description": in_words(kind, value)}
            for kind, value in suspect.evidence
        ],
    }
