"""Flows by the API: read, drafted as a whole, checked, published, rolled back (docs/flows.md)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.db.models import Prefetch
from django.http import Http404
from rest_framework import serializers

from automation.flows import operations
from automation.flows.document import parse, plain
from automation.flows.editing import worded
from automation.flows.errors import DocumentError
from automation.flows.judging import judged, judged_plain
from automation.flows.linter import Finding, Level
from automation.flows.models import Flow, FlowVersion, FlowVersionStatus
from automation.flows.operations import HasErrors, StaleDraft
from automation.flows.operations.drafting import shown_version
from automation.flows.source import MAX_CHARACTERS
from automation.flows.writing import to_yaml
from core.api.drafts import Draft, Whole, Words, YesNo
from core.api.endpoint import Call, Endpoint, operation
from core.api.problems import Fault, Problem, bad_request
from core.api.shapes import instant
from core.keys.scopes import Scope

TAG = "Flows"
Plain: Any = serializers.Serializer
NEWEST = 200
ABOUT = "Send the `revision` that you read: when somebody changed the flow since, nothing is written."
STALE = {
    409: "Somebody changed or published the flow since that revision: `conflict` with `who` and `revision`."
}


class FlowFindingSchema(Plain):
    level = serializers.ChoiceField(
        choices=[each.value for each in Level], help_text="An error keeps it unpublished."
    )
    code = serializers.CharField(help_text="Stable.")
    place = serializers.CharField(
        allow_blank=True, help_text="Id of a step or text; empty: the flow as a whole."
    )
    message = serializers.CharField(help_text="In the language of the request.")


class FlowLineSchema(Plain):
    key = serializers.CharField()
    name = serializers.CharField()
    active = serializers.BooleanField(help_text="Whether new conversations begin with it.")
    revision = serializers.IntegerField(help_text="Counts every change.")
    published = serializers.IntegerField(allow_null=True, help_text="Number of the version in use.")
    draft = serializers.IntegerField(allow_null=True, help_text="Number of the draft.")


class FlowsSchema(Plain):
    flows = FlowLineSchema(many=True)


class FlowSchema(FlowLineSchema):
    document = serializers.JSONField(
        help_text="As in docs/flows.md: of the draft, else of the version in use."
    )
    yaml = serializers.CharField(help_text="The same as text.")
    findings = FlowFindingSchema(many=True)


class FlowVersionSchema(Plain):
    number = serializers.IntegerField()
    status = serializers.ChoiceField(choices=FlowVersionStatus.choices)
    created_by = serializers.CharField(allow_null=True)
    changed_at = serializers.DateTimeField()
    published_at = serializers.DateTimeField(allow_null=True)


class FlowVersionsSchema(Plain):
    versions = FlowVersionSchema(many=True)


class WholeFlowVersionSchema(FlowVersionSchema):
    document = serializers.JSONField()
    yaml = serializers.CharField()


class ScriptProblemSchema(Plain):
    path = serializers.CharField(allow_blank=True)
    message = serializers.CharField()
    line = serializers.IntegerField(allow_null=True, help_text="From 1, where YAML was sent.")
    column = serializers.IntegerField(allow_null=True)


class CheckedFlowSchema(Plain):
    problems = ScriptProblemSchema(many=True, help_text="Why it cannot be read; then there are no findings.")
    findings = FlowFindingSchema(many=True)


class FlowScriptDraft(Draft):
    document = serializers.JSONField(required=False, help_text="As in docs/flows.md.")
    yaml = Words(
        required=False, max_length=MAX_CHARACTERS, trim_whitespace=False, help_text="The same as text."
    )


class FlowDraft(FlowScriptDraft):
    revision = Whole(required=False)


class NewFlowDraft(FlowScriptDraft):
    name = Words(max_length=120)


class SwitchFlowDraft(Draft):
    active = YesNo()


class PublishFlowDraft(Draft):
    revision = Whole(required=False)


class RollBackFlowDraft(Draft):
    to = Whole(help_text="Number of a version that was published.")


class Flows(Endpoint):
    tag = TAG

    @operation(Scope.SETTINGS_READ, "Flows", about="All at once, by name.", out=FlowsSchema)
    def get(self, call: Call) -> Any:
        return {
            "flows": [_line(flow) for flow in Flow.objects.prefetch_related(_standing()).order_by("name")]
        }

    @operation(
        Scope.SETTINGS_WRITE,
        "Make a flow",
        about="It begins as a draft: of the script that is sent, else one that greets and hands over.",
        into=NewFlowDraft,
        out=FlowSchema,
        status=201,
    )
    def post(self, call: Call) -> Any:
        with _refusals():
            made = operations.create_flow(
                name=call.data["name"], user=call.key.person, now=call.now, document=_script(call)
            )
        return _whole(made.key)


class OneFlow(Endpoint):
    tag = TAG

    @operation(Scope.SETTINGS_READ, "A flow with its script", out=FlowSchema)
    def get(self, call: Call, key: str) -> Any:
        return _whole(key)

    @operation(
        Scope.SETTINGS_WRITE,
        "Switch a flow on or off",
        about="Off, no new conversation begins with it; those under way go on to their end.",
        into=SwitchFlowDraft,
        out=FlowSchema,
        refusals={422: "It was never published."},
    )
    def patch(self, call: Call, key: str) -> Any:
        operations.switch_flow(flow_id=_flow(key).pk, on=call.data["active"], user=call.key.person)
        return _whole(key)

    @operation(
        Scope.SETTINGS_WRITE,
        "Delete a flow that was never used",
        refusals={422: "Customers have talked to it, or a channel uses it."},
    )
    def delete(self, call: Call, key: str) -> None:
        operations.delete_flow(flow_id=_flow(key).pk, user=call.key.person)


class FlowDraftEndpoint(Endpoint):
    tag = TAG

    @operation(
        Scope.SETTINGS_WRITE,
        "Write the draft of a flow",
        about=f"The whole script, as `document` or as `yaml`. {ABOUT} Every fault is named with its place.",
        into=FlowDraft,
        out=FlowSchema,
        refusals=STALE,
    )
    def put(self, call: Call, key: str) -> Any:
        found, script = _flow(key), _script(call)
        if script is None:
            call.refuse("/document", "required", "Send the script as document or as yaml.")
        with _refusals():
            operations.save_draft(
                flow_id=found.pk,
                document=script,
                user=call.key.person,
                now=call.now,
                revision=call.data.get("revision"),
            )
        return _whole(key)

    @operation(
        Scope.SETTINGS_WRITE,
        "Throw the draft of a flow away",
        about="Without a draft nothing happens.",
        refusals={422: "The flow was never published: delete it as a whole."},
    )
    def delete(self, call: Call, key: str) -> None:
        operations.discard_draft(flow_id=_flow(key).pk, user=call.key.person)


class PublishFlow(Endpoint):
    tag = TAG

    @operation(
        Scope.SETTINGS_WRITE,
        "Publish the draft of a flow",
        about=f"{ABOUT} Without a draft nothing happens. Conversations under way finish with their version.",
        into=PublishFlowDraft,
        out=FlowSchema,
        refusals={**STALE, 422: "The draft brings in errors: `findings`."},
    )
    def post(self, call: Call, key: str) -> Any:
        with _refusals():
            operations.publish_draft(
                flow_id=_flow(key).pk,
                user=call.key.person,
                now=call.now,
                revision=call.data.get("revision"),
            )
        return _whole(key)


class RollBackFlow(Endpoint):
    tag = TAG

    @operation(
        Scope.SETTINGS_WRITE,
        "Publish an earlier version of a flow once more",
        about="As a new version; a draft stays.",
        into=RollBackFlowDraft,
        out=FlowSchema,
    )
    def post(self, call: Call, key: str) -> Any:
        found, number = _flow(key), call.data["to"]
        if not found.versions.filter(number=number, published_at__isnull=False).exists():
            call.refuse("/to", "unknown", "There is no published version of this number.")
        operations.roll_back(flow_id=found.pk, to_number=number, user=call.key.person)
        return _whole(key)


class FlowVersions(Endpoint):
    tag = TAG

    @operation(
        Scope.SETTINGS_READ, "Versions of a flow", about=f"The newest {NEWEST}.", out=FlowVersionsSchema
    )
    def get(self, call: Call, key: str) -> Any:
        rows = _flow(key).versions.select_related("created_by").defer("document", "texts")
        return {"versions": [_version(each) for each in rows.order_by("-number")[:NEWEST]]}


class OneFlowVersion(Endpoint):
    tag = TAG

    @operation(Scope.SETTINGS_READ, "A version of a flow with its script", out=WholeFlowVersionSchema)
    def get(self, call: Call, key: str, number: str) -> Any:
        rows = _flow(key).versions.select_related("created_by")
        known = number.isascii() and number.isdecimal() and len(number) < 10
        version = rows.filter(number=int(number)).first() if known else None
        if version is None:
            raise Http404
        return {**_version(version), **_document(version)}


class CheckFlow(Endpoint):
    tag = TAG

    @operation(
        Scope.SETTINGS_READ,
        "Check the script of a flow",
        about="Nothing is kept. What cannot be read is told under `problems`, with line and column for YAML.",
        into=FlowScriptDraft,
        out=CheckedFlowSchema,
    )
    def post(self, call: Call) -> Any:
        try:
            script = plain(call.data["yaml"]) if "yaml" in call.data else call.data.get("document")
            if script is None:
                call.refuse("/document", "required", "Send the script as document or as yaml.")
            return {"problems": [], "findings": _findings(judged_plain(script))}
        except DocumentError as error:
            problems = [
                {
                    "path": each.path,
                    "message": each.message,
                    "line": each.line,
                    "column": getattr(each, "column", None),
                }
                for each in error.problems
            ]
            return {"problems": problems, "findings": []}


def _standing() -> Prefetch[Any]:
    """What is in use and what is drafted, without the scripts."""
    rows = FlowVersion.objects.exclude(status=FlowVersionStatus.ARCHIVED).defer("document", "texts")
    return Prefetch("versions", rows)


def _flow(key: str) -> Flow:
    found = Flow.objects.filter(key=key).first() if "\x00" not in key else None
    if found is None:
        raise Http404
    return found


def _script(call: Call) -> Mapping[str, Any] | None:
    """What was sent, checked; faults are told at the field that held them."""
    field = "yaml" if "yaml" in call.data else "document"
    if "yaml" in call.data and "document" in call.data:
        call.refuse("/yaml", "both", "Send document or yaml, not both.")
    if field not in call.data:
        return None
    try:
        if field == "yaml":
            return plain(call.data["yaml"])
        if len(json.dumps(call.data["document"])) > MAX_CHARACTERS * 2:
            call.refuse("/document", "too_long", "A script has at most 400000 characters.")
        parse(call.data["document"])
    except DocumentError as error:
        raise _unreadable(error, field) from error
    found: Mapping[str, Any] = call.data["document"]
    return found


def _unreadable(error: DocumentError, field: str) -> Problem:
    """Each fault by its pointer into the document; in YAML by its line."""
    if field == "yaml":
        return bad_request(Fault("/yaml", "script", str(each)) for each in error.problems)
    return bad_request(
        Fault("/".join(["", "document", *each.path.split(".")]).rstrip("/"), "script", each.message)
        for each in error.problems
    )


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except DocumentError as error:
        raise _unreadable(error, "document") from error
    except StaleDraft as stale:
        who = stale.newest.created_by.name if stale.newest.created_by else None
        raise Problem(409, "conflict", str(stale), more={"who": who, "revision": stale.revision}) from stale
    except HasErrors as refusal:
        raise Problem(
            422, "refused", str(refusal), more={"findings": _findings(refusal.findings)}
        ) from refusal


def _line(flow: Flow) -> dict[str, Any]:
    numbers = {each.status: each.number for each in flow.versions.all()}
    return {
        "key": flow.key,
        "name": flow.name,
        "active": flow.active,
        "revision": flow.revision,
        "published": numbers.get(FlowVersionStatus.PUBLISHED),
        "draft": numbers.get(FlowVersionStatus.DRAFT),
    }


def _whole(key: str) -> dict[str, Any]:
    flow = Flow.objects.prefetch_related(_standing()).filter(key=key).first()
    if flow is None:
        raise Http404
    version = shown_version(flow)
    found = judged(parse(version.document).with_texts(version.texts))
    return {**_line(flow), **_document(version), "findings": _findings(found)}


def _document(version: FlowVersion) -> dict[str, Any]:
    document = worded(version.document, version.texts)
    return {"document": document, "yaml": to_yaml(document)}


def _findings(found: Any) -> list[dict[str, str]]:
    kept: list[Finding] = list(found)
    return [
        {"level": each.level.value, "code": each.code, "place": each.place, "message": each.message}
        for each in kept
    ]


def _version(version: FlowVersion) -> dict[str, Any]:
    return {
        "number": version.number,
        "status": version.status,
        "created_by": version.created_by.name if version.created_by else None,
        "changed_at": instant(version.changed_at),
        "published_at": instant(version.published_at),
    }
