from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from django.db.models import Count

from automation.flows.document import parse
from automation.flows.editing import Plain, worded
from automation.flows.judging import judged
from automation.flows.linter import Finding
from automation.flows.models import Flow, FlowRun, FlowVersion, FlowVersionStatus
from automation.flows.script import FlowDocument
from conversations.accounts.models import ChannelAccount

PERIOD = timedelta(days=30)
NEWEST = 20


@dataclass(frozen=True)
class FlowLine:
    """`runs`: conversations that began with it within the period."""

    flow: Flow
    version: FlowVersion | None
    draft: FlowVersion | None
    accounts: list[str]
    runs: int


def flow_lines(now: datetime) -> list[FlowLine]:
    """Every flow with its versions, the channels that use it and its runs; four statements."""
    published: dict[int, FlowVersion] = {}
    drafts: dict[int, FlowVersion] = {}
    rows = FlowVersion.objects.exclude(status=FlowVersionStatus.ARCHIVED).select_related("created_by")
    for version in rows.defer("document", "texts"):
        kept = drafts if version.status == FlowVersionStatus.DRAFT else published
        kept[version.flow_id] = version
    names: dict[str, list[str]] = defaultdict(list)
    for account in ChannelAccount.objects.exclude(flow_key="").order_by("name"):
        names[account.flow_key].append(account.name)
    begun = FlowRun.objects.filter(created_at__gte=now - PERIOD).values("version__flow_id")
    runs = dict(begun.annotate(n=Count("id")).values_list("version__flow_id", "n"))
    return [
        FlowLine(
            flow,
            published.get(flow.pk),
            drafts.get(flow.pk),
            names.get(flow.key, []),
            runs.get(flow.pk, 0),
        )
        for flow in Flow.objects.order_by("name")
    ]


@dataclass(frozen=True)
class ChannelLine:
    account: ChannelAccount
    is_on: bool
    other: str
    kind: str


def channel_lines(flow: Flow) -> list[ChannelLine]:
    """Every channel, whether this flow answers there first, else the name of the one that does; two statements."""
    accounts = list(ChannelAccount.objects.filter(active=True).order_by("name"))
    keys = {account.flow_key for account in accounts} - {"", flow.key}
    names = dict(Flow.objects.filter(key__in=keys).values_list("key", "name")) if keys else {}
    return [
        ChannelLine(
            account,
            account.flow_key == flow.key,
            names.get(account.flow_key, account.flow_key if account.flow_key != flow.key else ""),
            account.kind,
        )
        for account in accounts
    ]


class Shown:
    """A flow as its page shows it: the draft, else the published version, with the wording over it."""

    def __init__(self, flow: Flow) -> None:
        self.flow = flow
        self.versions = list(
            flow.versions.select_related("created_by").defer("document", "texts").order_by("-number")[:NEWEST]
        )

    def _of(self, status: FlowVersionStatus) -> FlowVersion | None:
        return next((each for each in self.versions if each.status == status), None)

    @cached_property
    def draft(self) -> FlowVersion | None:
        return self._of(FlowVersionStatus.DRAFT)

    @cached_property
    def published(self) -> FlowVersion | None:
        return self._of(FlowVersionStatus.PUBLISHED)

    @cached_property
    def version(self) -> FlowVersion:
        found = self.draft or self.published
        if found is None:
            raise FlowVersion.DoesNotExist
        return self.flow.versions.select_related("created_by").get(pk=found.pk)

    @cached_property
    def plain(self) -> Plain:
        return plain_of(self.version)

    @cached_property
    def document(self) -> FlowDocument:
        return parse(self.version.document, version=self.version.number).with_texts(self.version.texts)

    @cached_property
    def findings(self) -> list[Finding]:
        return judged(self.document)

    @property
    def past(self) -> list[FlowVersion]:
        return [each for each in self.versions if each.status != FlowVersionStatus.DRAFT]


def plain_of(version: FlowVersion) -> Plain:
    """The plain value with the wording in it."""
    return worded(version.document, version.texts)


def number_in(text: str) -> int:
    """A number that was sent as text; 0 for anything else."""
    return int(text) if text.isdecimal() and len(text) < 10 else 0


def context_of(shown: Shown) -> dict[str, Any]:
    return {"flow": shown.flow, "shown": shown, "revision": shown.flow.revision}
