"""Goals of the customers with their phrases."""

from __future__ import annotations

from typing import Any, NoReturn
from uuid import UUID

from rest_framework import serializers

from conversations.goals import operations
from conversations.goals.enums import Category, Handoff
from conversations.goals.errors import BadGoal
from conversations.goals.models import Goal, Phrase
from conversations.goals.operations.goals import COLUMNS
from conversations.goals.queries import GoalLine, goal_map, goal_of, line_of
from core.api.drafts import ByLanguage, Draft, List, OneOf, Words, YesNo
from core.api.drafts import Whole as WholeIn
from core.api.endpoint import Call, Endpoint, operation
from core.api.filters import TEXT, Filter
from core.api.pages import CREATED, Listing
from core.api.problems import Fault, bad_request
from core.api.shapes import Choice, Identifier, Instant, Shape, Text
from core.keys.scopes import Scope
from core.languages import Language

TAG = "Goals"
ACTS = ("active", "merged_into")
Plain: Any = serializers.Serializer


class GoalSchema(Plain):
    key = serializers.CharField(help_text="The name of the intent.")
    name = serializers.CharField(help_text="In the language of the request.")
    names = serializers.DictField(
        child=serializers.CharField(allow_blank=True), help_text="Text by language."
    )
    built_in = serializers.BooleanField()
    category = serializers.ChoiceField(choices=Category.choices)
    urgency = serializers.IntegerField(help_text="0 normal, 1 high, 2 urgent.")
    required_facts = serializers.ListField(child=serializers.CharField(), help_text="Keys of criteria.")
    response_minutes = serializers.IntegerField(allow_null=True)
    flow = serializers.CharField(allow_blank=True, help_text="Key of the flow that answers, if any.")
    answer = serializers.DictField(
        child=serializers.CharField(allow_blank=True), help_text="Text by language."
    )
    handoff = serializers.ChoiceField(choices=Handoff.choices)
    active = serializers.BooleanField()
    merged_into = serializers.CharField(
        allow_null=True, help_text="Key of the goal that counts in its place."
    )
    examples = serializers.DictField(
        child=serializers.IntegerField(), help_text="Known phrases by language, built-in ones included."
    )
    gaps = serializers.ListField(
        child=serializers.CharField(), help_text="What is missing: phrases.hy, answer, answer.az, target."
    )
    revision = serializers.IntegerField()


class GoalsSchema(Plain):
    goals = GoalSchema(many=True)


class PhraseShape(Shape):
    id = Identifier()
    language = Choice(choices=Language.choices)
    text = Text()
    created_at = Instant()


PHRASES = Listing(
    PhraseShape, (Filter("language", TEXT, choices=tuple(Language.values)),), (CREATED,), "created"
)


class GoalChangesDraft(Draft):
    names = ByLanguage(required=False)
    category = OneOf(choices=Category.choices, required=False)
    urgency = WholeIn(required=False, help_text="0 normal, 1 high, 2 urgent.")
    required_facts = List(child=Words(max_length=40), max_length=20, required=False)
    response_minutes = WholeIn(required=False, allow_null=True)
    flow = Words(max_length=60, required=False, allow_blank=True)
    answer = ByLanguage(required=False)
    handoff = OneOf(choices=Handoff.choices, required=False)
    active = YesNo(required=False)
    merged_into = Words(
        max_length=40, required=False, allow_null=True, help_text="Null: it counts for itself again."
    )


class NewGoalDraft(GoalChangesDraft):
    key = Words(max_length=40, help_text="Stays: conditions and flows name it.")
    names = ByLanguage()


class PhraseDraft(Draft):
    language = OneOf(choices=Language.choices)
    text = Words(max_length=300)


class Goals(Endpoint):
    tag = TAG

    @operation(
        Scope.SETTINGS_READ,
        "Goals of customers",
        about="All at once: the built-in ones in their order, then those of the company.",
        out=GoalsSchema,
    )
    def get(self, call: Call) -> Any:
        return {"goals": [_shown(line) for line in goal_map()]}

    @operation(Scope.SETTINGS_WRITE, "Add a goal", into=NewGoalDraft, out=GoalSchema, status=201)
    def post(self, call: Call) -> Any:
        values = dict(call.data)
        key = values.pop("key")
        try:
            operations.add_goal(key=key, draft=_draft(_split(values)[0], None), actor=call.actor)
            return _changed(call, key, values)
        except BadGoal as error:
            _refuse(error)


