"""Flows as the runner and the screens need them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache

from automation.flows.document import parse
from automation.flows.models import Flow, FlowRun, FlowVersion, FlowVersionStatus, RunStatus
from automation.flows.script import FlowDocument
from conversations.goals.queries import book
from conversations.threads.models import Conversation
from crm.memory import Remembered


@Remembered
def _published() -> dict[str, FlowVersion]:
    """Published versions of active flows by key; at most 3 seconds old, one query."""
    versions = FlowVersion.objects.filter(status=FlowVersionStatus.PUBLISHED, flow__active=True)
    return {version.flow.key: version for version in versions.select_related("flow")}


_tried: ContextVar[tuple[FlowVersion, FlowDocument] | None] = ContextVar("tried version", default=None)


@contextmanager
def standing_in(version: FlowVersion, document: FlowDocument) -> Iterator[None]:
    """Inside, this version counts as the published one of its flow, be it a draft: for trying it out."""
    token = _tried.set((version, document))
    try:
        yield
    finally:
        _tried.reset(token)


def _in_use() -> dict[str, FlowVersion]:
    tried = _tried.get()
    return _published() if tried is None else {**_published(), tried[0].flow.key: tried[0]}


def published(key: str) -> FlowVersion | None:
    """The version with which a new run of this flow begins, None where there is none or it is switched off."""
    return _in_use().get(key) if key else None


def published_versions() -> list[FlowVersion]:
    """Those of all active flows, each with its flow."""
    return list(_in_use().values())


def forget_published() -> None:
    _published.forget()


@lru_cache(maxsize=64)
def _document(version_id: int) -> FlowDocument:
    version = FlowVersion.objects.get(pk=version_id)
    return parse(version.document, version=version.number).with_texts(version.texts)


def document_of(version: FlowVersion) -> FlowDocument:
    """The parsed flow of a version. Published versions never change, so they are parsed once in a process."""
    tried = _tried.get()
    if tried is not None and tried[0].pk == version.pk:
        return tried[1]
    if version.status == FlowVersionStatus.DRAFT:
        return parse(version.document, version=version.number).with_texts(version.texts)
    return _document(version.pk)


def flow_of(version: FlowVersion) -> FlowDocument:
    """The flow with what the company says about the goals of its customers."""
    known = book()
    return document_of(version).with_goals(known.answers, known.handed_over)


def unfinished_run(conversation: Conversation) -> FlowRun | None:
    """The run of this conversation that has not come to its end; one query.

    Its version comes along where it is the published one: a whole flow would be a large row to read for each message.
    """
    run = FlowRun.objects.filter(conversation=conversation).exclude(status=RunStatus.FINISHED).first()
    if run is not None:
        known = next((each for each in published_versions() if each.pk == run.version_id), None)
        if known is not None:
            run.version = known
    return run


def has_run(conversation: Conversation) -> bool:
    return FlowRun.objects.filter(conversation=conversation).exists()


def versions(flow: Flow) -> list[FlowVersion]:
    """Newest first, with who made them."""
    return list(flow.versions.select_related("created_by").order_by("-number"))
