"""What the assistant may do, what it costs, and every use of it, to read. Its key never leaves."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from rest_framework import serializers

from conversations.assistant.enums import Outcome, Purpose, Use
from conversations.assistant.models import AssistantCall, AssistantSettings
from conversations.assistant.queries import month_of, state, used_in
from core.api.endpoint import Call, Endpoint, operation
from core.api.filters import IDS, TEXT, TIME, Filter
from core.api.pages import CREATED, Listing
from core.api.shapes import Choice, Free, Identifier, Instant, Optional, Shape, Whole
from core.keys.scopes import Scope

TAG = "Assistant"
Plain: Any = serializers.Serializer


class AssistantBudgetSchema(Plain):
    month = serializers.DateField(help_text="Its first day.")
    calls = serializers.IntegerField()
    tokens = serializers.IntegerField()
    most_tokens = serializers.IntegerField(allow_null=True)
    cost = serializers.CharField(help_text="In `currency`.")
    most_cost = serializers.CharField(allow_null=True)
    currency = serializers.CharField()


class AssistantSchema(Plain):
    active = serializers.BooleanField()
    endpoint = serializers.CharField(allow_blank=True)
    model = serializers.CharField(allow_blank=True)
    has_key = serializers.BooleanField()
    uses = serializers.ListField(child=serializers.ChoiceField(choices=Use.choices))
    answers_alone = serializers.BooleanField()
    hide_names = serializers.BooleanField()
    min_confidence = serializers.IntegerField(help_text="Percent, below which an answer is dropped.")
    timeout_seconds = serializers.IntegerField()
    budget = AssistantBudgetSchema()
    paused_until = serializers.DateTimeField(
        allow_null=True, help_text="After several faults the service is left alone until then."
    )
    last_error = serializers.CharField(allow_blank=True)


class AssistantUseShape(Shape):
    """One use. Its words are not given out: they stand in the conversation."""

    id = Identifier()
    purpose = Choice(choices=Purpose.choices)
    outcome = Choice(choices=Outcome.choices)
    conversation = Identifier("conversation__public_id", allow_null=True)
    person = Identifier(
        "user__public_id", allow_null=True, help_text="Who asked; null: it was not asked for."
    )
    prompt = Optional(help_text="Name and version of what the model was told.")
    model = Optional()
    tokens_in = Whole()
    tokens_out = Whole()
    milliseconds = Whole(allow_null=True)
    error = Optional()
    sources = Free(help_text="What the answer rests on: id, kind, title, url.")
    sent_message = Identifier("sent_message__public_id", allow_null=True, help_text="What became of a draft.")
    created_at = Instant()
    finished_at = Instant(allow_null=True)


CALLS = Listing(
    AssistantUseShape,
    (
        Filter("purpose", TEXT, choices=tuple(Purpose.values)),
        Filter("outcome", TEXT, choices=tuple(Outcome.values)),
        Filter("conversation", IDS, path="conversation__public_id"),
        Filter("created_at", TIME),
    ),
    (CREATED,),
    "-created",
)


class Assistant(Endpoint):
    tag = TAG

    @operation(Scope.SETTINGS_READ, "The assistant", out=AssistantSchema)
    def get(self, call: Call) -> Any:
        found = AssistantSettings.objects.first() or AssistantSettings()
        month = month_of(call.now)
        used, standing = used_in(month), state()
        shown = ("active", "endpoint", "model", "uses", "answers_alone", "hide_names")
        return {
            **{name: getattr(found, name) for name in (*shown, "min_confidence", "timeout_seconds")},
            "has_key": bool(found.credentials.get("key")),
            "budget": {
                "month": month.isoformat(),
                "calls": used.calls,
                "tokens": used.tokens,
                "most_tokens": found.monthly_tokens,
                "cost": f"{used.cost:f}",
                "most_cost": None if found.monthly_money is None else f"{found.monthly_money:f}",
                "currency": found.currency,
            },
            "paused_until": standing.open_until if _is_later(standing.open_until, call.now) else None,
            "last_error": standing.last_error,
        }


class Calls(Endpoint):
    tag = TAG

    @operation(Scope.SETTINGS_READ, "Uses of the assistant", listing=CALLS)
    def get(self, call: Call) -> Any:
        return call.page(AssistantCall.objects.all())


class OneCall(Endpoint):
    tag = TAG

    @operation(Scope.SETTINGS_READ, "One use of the assistant", out=AssistantUseShape)
    def get(self, call: Call, public_id: UUID) -> Any:
        return call.one(AssistantCall.objects.filter(public_id=public_id))


def _is_later(moment: Any, now: Any) -> bool:
    return moment is not None and moment > now
