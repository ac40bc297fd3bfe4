"""Which sequences there are, and which are in use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from automation.sequences.models import FollowUpSettings, Sequence, SequenceVersion, VersionStatus
from automation.sequences.script import Script, read
from conversations.channels import registry
from crm.memory import Remembered


@dataclass(frozen=True, slots=True)
class Book:
    """A sequence in use with its published version, read."""

    sequence: Sequence
    version: SequenceVersion
    script: Script


def channels() -> list[str]:
    """Kinds of channels that a step may name."""
    return sorted(registry.kinds())


def script_of(version: SequenceVersion) -> Script:
    """What was checked when it was published; the stored value of a version in use never changes."""
    if version.status == VersionStatus.DRAFT:
        return read(version.script, channels=channels())
    return _script(version.pk)


@lru_cache(maxsize=256)
def _script(version_id: int) -> Script:
    stored = SequenceVersion.objects.values_list("script", flat=True).get(pk=version_id)
    return read(stored, channels=_named(stored))


def _named(stored: Mapping[str, Any]) -> list[str]:
    """A channel that is gone since must not make a published version unreadable."""
    return [str(step.get("channel", "")) for step in stored.get("steps", ())]


@Remembered
def books() -> tuple[Book, ...]:
    """Every sequence that is switched on and published, in order; one statement, at most 3 seconds old."""
    rows = SequenceVersion.objects.filter(status=VersionStatus.PUBLISHED, sequence__active=True)
    return tuple(
        Book(row.sequence, row, read(row.script, channels=_named(row.script)))
        for row in rows.select_related("sequence").order_by("sequence__position", "sequence")
    )


def any_published() -> bool:
    """Whether sequences are used at all, so that those who use none pay nothing for them."""
    return bool(_published())


@Remembered
def _published() -> tuple[int, ...]:
    rows = SequenceVersion.objects.filter(status=VersionStatus.PUBLISHED)
    return tuple(rows.values_list("sequence_id", flat=True))


@Remembered
def weekly_cap() -> int:
    """At most 3 seconds old."""
    stored = FollowUpSettings.objects.first() or FollowUpSettings()
    return stored.weekly_cap


def forget() -> None:
    """What was published or switched is used at once."""
    for remembered in (books, _published, weekly_cap):
        remembered.forget()
