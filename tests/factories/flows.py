"""Published flows made of their YAML."""

from __future__ import annotations

from django.utils import timezone

from automation.flows.document import parse, plain
from automation.flows.models import Flow, FlowVersion, FlowVersionStatus
from automation.flows.queries import forget_published


def publish_flow(text: str) -> FlowVersion:
    """Publish the flow; another one of the same key follows as its next version."""
    document = plain(text)
    read = parse(document)
    flow, _made = Flow.objects.get_or_create(key=read.key, defaults={"name": read.title})
    flow.versions.filter(status=FlowVersionStatus.PUBLISHED).update(status=FlowVersionStatus.ARCHIVED)
    version = FlowVersion.objects.create(
        flow=flow,
        number=flow.versions.count() + 1,
        status=FlowVersionStatus.PUBLISHED,
        document=document,
        published_at=timezone.now(),
    )
    forget_published()
    return version
