"""What to do now with a lead, and why."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from rest_framework import serializers

from automation.advice.advice import Kind
from automation.advice.queries import advice_of
from core.api.endpoint import Call, Endpoint, operation
from core.api.shapes import instant, text_or_none
from core.keys.scopes import Scope
from crm.pipeline.api.shapes import leads_of

KINDS = ", ".join(Kind)


class ActionSchema(serializers.Serializer[Any]):
    kind = serializers.CharField(allow_null=True, help_text=f"{KINDS}; null where the lead is won or lost.")
    words = serializers.CharField(allow_null=True, help_text="What to do.")
    reason = serializers.CharField(allow_null=True)
    since = serializers.DateTimeField(allow_null=True, help_text="Since when there is reason to.")
    until = serializers.DateTimeField(allow_null=True, help_text="When there will be something to do again.")
    criterion = serializers.CharField(allow_null=True, help_text="Key of what to ask.")
    text = serializers.CharField(allow_null=True, help_text="What could be sent, in the customer's language.")
    conversation = serializers.UUIDField(allow_null=True)


class NextAction(Endpoint):
    tag = "Leads"

    @operation(
        Scope.LEADS_READ,
        "What to do now with a lead, and why",
        about="Words are in the language of Accept-Language.",
        out=ActionSchema,
    )
    def get(self, call: Call, public_id: UUID) -> Any:
        found = advice_of(leads_of(call.key).get(public_id=public_id), call.now)
        if found is None:
            return dict.fromkeys(ActionSchema().fields)
        return {
            "kind": found.kind,
            "words": found.label,
            "reason": found.reason,
            "since": instant(found.action.since),
            "until": instant(found.action.until),
            "criterion": text_or_none(found.action.criterion),
            "text": text_or_none(found.text),
            "conversation": str(found.conversation) if found.conversation else None,
        }
