"""Changes as the screens show them: what one person did at one moment stands together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from django.urls import reverse
from django.utils.translation import gettext as _

from core.history.enums import Origin
from core.history.queries import Change

ICONS: Mapping[Origin, str] = {
    Origin.SCREEN: "user",
    Origin.API: "plug",
    Origin.JOB: "stack-2",
    Origin.CUSTOMER: "message-circle",
    Origin.AUTOMATIC: "robot",
}
_BY_MARK: Mapping[str, str] = {
    "lead": "desk:lead",
    "contact": "desk:contact",
    "conversation": "desk:conversation",
    "criterion": "desk:settings_criterion",
    "service": "desk:settings_service",
    "resource": "desk:settings_resource",
    "channelaccount": "desk:settings_channel",
    "user": "desk:settings_person",
}
_PLAIN: Mapping[str, str] = {
    "stage": "desk:settings_pipelines",
    "pipeline": "desk:settings_pipelines",
    "ruleset": "desk:settings_scoring",
    "scoringrule": "desk:settings_scoring",
    "team": "desk:settings_team",
    "apikey": "desk:settings_keys",
    "companyprofile": "desk:settings_company",
    "businesscalendar": "desk:settings_hours",
    "flow": "desk:settings_flows",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that changed. `url` opens it where it still is; `filter_url` narrows the history to it."""

    change: Change
    url: str = ""
    filter_url: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """`where` says from where it was done, where that is not plain."""

    at: datetime
    who: str
    where: str
    icon: str
    lines: list[Line]


def entries(changes: Iterable[Change], *, linked: bool = False) -> list[Entry]:
    """In their order; things are linked on the screen that shows many of them."""
    found = []
    for _key, group in groupby(changes, key=lambda each: (each.at, each.who, each.origin)):
        together = list(group)
        first = together[0]
        found.append(
            Entry(
                at=first.at,
                who=first.who or _nobody(first.origin),
                where=_where(first),
                icon=ICONS[first.origin],
                lines=[Line(each, *_links(each)) if linked else Line(each) for each in together],
            )
        )
    return found


def _nobody(origin: Origin) -> str:
    return _("A customer") if origin is Origin.CUSTOMER else _("Automatic")


def _where(change: Change) -> str:
    if change.origin is Origin.JOB:
        return str(change.origin.label)
    if change.person_id is not None and change.through:
        return _("through %(key)s") % {"key": change.through}
    return ""


def _links(change: Change) -> tuple[str, str]:
    key = change.tracked.key
    url = ""
    if change.lives and key in _BY_MARK:
        url = reverse(_BY_MARK[key], args=[change.mark])
    elif change.lives and key in _PLAIN:
        url = reverse(_PLAIN[key])
    narrowed = f"{reverse('desk:settings_history')}?what={key}&object={change.mark}" if change.mark else ""
    return url, narrowed
