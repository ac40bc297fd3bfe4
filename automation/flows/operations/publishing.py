"""Versions of a flow: install what comes with Parley, publish an admin's wording, go back."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from automation.flows.document import parse, plain, shipped_text
from automation.flows.errors import FlowError
from automation.flows.linter import Finding, Level, lint
from automation.flows.models import Flow, FlowVersion, FlowVersionStatus
from automation.flows.queries import forget_published
from automation.flows.wording import Texts
from core.access.models import User
from core.events.actor import Actor
from core.events.operations import record
from core.text import clean


class StaleFlow(FlowError):
    """Somebody else published in between; `newest` is their version."""

    def __init__(self, newest: FlowVersion) -> None:
        self.newest = newest
        super().__init__(f"Version {newest.number} was published in the meantime.")


class BadTexts(FlowError):
    """The wording would break the flow: `findings` are the errors that it brings in."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__("; ".join(f"{each.place}: {each.message}" for each in findings))


@transaction.atomic
def install_shipped(key: str) -> Flow:
    """Install a flow that comes with Parley and publish it; an installed one is left as it is."""
    flow = Flow.objects.filter(key=key).first()
    if flow is not None:
        return flow
    document = plain(shipped_text(key))
    flow = Flow.objects.create(key=key, name=parse(document).title)
    _publish(flow, document=document, texts={}, user=None)
    return flow


EARLIER: dict[str, frozenset[str]] = {
    "first_answer": frozenset({"a5e75418c1fdcd8b5e91be224987c554db92332420b225d9bd41373c34417eed"}),
}
"""Digests of what earlier releases shipped under a key."""


@transaction.atomic
def renew_shipped(key: str) -> FlowVersion | None:
    """Publish this release's script of a flow whose script is still what an earlier release shipped; the company's own
    wording stays over it. None where there is nothing to renew: not installed, a script of one's own, or the newest.
    """
    flow = Flow.objects.filter(key=key).first()
    if flow is None:
        return None
    _flow, current = _locked(flow.pk)
    if digest(current.document) not in EARLIER.get(key, ()):
        return None
    return _publish(flow, document=plain(shipped_text(key)), texts=current.texts, user=None)


def digest(document: object) -> str:
    """What tells one script from another, whatever the order of its keys."""
    text = json.dumps(document, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


@transaction.atomic
def install_document(*, key: str, name: str, document: Mapping[str, Any], user: User | None) -> Flow:
    """Add a flow with its first version, published. Whoever has the key already keeps it: IntegrityError."""
    flow = Flow.objects.create(key=key, name=name)
    _publish(flow, document=document, texts={}, user=user)
    return flow


@transaction.atomic
def publish_document(*, flow_id: int, document: Mapping[str, Any], user: User | None) -> FlowVersion:
    """Publish another script under the flow's key; the company's own wording stays over it."""
    flow, current = _locked(flow_id)
    return _publish(flow, document=document, texts=current.texts, user=user)


@transaction.atomic
def publish_texts(*, flow_id: int, based_on: int, texts: Mapping[str, Texts], user: User) -> FlowVersion:
    """Publish a version with other wording. `texts` are the changed ones; an empty text brings the shipped one back.

    Raises StaleFlow when version `based_on` is no longer the published one, BadTexts for wording that brings in an
    error of the linter; errors that were there before do not hold up other corrections.
    """
    flow, current = _locked(flow_id)
    if current.number != based_on:
        raise StaleFlow(current)
    kept = merged_texts(current, texts)
    if faults := new_errors(current, kept):
        raise BadTexts(faults)
    return _publish(flow, document=current.document, texts=kept, user=user)


def merged_texts(version: FlowVersion, texts: Mapping[str, Texts]) -> dict[str, Texts]:
    """The version's own wording with the changes over it, without what equals the shipped one."""
    shipped = parse(version.document).table
    merged = {text_id: dict(own) for text_id, own in version.texts.items()}
    for text_id, own in texts.items():
        merged.setdefault(text_id, {}).update(
            {language: clean(text).strip() for language, text in own.items()}
        )
    kept = {
        text_id: {lang: text for lang, text in own.items() if text and text != shipped[text_id].get(lang)}
        for text_id, own in merged.items()
        if text_id in shipped
    }
    return {text_id: own for text_id, own in kept.items() if own}


def new_errors(version: FlowVersion, texts: Mapping[str, Texts]) -> list[Finding]:
    """Errors that the version would have with these texts and does not have yet."""
    document = parse(version.document)
    before = set(lint(document.with_texts(version.texts)))
    found = lint(document.with_texts(texts))
    return [each for each in found if each.level is Level.ERROR and each not in before]


@transaction.atomic
def roll_back(*, flow_id: int, to_number: int, user: User | None) -> FlowVersion:
    """Publish an earlier version once more, as a new one."""
    flow, _current = _locked(flow_id)
    earlier = flow.versions.get(number=to_number)
    return _publish(flow, document=earlier.document, texts=earlier.texts, user=user)


def _locked(flow_id: int) -> tuple[Flow, FlowVersion]:
    flow = Flow.objects.select_for_update().get(pk=flow_id)
    return flow, flow.versions.get(status=FlowVersionStatus.PUBLISHED)


def _publish(flow: Flow, *, document: object, texts: Mapping[str, Texts], user: User | None) -> FlowVersion:
    last = flow.versions.order_by("-number").values_list("number", flat=True).first() or 0
    flow.versions.filter(status=FlowVersionStatus.PUBLISHED).update(status=FlowVersionStatus.ARCHIVED)
    version = FlowVersion.objects.create(
        flow=flow,
        number=last + 1,
        status=FlowVersionStatus.PUBLISHED,
        document=document,
        texts=texts,
        created_by=user,
        published_at=timezone.now(),
    )
    Flow.objects.filter(pk=flow.pk).update(revision=F("revision") + 1)
    forget_published()
    payload = {"flow": flow.key, "version": version.number}
    record(name="flow.published", subject=flow, actor=Actor.of(user), payload=payload)
    return version
