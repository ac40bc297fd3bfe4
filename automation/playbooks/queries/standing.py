"""What a playbook would add, what is there already, and what the company has made its own."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext as _

from automation.flows.models import FlowVersion, FlowVersionStatus
from automation.playbooks.manifest import Playbook
from automation.playbooks.models import PlaybookInstall, PlaybookPart
from automation.playbooks.parts import (
    CRITERION,
    CRITERION_FIELDS,
    FLOW,
    RULE,
    SEQUENCE,
    Part,
    digest,
    parts_of,
)
from automation.sequences.models import SequenceVersion, VersionStatus
from core.company.queries import company
from crm.qualification.models import Criterion
from crm.scoring.content import RuleDraft
from crm.scoring.queries import content_of, published


class State(StrEnum):
    """NEW is added. SAME is as it ships. OLDER is as an earlier release shipped it. OTHER is the company's own, or was
    edited. OUT was brought once and taken out by the company.
    """

    NEW = "new"
    SAME = "same"
    OLDER = "older"
    OTHER = "other"
    OUT = "out"


@dataclass(frozen=True, slots=True)
class Found:
    """Something of the company's in the place of a part. `own`: it has wording or a draft over what was published."""

    id: int
    ref: str
    name: str
    digest: str
    active: bool = True
    worded: bool = False
    drafted: bool = False
    differs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """A part beside what the company has. `known` is the row that keeps where it came from."""

    part: Part
    found: Found | None
    known: PlaybookPart | None

    @property
    def added(self) -> bool:
        """A playbook brought it."""
        return self.known is not None and self.known.added

    @property
    def state(self) -> State:
        found, known = self.found, self.known
        if found is None:
            return State.OUT if known is not None and known.added else State.NEW
        if found.digest == self.part.digest and not found.drafted:
            return State.SAME
        if known is not None and known.added and found.digest == known.digest and not found.drafted:
            return State.OLDER
        return State.OTHER

    @property
    def edited(self) -> bool:
        """The company has made it its own: neither an upgrade nor a removal takes that away unasked."""
        return self.state is State.OTHER or (self.found is not None and self.found.worded)


def standing(playbook: Playbook, install: PlaybookInstall | None) -> list[Line]:
    """A line for each part; at most 7 statements."""
    parts = list(parts_of(playbook, currency=company().currency))
    known = _known(install, parts)
    found = {kind: finder(_of_kind(parts, kind)) for kind, finder in _FINDERS.items()}
    lines = []
    for part in parts:
        there = found[part.kind].get(part.ref)
        row = known.get((part.kind, there.ref if there else part.ref)) or known.get((part.kind, part.ref))
        lines.append(Line(part, there, row))
    return lines


def _known(install: PlaybookInstall | None, parts: Iterable[Part]) -> dict[tuple[str, str], PlaybookPart]:
    """What is written down of these parts: by this install, else by whichever brought them last."""
    rows = PlaybookPart.objects.filter(ref__in={each.ref for each in parts}).order_by("pk")
    if install is not None:
        rows = rows | PlaybookPart.objects.filter(install=install)
    known = {(row.kind, row.ref): row for row in rows if row.added}
    own = {(row.kind, row.ref): row for row in rows if install and row.install_id == install.pk}
    return {**known, **own}


def _of_kind(parts: Iterable[Part], kind: str) -> dict[str, Part]:
    return {each.ref: each for each in parts if each.kind == kind}


def _criteria(parts: Mapping[str, Part]) -> dict[str, Found]:
    rows = Criterion.objects.filter(key__in=list(parts))
    return {row.key: _criterion(row, parts[row.key]) for row in rows}


def _criterion(row: Criterion, part: Part) -> Found:
    content = criterion_content(row)
    differs = [label_of(name) for name in CRITERION_FIELDS if content[name] != part.content.get(name)]
    return Found(row.pk, row.key, row.name, digest(content), row.active, differs=tuple(differs))


def label_of(name: str) -> str:
    field = Criterion._meta.get_field(name)
    return str(getattr(field, "verbose_name", name))


def criterion_content(row: Criterion) -> dict[str, Any]:
    return {name: getattr(row, name) for name in CRITERION_FIELDS}


def _rules(parts: Mapping[str, Part]) -> dict[str, Found]:
    """A rule by its key, else one of the company's that asks for the same."""
    if not parts:
        return {}
    rules = content_of(published()).rules
    by_key = {str(rule.key): rule for rule in rules}
    found = {}
    for ref, part in parts.items():
        rule = by_key.get(ref) or _alike(rules, part)
        if rule is not None:
            content = rule_content(rule)
            differs = (_("points"),) if rule.points != part.content["points"] else (_("condition"),)
            same = content == dict(part.content)
            found[ref] = Found(0, str(rule.key), rule.name, digest(content), differs=() if same else differs)
    return found


def _alike(rules: Collection[RuleDraft], part: Part) -> RuleDraft | None:
    return next((each for each in rules if each.condition == part.content["condition"]), None)


def rule_content(rule: RuleDraft) -> dict[str, Any]:
    content = {"group": rule.group, "points": rule.points, "condition": rule.condition}
    return {**content, "half_life_days": rule.half_life_days} if rule.half_life_days else content


def _sequences(parts: Mapping[str, Part]) -> dict[str, Found]:
    if not parts:
        return {}
    live = (VersionStatus.PUBLISHED, VersionStatus.DRAFT)
    rows = SequenceVersion.objects.filter(sequence__key__in=list(parts), status__in=live)
    by_key: dict[str, dict[str, SequenceVersion]] = {}
    for row in rows.select_related("sequence"):
        by_key.setdefault(row.sequence.key, {})[row.status] = row
    return {key: _sequence(versions, parts[key]) for key, versions in by_key.items()}


def _sequence(versions: Mapping[str, SequenceVersion], part: Part) -> Found:
    version = versions.get(VersionStatus.PUBLISHED) or versions[VersionStatus.DRAFT]
    same = version.script == part.content
    return Found(
        version.sequence_id,
        version.sequence.key,
        version.sequence.name,
        digest(version.script),
        version.sequence.active,
        drafted=VersionStatus.DRAFT in versions,
        differs=() if same else (_("messages"),),
    )


def _flows(parts: Mapping[str, Part]) -> dict[str, Found]:
    live = (FlowVersionStatus.PUBLISHED, FlowVersionStatus.DRAFT)
    rows = FlowVersion.objects.filter(flow__key__in=list(parts), status__in=live).select_related("flow")
    by_key: dict[str, dict[str, FlowVersion]] = {}
    for row in rows:
        by_key.setdefault(row.flow.key, {})[row.status] = row
    return {key: _flow(versions, parts[key]) for key, versions in by_key.items()}


def _flow(versions: Mapping[str, FlowVersion], part: Part) -> Found:
    version = versions.get(FlowVersionStatus.PUBLISHED) or versions[FlowVersionStatus.DRAFT]
    differs = []
    if version.document != part.content:
        differs.append(_("script"))
    if version.texts:
        differs.append(_("wording"))
    return Found(
        version.flow_id,
        version.flow.key,
        version.flow.name,
        digest(version.document),
        version.flow.active,
        worded=bool(version.texts),
        drafted=FlowVersionStatus.DRAFT in versions,
        differs=tuple(differs),
    )


_FINDERS: Mapping[str, Callable[[Mapping[str, Part]], dict[str, Found]]] = {
    CRITERION: _criteria,
    RULE: _rules,
    SEQUENCE: _sequences,
    FLOW: _flows,
}
