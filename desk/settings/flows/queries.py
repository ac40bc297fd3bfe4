from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby

from django.http import QueryDict
from django.utils.functional import Promise

from automation.flows.document import parse
from automation.flows.linter import Finding, lint
from automation.flows.models import Flow, FlowVersion, FlowVersionStatus
from automation.flows.script import AskStep, FlowDocument
from automation.flows.wording import Texts
from automation.meetings.queries import service_keys
from automation.quotes.queries import product_codes
from conversations.accounts.models import ChannelAccount
from core.languages import Language
from core.text import clean
from crm.qualification.queries import active_criteria, all_criteria
from desk.settings.flows import wording

Changes = dict[str, dict[str, str]]
LANGUAGE_NAMES = dict(Language.choices)


@dataclass(frozen=True)
class TextField:
    """A text in one language. `changed` marks what the reader typed and has not published yet."""

    language: str
    name: str
    shipped: str
    value: str
    changed: bool


@dataclass(frozen=True)
class TextLine:
    id: str
    label: str
    fields: list[TextField]
    findings: list[Finding]

    @property
    def anchor(self) -> str:
        return f"text-{self.id.replace('.', '-')}"


@dataclass(frozen=True)
class TextGroup:
    """The texts of a step, or of a part beside the steps."""

    title: str
    kind: str | Promise
    note: str
    lines: list[TextLine]


@dataclass(frozen=True)
class FlowLine:
    flow: Flow
    version: FlowVersion | None
    accounts: list[str]


def flow_lines() -> list[FlowLine]:
    """Every flow with its published version and the channels that use it; three queries."""
    versions = {
        version.flow_id: version
        for version in FlowVersion.objects.filter(status=FlowVersionStatus.PUBLISHED)
        .select_related("created_by")
        .defer("document")
    }
    names: dict[str, list[str]] = defaultdict(list)
    for account in ChannelAccount.objects.exclude(flow_key="").order_by("name"):
        names[account.flow_key].append(account.name)
    return [
        FlowLine(flow, versions.get(flow.pk), names.get(flow.key, []))
        for flow in Flow.objects.order_by("name")
    ]


def published_of(flow: Flow) -> FlowVersion | None:
    return flow.versions.filter(status=FlowVersionStatus.PUBLISHED).select_related("created_by").first()


def accounts_of(flow: Flow) -> list[ChannelAccount]:
    return list(ChannelAccount.objects.filter(flow_key=flow.key).order_by("name"))


def posted_changes(version: FlowVersion, data: QueryDict) -> Changes:
    """What the posted fields "<text id>:<language>" change of the version; fields that were not sent are unchanged."""
    document = parse(version.document)
    changes: Changes = defaultdict(dict)
    for text_id, shipped in document.table.items():
        own = version.texts.get(text_id, {})
        for language in document.languages:
            given = data.get(f"{text_id}:{language}")
            if given is None:
                continue
            text = clean(given).strip()
            wanted = "" if text == shipped.get(language, "").strip() else text
            if wanted != own.get(language, ""):
                changes[text_id][language] = wanted
    return dict(changes)


def findings(version: FlowVersion, texts: Mapping[str, Texts]) -> list[Finding]:
    """What the linter says of the version with these texts over it."""
    known = {criterion.key: criterion.question for criterion in active_criteria()}
    return lint(
        parse(version.document).with_texts(texts), known, services=service_keys(), products=product_codes()
    )


def text_groups(version: FlowVersion, changes: Changes, found: list[Finding]) -> list[TextGroup]:
    """Every text in the order of the document, under its step."""
    document = parse(version.document)
    by_place: dict[str, list[Finding]] = defaultdict(list)
    for finding in found:
        by_place[finding.place].append(finding)
    return [
        TextGroup(
            wording.heading(group),
            _kind(document, group),
            _note(document, group),
            [_line(version, document, text_id, changes, by_place) for text_id in ids],
        )
        for group, ids in groupby(document.table, key=wording.group_of)
    ]


def _line(
    version: FlowVersion,
    document: FlowDocument,
    text_id: str,
    changes: Changes,
    found: Mapping[str, list[Finding]],
) -> TextLine:
    own, typed = version.texts.get(text_id, {}), changes.get(text_id, {})
    fields = [
        TextField(
            language,
            str(LANGUAGE_NAMES[language]),
            document.table[text_id].get(language, ""),
            typed.get(language, own.get(language, "")),
            language in typed,
        )
        for language in document.languages
    ]
    return TextLine(text_id, wording.label(text_id), fields, found.get(text_id, []))


def _kind(document: FlowDocument, group: str) -> str | Promise:
    step = document.steps.get(group)
    return wording.KINDS[type(step)] if step else ""


def _note(document: FlowDocument, group: str) -> str:
    """For a question that a criterion brings its words to: the criterion's name."""
    step = document.steps.get(group)
    if not isinstance(step, AskStep):
        return ""
    return next((each.name for each in all_criteria() if each.key == step.target), "")


@dataclass(frozen=True)
class VersionLine:
    version: FlowVersion
    changed: list[str]

    @property
    def is_current(self) -> bool:
        return self.version.status == FlowVersionStatus.PUBLISHED


def versions_of(current: FlowVersion, limit: int = 12) -> list[VersionLine]:
    """The newest versions of the flow with the texts that each changed."""
    every = FlowVersion.objects.filter(flow_id=current.flow_id).select_related("created_by").defer("document")
    rows = list(every.order_by("-number")[: limit + 1])
    order = list(parse(current.document).table)
    return [
        VersionLine(
            row, [named(text_id) for text_id in differing(row.texts, before.texts, order)] if before else []
        )
        for row, before in _with_earlier(rows)
    ][:limit]


def differing(one: Mapping[str, Texts], other: Mapping[str, Texts], order: Iterable[str]) -> list[str]:
    """Ids of the texts that differ, in the order of the script."""
    return [text_id for text_id in order if one.get(text_id) != other.get(text_id)]


def changed_since(seen: FlowVersion, newest: FlowVersion) -> list[str]:
    """Texts that somebody else changed after the version that was seen, in words."""
    order = parse(newest.document).table
    return [named(text_id) for text_id in differing(newest.texts, seen.texts, order)]


def named(text_id: str) -> str:
    """A text as it is spoken of outside its group."""
    return f"{wording.heading(wording.group_of(text_id))}: {wording.label(text_id)}"


def _with_earlier(rows: list[FlowVersion]) -> Iterator[tuple[FlowVersion, FlowVersion | None]]:
    for place, row in enumerate(rows):
        yield row, rows[place + 1] if place + 1 < len(rows) else None
