"""Where customers leave a flow, for programs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from rest_framework import serializers

from automation.flows.dropoff.queries import Left, Question, drop_off, versions_with_runs
from automation.flows.models import Flow, FlowVersionStatus
from core.api.endpoint import Call, Endpoint, operation
from core.api.filters import WHOLE
from core.api.parameters import Parameter
from core.api.problems import Fault, bad_request
from core.keys.scopes import Scope

DAYS = 30
MOST_DAYS = 365


class FlowQuestionSchema(serializers.Serializer[Any]):
    step = serializers.CharField(help_text="The step that asks.")
    question = serializers.CharField(help_text="What is asked, as flows name it.")
    reached = serializers.IntegerField(
        help_text="Chats in which it was asked; the others below add up to it."
    )
    answered = serializers.IntegerField()
    declined = serializers.IntegerField(help_text="Passed over, or not answered twice.")
    waiting = serializers.IntegerField(help_text="Asked within the last day.")
    silent = serializers.IntegerField(help_text="No answer for more than a day.")
    person = serializers.IntegerField(help_text="A person was asked for.")
    handed_off = serializers.IntegerField(help_text="A person took over for another reason.")
    ended = serializers.IntegerField(help_text="The customer wanted no more.")


class DropOffSchema(serializers.Serializer[Any]):
    flow = serializers.CharField()
    version = serializers.IntegerField()
    runs = serializers.IntegerField(help_text="Chats that began with this version in these days.")
    questions = FlowQuestionSchema(many=True)


class FlowDropOff(Endpoint):
    tag = "Flows"

    @operation(
        Scope.SETTINGS_READ,
        "At which question of a flow customers leave",
        about="Of the version in use unless another is asked for.",
        out=DropOffSchema,
        parameters=(
            Parameter("version", WHOLE, "Number of a published version.", least=1, most=2**31 - 1),
            Parameter("days", WHOLE, f"So many days back; {DAYS} unless said.", least=1, most=MOST_DAYS),
        ),
    )
    def get(self, call: Call, key: str) -> Any:
        versions = versions_with_runs(Flow.objects.get(key=key).pk)
        number = call.asked.get("version")
        if number is None:
            in_use = (each for each in versions if each.status == FlowVersionStatus.PUBLISHED)
            version = next(in_use, next(iter(versions), None))
        else:
            version = next((each for each in versions if each.number == number), None)
        if version is None:
            raise bad_request(
                [Fault("?version", "unknown", "There is no such published version of this flow.")]
            )
        since = call.now - timedelta(days=call.asked.get("days") or DAYS)
        found = drop_off(version, since=since, now=call.now)
        questions = [_shown(each) for each in found.questions]
        return {"flow": key, "version": version.number, "runs": found.runs, "questions": questions}


def _shown(question: Question) -> dict[str, Any]:
    place = question.place
    counts = {each.value: question.counts[each] for each in Left}
    return {"step": place.step, "question": place.target, **counts}
