"""The words of this room's histories."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as now_
from django.utils.translation import gettext_lazy as _

from automation.flows.models import Flow, FlowVersion
from automation.playbooks.models import PlaybookInstall
from automation.quotes.models import QuoteFollowUps
from automation.sequences.models import FollowUpSettings, Sequence, SequenceVersion
from core.history.registry import Related, Row, Tracked, Words, register
from core.history.values import by_language
from crm.memory import Remembered
from crm.pipeline.models import Pipeline, Stage


def _version(row: Row, _related: Related) -> str:
    return now_("version %(number)s") % {"number": row.get("number")}


def _texts(before: Any, after: Any) -> Iterable[tuple[str, str, str]]:
    """Every sentence that got other words, by its name and language."""
    old, new = before or {}, after or {}
    for name in dict.fromkeys([*old, *new]):
        for language, was, now in by_language(old.get(name), new.get(name)):
            yield f"{str(name).replace('_', ' ').replace('.', ': ')}, {language}", was, now


def _steps(before: Any, after: Any) -> Iterable[tuple[str, str, str]]:
    """That the script is another one; what it says and asks is read on the page of the flow."""
    old, new = _count(before), _count(after)
    if before and before != after:
        yield (
            "",
            now_("%(number)s steps") % {"number": old},
            now_("%(number)s steps, changed") % {"number": new},
        )


def _messages(before: Any, after: Any) -> Iterable[tuple[str, str, str]]:
    """Every message that got other words, by its place and language."""
    old, new = _texts_of(before), _texts_of(after)
    for place in range(max(len(old), len(new))):
        was = old[place] if place < len(old) else {}
        now = new[place] if place < len(new) else {}
        for language, one, other in by_language(was, now):
            yield (
                now_("message %(number)s, %(language)s") % {"number": place + 1, "language": language},
                one,
                other,
            )


def _texts_of(script: Any) -> list[Any]:
    steps = script.get("steps") if isinstance(script, Mapping) else None
    return [step.get("texts") or {} for step in steps or () if isinstance(step, Mapping)]


@Remembered
def _names() -> dict[str, str]:
    """Pipelines and stages by their public ids."""
    rows = (
        *Pipeline.objects.values_list("public_id", "name"),
        *Stage.objects.values_list("public_id", "name"),
    )
    return {str(public_id): name for public_id, name in rows}


def _stages(value: Any, _row: Row) -> str:
    """“Sales: Won, Projects: stays”."""
    names = _names()
    told = {
        names.get(pipeline, "?"): names.get(stage, "?") if stage else now_("stays")
        for pipeline, stage in value.items()
    }
    return ", ".join(f"{pipeline}: {stage}" for pipeline, stage in told.items())


def _count(document: Any) -> int:
    steps = document.get("steps") if isinstance(document, Mapping) else None
    return len(steps) if isinstance(steps, list | dict) else 0


def register_words() -> None:
    register(
        Tracked(model=Flow, label=_("Flow"), hidden=frozenset({"key"})),
        Tracked(
            model=FlowVersion,
            label=_("Version of a flow"),
            of="flow",
            follows=("flow_id",),
            mark="",
            called=_version,
            named_by=("number",),
            fields={
                "status": Words(label=_("state")),
                "document": Words(label=_("script"), split=_steps),
                "texts": Words(label=_("text"), split=_texts),
                "published_at": Words(label=_("published")),
            },
            hidden=frozenset({"flow", "number", "created_by", "changed_at"}),
        ),
        Tracked(
            model=FollowUpSettings,
            label=_("Follow-ups"),
            called=lambda _row, _related: now_("Follow-ups"),
            named_by=(),
            mark="",
        ),
        Tracked(model=Sequence, label=_("Follow-up"), hidden=frozenset({"key", "position"})),
        Tracked(
            model=SequenceVersion,
            label=_("Version of a follow-up"),
            of="sequence",
            follows=("sequence_id",),
            mark="",
            called=_version,
            named_by=("number",),
            fields={
                "status": Words(label=_("state")),
                "script": Words(label=_("messages"), split=_messages),
                "published_at": Words(label=_("published")),
            },
            hidden=frozenset({"sequence", "number", "created_by", "revision"}),
        ),
        Tracked(
            model=PlaybookInstall,
            label=_("Playbook"),
            named_by=("key",),
            called=lambda row, _related: str(row.get("key", "")),
            mark="",
            fields={"installed_at": Words(label=_("installed"))},
            hidden=frozenset({"key", "installed_by"}),
        ),
        Tracked(
            model=QuoteFollowUps,
            label=_("What follows a quote"),
            called=lambda _row, _related: now_("What follows a quote"),
            named_by=(),
            mark="",
            fields={"stages": Words(label=_("stage after a yes"), show=_stages)},
        ),
    )
