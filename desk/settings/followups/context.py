"""What the settings of follow-ups show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from automation.sequences.enums import OnYes, Trigger
from automation.sequences.errors import BadScript, Problem
from automation.sequences.models import Sequence as Follow
from automation.sequences.models import SequenceVersion, VersionStatus
from automation.sequences.operations.drafting import checked
from automation.sequences.queries.books import channels
from automation.sequences.queries.figures import Figures, figures
from automation.sequences.queries.preview import meant, sample
from automation.sequences.script import Script
from automation.sequences.shipped import ready
from core.company.queries import company
from core.languages import Language
from desk.conditions.builder import ConditionForm
from desk.settings.followups import posted

VERSIONS = 12


@dataclass(frozen=True, slots=True)
class Line:
    """A sequence of the list with its newest version and what it brought."""

    sequence: Follow
    trigger: str
    steps: int
    published: bool
    drafted: bool
    figures: Figures


def lines(now: datetime) -> list[Line]:
    """Four statements, whatever the number of sequences."""
    told = figures(now)
    known: dict[int, list[SequenceVersion]] = {}
    current = SequenceVersion.objects.exclude(status=VersionStatus.ARCHIVED)
    for version in current.order_by("-number"):
        known.setdefault(version.sequence_id, []).append(version)
    return [
        _line(each, known.get(each.pk, []), told.get(each.pk, Figures())) for each in Follow.objects.all()
    ]


def _line(sequence: Follow, versions: Sequence[SequenceVersion], told: Figures) -> Line:
    states = {version.status for version in versions}
    used = next((each for each in versions if each.status == VersionStatus.PUBLISHED), None)
    script = (used or versions[0]).script if versions else {}
    trigger = script.get("trigger", "")
    return Line(
        sequence,
        str(Trigger(trigger).label) if trigger in Trigger.values else "",
        len(script.get("steps") or ()),
        VersionStatus.PUBLISHED in states,
        VersionStatus.DRAFT in states,
        told,
    )


def missing_ready() -> bool:
    """Whether some of those that come with Parley are not here."""
    return bool(set(ready()) - set(Follow.objects.values_list("key", flat=True)))


@dataclass(frozen=True, slots=True)
class Versions:
    """`draft` is what is being written, `used` what holds now; `shown` is the one in the form."""

    every: Sequence[SequenceVersion]

    def _of(self, status: str) -> SequenceVersion | None:
        return next((each for each in self.every if each.status == status), None)

    @property
    def draft(self) -> SequenceVersion | None:
        return self._of(VersionStatus.DRAFT)

    @property
    def used(self) -> SequenceVersion | None:
        return self._of(VersionStatus.PUBLISHED)

    @property
    def shown(self) -> SequenceVersion | None:
        return self.draft or self.used


def versions_of(sequence: Follow) -> Versions:
    rows = sequence.versions.select_related("created_by").order_by("-number")
    return Versions(list(rows[:VERSIONS]))


def script_or_problems(plain: Any) -> tuple[Script | None, Sequence[Problem]]:
    try:
        return checked(plain), ()
    except BadScript as refusal:
        return None, refusal.problems


def form_context(
    sequence: Follow,
    versions: Versions,
    plain: Mapping[str, Any],
    *,
    condition: ConditionForm | None = None,
    some: bool | None = None,
    name: str | None = None,
    problems: Sequence[Problem] = (),
) -> dict[str, Any]:
    """The form with what stands in it; `problems` are shown at their places."""
    stored, stored_some = posted.condition_of(plain, currency=company().currency)
    told: dict[str, list[str]] = {}
    for each in problems:
        if not each.path.startswith("steps."):
            told.setdefault(each.path, []).append(each.message)
    return {
        "sequence": sequence,
        "name": sequence.name if name is None else name,
        "versions": versions,
        "revision": versions.draft.revision if versions.draft else 0,
        "script": plain,
        "steps": posted.boxes(plain, problems),
        "blank": posted.blank_box(),
        "condition": condition or stored,
        "some": stored_some if some is None else some,
        "problems": told,
        "has_problems": bool(problems),
        "triggers": Trigger.choices,
        "answers": OnYes.choices,
        "units": [(key, label) for key, (label, _length) in posted.UNITS.items()],
        "channels": channels(),
    }


def side_context(
    sequence: Follow, plain: Mapping[str, Any], *, language: str, now: datetime
) -> dict[str, Any]:
    """What it would do, and what it brought."""
    script, problems = script_or_problems(plain)
    language = language if language in Language.values else company().language
    return {
        "sequence": sequence,
        "faults": [each.message for each in problems],
        "sample": sample(script, language=language, now=now) if script else [],
        "meant": meant(sequence, script, now) if script else None,
        "language": language,
        "languages": Language.choices,
        "figures": figures(now).get(sequence.pk, Figures()),
    }
