"""How a part of each kind is added, renewed and taken back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from automation.flows.models import Flow
from automation.flows.operations import install_document, publish_document, switch_flow
from automation.flows.wording import choose
from automation.playbooks.parts import CRITERION, FLOW, RULE, SEQUENCE, Part
from automation.playbooks.queries.standing import Line
from automation.sequences.models import Sequence as FollowUps
from automation.sequences.operations import install_script, publish, save_draft, switch
from core.access.models import User
from core.company.queries import company
from crm.qualification.models import Criterion
from crm.qualification.operations import CriterionDraft, delete_criterion, save_criterion
from crm.scoring.operations import RuleDraft, bring_rules


@dataclass(frozen=True, slots=True)
class Hands:
    """Who brings and takes parts, and when."""

    user: User | None
    now: datetime

    def add(self, parts: Sequence[Part]) -> None:
        """Add what is not there: criteria before the rules that ask for them, the flow last."""
        for part in (each for each in parts if each.kind == CRITERION):
            save_criterion(draft=_criterion(part), user=self.user)
        self._bring([each for each in parts if each.kind == RULE])
        for part in parts:
            if part.kind == SEQUENCE:
                install_script(key=part.ref, name=named(part), script=part.content, now=self.now)
            elif part.kind == FLOW:
                install_document(key=part.ref, name=named(part), document=dict(part.content), user=self.user)

    def renew(self, lines: Sequence[Line]) -> None:
        """Put this release's content in place of what an earlier one brought, as new versions."""
        for line in lines:
            if line.part.kind == CRITERION:
                self._renew_criterion(line)
        self._bring([line.part for line in lines if line.part.kind == RULE])
        for line in lines:
            if line.part.kind == SEQUENCE and line.found is not None:
                content = line.part.content
                save_draft(sequence_id=line.found.id, script=content, user=self.user, revision=0)
                publish(sequence_id=line.found.id, user=self.user, now=self.now)
            elif line.part.kind == FLOW and line.found is not None:
                publish_document(flow_id=line.found.id, document=dict(line.part.content), user=self.user)

    def wake(self, line: Line) -> None:
        """Let a flow that an earlier removal switched off begin again."""
        if line.part.kind == FLOW and line.found is not None and not line.found.active:
            switch_flow(flow_id=line.found.id, on=True, user=self.user)

    def follow_ups(self, keys: Sequence[str], *, on: bool) -> None:
        for pk in FollowUps.objects.filter(key__in=keys).order_by("pk").values_list("pk", flat=True):
            switch(sequence_id=pk, on=on, user=self.user, now=self.now)

    def take(self, kind: str, ref: str) -> bool:
        """Take a part back; whether it is gone. Flows and follow-ups are switched off: what they did stays readable.

        Raises CriterionInUse.
        """
        if kind == FLOW:
            for pk in Flow.objects.filter(key=ref).values_list("pk", flat=True):
                switch_flow(flow_id=pk, on=False, user=self.user)
        elif kind == SEQUENCE:
            self.follow_ups([ref], on=False)
        elif kind == RULE:
            bring_rules(without=[UUID(ref)], user=self.user)
        else:
            for pk in Criterion.objects.filter(key=ref).values_list("pk", flat=True):
                delete_criterion(criterion_id=pk, user=self.user)
        return kind in (RULE, CRITERION)

    def _bring(self, parts: Sequence[Part]) -> None:
        if parts:
            bring_rules(rules=[_rule(each) for each in parts], user=self.user)

    def _renew_criterion(self, line: Line) -> None:
        row = Criterion.objects.get(key=line.part.ref)
        draft = _criterion(line.part, name=row.name, active=row.active, position=row.position)
        save_criterion(draft=draft, user=self.user, criterion_id=row.pk)


def named(part: Part) -> str:
    """Its name in the language of the company."""
    return choose(part.name, company().language)


def _criterion(part: Part, **kept: Any) -> CriterionDraft:
    values: Mapping[str, Any] = {"name": named(part), **part.content, **kept}
    return CriterionDraft(key=part.ref, **values)


def _rule(part: Part) -> RuleDraft:
    content = part.content
    return RuleDraft(
        named(part), content["group"], content["condition"], content["points"], key=UUID(part.ref)
    )