class OneGoal(Endpoint):
    tag = TAG

    @operation(Scope.SETTINGS_READ, "A goal", out=GoalSchema)
    def get(self, call: Call, key: str) -> Any:
        return _shown(line_of(_known(key), {}))

    @operation(
        Scope.SETTINGS_WRITE,
        "Change a goal",
        about="What is left out stays. It counts from the next message on.",
        into=GoalChangesDraft,
        out=GoalSchema,
    )
    def patch(self, call: Call, key: str) -> Any:
        found = _known(key)
        try:
            return _changed(call, found.key, dict(call.data), found)
        except BadGoal as error:
            _refuse(error)


class Phrases(Endpoint):
    tag = TAG

    @operation(Scope.SETTINGS_READ, "Phrases of a goal", listing=PHRASES)
    def get(self, call: Call, key: str) -> Any:
        return call.page(Phrase.objects.filter(goal__key=_known(key).key))

    @operation(
        Scope.SETTINGS_WRITE,
        "Teach a phrase",
        about="How customers say it, beside the built-in examples. The same words again are the phrase that is there.",
        into=PhraseDraft,
        out=PhraseShape,
        status=201,
    )
    def post(self, call: Call, key: str) -> Any:
        goal = _known(key).key
        try:
            made = operations.add_phrase(goal=goal, actor=call.actor, user=call.key.person, **call.data)
        except BadGoal as error:
            _refuse(error)
        return call.one(Phrase.objects.filter(pk=made.pk))


class OnePhrase(Endpoint):
    tag = TAG

    @operation(Scope.SETTINGS_WRITE, "Forget a phrase")
    def delete(self, call: Call, key: str, public_id: UUID) -> None:
        pk = call.lock(Phrase.objects.filter(goal__key=key, public_id=public_id), PhraseShape)
        operations.remove_phrase(phrase_id=pk, actor=call.actor)


def _known(key: str) -> Goal:
    found = goal_of(key)
    if found is None:
        raise Goal.DoesNotExist
    return found


def _split(values: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What stands in the draft, and the acts beside it."""
    acts: dict[str, Any] = {name: values[name] for name in ACTS if name in values}
    return {name: value for name, value in values.items() if name not in acts}, acts


def _draft(values: dict[str, Any], found: Goal | None) -> operations.GoalDraft:
    kept = {name: getattr(found, name) for name in COLUMNS} if found else {}
    merged = {**kept, **values}
    if "required_facts" in merged:
        merged["required_facts"] = tuple(merged["required_facts"])
    return operations.GoalDraft(**merged)


def _changed(call: Call, key: str, values: dict[str, Any], found: Goal | None = None) -> Any:
    parts, acts = _split(values)
    if parts and found is not None:
        operations.save_goal(key=key, draft=_draft(parts, found), actor=call.actor)
    if "active" in acts:
        operations.use_goal(key=key, active=acts["active"], actor=call.actor)
    if acts.get("merged_into"):
        if goal_of(acts["merged_into"]) is None:
            call.refuse("/merged_into", "unknown", "There is no such goal.")
        operations.merge_goal(key=key, into=acts["merged_into"], actor=call.actor)
    elif "merged_into" in acts:
        operations.split_goal(key=key, actor=call.actor)
    return _shown(line_of(_known(key), {}))


def _shown(line: GoalLine) -> dict[str, Any]:
    goal = line.goal
    return {
        "key": goal.key,
        "name": line.name,
        "names": goal.names,
        "built_in": line.built_in,
        **{name: getattr(goal, name) for name in COLUMNS if name != "names"},
        "active": goal.active,
        "merged_into": goal.merged_into.key if goal.merged_into else None,
        "examples": dict(line.examples),
        "gaps": list(line.gaps),
        "revision": goal.revision,
    }


def _refuse(error: BadGoal) -> NoReturn:
    raise bad_request([Fault(f"/{name}", "invalid", said) for name, said in error.faults.items()])
