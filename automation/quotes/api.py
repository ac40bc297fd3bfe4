"""What follows a sent quote by itself, by the API."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from rest_framework import serializers

from automation.quotes.coming import coming
from automation.quotes.operations.following import cancel_step, take_step
from automation.quotes.planning import Step, Stop
from conversations.quotes.queries import conversation_of
from core.api.endpoint import Call, Endpoint, operation
from core.api.problems import Problem
from core.api.shapes import instant
from core.keys.scopes import Scope
from crm.quotes.api import quotes_of
from crm.quotes.enums import QuoteState
from crm.quotes.models import Quote, QuoteVersion

STEPS = [step.value for step in Step]
STOPS = ", ".join(Stop)


class FollowUpStepSchema(serializers.Serializer[Any]):
    step = serializers.ChoiceField(choices=STEPS)
    due_at = serializers.DateTimeField()
    stopped_by = serializers.CharField(
        allow_null=True, help_text=f"Why it will not happen as things stand: {STOPS}; null while it will."
    )


class FollowUpsSchema(serializers.Serializer[Any]):
    steps = FollowUpStepSchema(
        many=True, help_text="What is planned, soonest first; empty where nothing is waited for."
    )


class ActDraft(serializers.Serializer[Any]):
    step = serializers.ChoiceField(choices=STEPS)
    act = serializers.ChoiceField(choices=["now", "cancel"], help_text="Do it at once, or call it off.")


class FollowUps(Endpoint):
    tag = "Quotes"

    @operation(Scope.LEADS_READ, "What follows a quote by itself, and when", out=FollowUpsSchema)
    def get(self, call: Call, public_id: UUID) -> Any:
        return _shown(call, quotes_of(call.key).get(public_id=public_id))

    @operation(
        Scope.LEADS_WRITE,
        "Do a step at once, or call it off",
        about="A step that something stops is not done: 409 `stopped` with `stopped_by`. Quiet hours do not hold `now`.",
        into=ActDraft,
        out=FollowUpsSchema,
    )
    def post(self, call: Call, public_id: UUID) -> Any:
        quote, step = quotes_of(call.key).get(public_id=public_id), Step(call.data["step"])
        version = _in_force(quote)
        if version is None:
            raise Problem(409, "stopped", "Nobody waits for an answer to this quote.")
        if call.data["act"] == "cancel":
            cancel_step(version_id=version.pk, step=step, actor=call.actor)
        elif stop := take_step(
            version_id=version.pk, step=step, now=call.now, actor=call.actor, at_once=True
        ):
            words = "This step does not fit any more: see stopped_by."
            raise Problem(409, "stopped", words, more={"stopped_by": stop.value})
        return _shown(call, quote)


def _in_force(quote: Quote) -> QuoteVersion | None:
    return QuoteVersion.objects.filter(quote=quote, state=QuoteState.SENT).first()


def _shown(call: Call, quote: Quote) -> dict[str, Any]:
    version = _in_force(quote)
    if version is None:
        return {"steps": []}
    version.quote = quote
    found = coming(version, conversation_of(quote), now=call.now)
    return {
        "steps": [
            {
                "step": each.step.value,
                "due_at": instant(each.due_at),
                "stopped_by": each.stop and each.stop.value,
            }
            for each in found
        ]
    }
