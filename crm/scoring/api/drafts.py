"""The draft of the next version of the scoring rules: written, looked at, published (docs/scoring.md)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.http import Http404

from core.api.endpoint import Call, Endpoint, operation
from core.api.problems import Fault, bad_request
from core.keys.scopes import Scope
from crm.api import refusals_told
from crm.scoring import operations
from crm.scoring.api.shapes import (
    ConsequenceDraftBody,
    DraftChangesDraft,
    DraftSchema,
    EffectSchema,
    MadeUpDraft,
    NewRuleDraft,
    PublishDraft,
    PublishedSchema,
    RollBackDraft,
    RuleChangesDraft,
    TriedSchema,
    VersionsSchema,
)
from crm.scoring.api.telling import draft_told, effect_told, tried_told, versions_told
from crm.scoring.content import ConsequenceDraft, RuleDraft, SectionDraft
from crm.scoring.errors import BadRule
from crm.scoring.operations import Published
from crm.scoring.queries import content_of, standing
from crm.scoring.queries.trying import MadeUp
from crm.scoring.scoring import Thresholds

TAG = "Settings"
STALE = {409: "Somebody edited or published since that mark: `conflict` with `who`, `when` and `changes`."}
ABOUT = "Send the `mark` of the draft that you read as If-Match: when somebody edited it since, nothing is written."


class Draft(Endpoint):
    tag = TAG

    @operation(
        Scope.SETTINGS_READ,
        "The draft of the scoring rules",
        about="Without a draft these are the rules that count; the first change begins one. `doubts` names rules that "
        "contradict themselves or can never matter. Words are in the language of Accept-Language.",
        out=DraftSchema,
    )
    def get(self, call: Call) -> Any:
        return draft_told()

    @operation(
        Scope.SETTINGS_WRITE,
        "Change thresholds, groups or the order of the rules in the draft",
        about=ABOUT,
        into=DraftChangesDraft,
        out=DraftSchema,
        refusals=STALE,
    )
    def patch(self, call: Call) -> Any:
        mark, user, data = _mark(call), call.key.person, call.data
        with _refusals():
            if "thresholds" in data:
                limits = replace(content_of(standing().shown).thresholds, **data["thresholds"])
                operations.save_thresholds(thresholds=Thresholds(**vars(limits)), user=user, mark=mark)
                mark = None
            if "sections" in data:
                sections = [
                    SectionDraft(each["name"], each["group"], each.get("cap"), each.get("id"))
                    for each in data["sections"]
                ]
                operations.save_sections(sections=sections, user=user, mark=mark)
                mark = None
            if "order" in data:
                operations.reorder_rules(keys=data["order"], user=user, mark=mark)
        return draft_told()

    @operation(Scope.SETTINGS_WRITE, "Throw the draft away", about=ABOUT, refusals=STALE)
    def delete(self, call: Call) -> None:
        with _refusals():
            operations.discard_draft(user=call.key.person, mark=_mark(call))


class Rules(Endpoint):
    tag = TAG

    @operation(
        Scope.SETTINGS_WRITE,
        "Add a rule to the draft",
        about=f"{ABOUT} A fault in the condition is named with its path.",
        into=NewRuleDraft,
        out=DraftSchema,
        status=201,
        refusals=STALE,
    )
    def post(self, call: Call) -> Any:
        with _refusals():
            operations.save_rule(draft=RuleDraft(**call.data), user=call.key.person, mark=_mark(call))
        return draft_told()


class OneRule(Endpoint):
    tag = TAG

    @operation(
        Scope.SETTINGS_WRITE,
        "Change a rule in the draft",
        about=f"{ABOUT} What is left out stays.",
        into=RuleChangesDraft,
        out=DraftSchema,
        refusals=STALE,
    )
    def patch(self, call: Call, public_id: UUID) -> Any:
        state = standing()
        found = next((each for each in content_of(state.shown).rules if each.key == public_id), None)
        if found is None:
            raise Http404
        with _refusals():
            operations.save_rule(
                draft=replace(found, **call.data), user=call.key.person, mark=_mark(call) or state.mark
            )
        return draft_told()

    @operation(Scope.SETTINGS_WRITE, "Take a rule out of the draft", about=ABOUT, refusals=STALE)
    def delete(self, call: Call, public_id: UUID) -> None:
        if all(each.key != public_id for each in content_of(standing().shown).rules):
            raise Http404
        with _refusals():
            operations.delete_rule(key=public_id, user=call.key.person, mark=_mark(call))


class Consequences(Endpoint):
    tag = TAG

    @operation(
        Scope.SETTINGS_WRITE,
        "Add what happens at a threshold to the draft",
        about=ABOUT,
        into=ConsequenceDraftBody,
        out=DraftSchema,
        status=201,
        refusals=STALE,
    )
    def post(self, call: Call) -> Any:
        given = ConsequenceDraft(call.data["when"], call.data["action"], dict(call.data.get("settings", {})))
        with _refusals():
            operations.save_consequence(draft=given, user=call.key.person, mark=_mark(call))
        return draft_told()


class OneConsequence(Endpoint):
    tag = TAG

    @operation(Scope.SETTINGS_WRITE, "Take a consequence out of the draft", about=ABOUT, refusals=STALE)
    def delete(self, call: Call, public_id: UUID) -> None:
        if all(each.key != public_id for each in content_of(standing().shown).consequences):
            raise Http404
        with _refusals():
            operations.delete_consequence(key=public_id, user=call.key.person, mark=_mark(call))


class DraftEffect(Endpoint):
    tag = TAG

    @operation(
        Scope.SETTINGS_READ,
        "What the draft does to the open leads",
        about="A sample at once, `share` says how much of them; all of them once the look in the background is done. "
        "`movers` are the leads in sight that change most, each with the rules that do it.",
        out=EffectSchema,
    )
    def get(self, call: Call) -> Any:
        return effect_told(call.key)


class TestLead(Endpoint):
    tag = TAG

    @operation(
        Scope.SETTINGS_READ,
        "The score of a made-up lead",
        about="By the draft, and by what counts where there is a draft. Nothing is kept.",
        into=MadeUpDraft,
        out=TriedSchema,
    )
    def post(self, call: Call) -> Any:
        return tried_told(MadeUp(**call.data))


class PublishTheDraft(Endpoint):
    tag = TAG

    @operation(
        Scope.SETTINGS_WRITE,
        "Publish the draft",
        about=f"{ABOUT} All leads are scored again in the background.",
        into=PublishDraft,
        out=PublishedSchema,
        refusals=STALE,
    )
    def post(self, call: Call) -> Any:
        with _refusals():
            saved = operations.publish_draft(
                user=call.key.person, mark=_mark(call), act=call.data.get("act", False)
            )
        return _published(saved)


class Versions(Endpoint):
    tag = TAG

    @operation(
        Scope.SETTINGS_READ, "Versions of the scoring rules", about="The newest 200.", out=VersionsSchema
    )
    def get(self, call: Call) -> Any:
        return versions_told()


class RollBack(Endpoint):
    tag = TAG

    @operation(
        Scope.SETTINGS_WRITE,
        "Publish an earlier version again",
        about="As a new version; a draft stays as it is. If-Match as with the draft.",
        into=RollBackDraft,
        out=PublishedSchema,
        refusals=STALE,
    )
    def post(self, call: Call) -> Any:
        base = (_mark(call) or "").partition(".")[0]
        expected = int(base) if base.isdecimal() and len(base) < 10 else None
        with _refusals():
            saved = operations.roll_back(
                version=call.data["version"], user=call.key.person, expected_version=expected
            )
        return _published(saved)


def _published(saved: Published) -> dict[str, Any]:
    return {"version": saved.rule_set.version, "recalculation": saved.job.status}


def _mark(call: Call) -> str | None:
    """The mark that the caller saw; None where it does not matter."""
    given = call.request.headers.get("If-Match", "").strip().removeprefix("W/").strip('"')
    return given if given not in ("", "*") else None


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        with refusals_told():
            yield
    except BadRule as error:
        if not error.path:
            raise
        place = re.sub(r"\[(\d+)\]", r"/\1", error.path).replace(".", "/")
        raise bad_request([Fault(f"/condition/{place.lstrip('/')}", "bad_condition", str(error))]) from error
