"""The bar over a list of leads: the filter in words, part by part, and the quick filters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl, urlencode

from django.db.models import Q
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from core.access.models import User
from core.conditions import Moment, parse
from crm.pipeline.enums import NextStepHealth
from crm.pipeline.models import StageKind
from crm.pipeline.queries import Today
from crm.pipeline.queries.leads import next_step_is
from crm.scoring.queries import SUBJECT
from desk.filters.leads import Json, LeadFilter

STEP = "lead.step"


@dataclass(frozen=True)
class Quick:
    """A filter of one click; `leaf` is its condition, None for the reader's own leads. Those of one field replace
    one another. What is not `counted` costs too much to count at every look.
    """

    key: str
    label: str | Promise
    leaf: Json = None
    counted: bool = True

    def is_pressed(self, chosen: LeadFilter) -> bool:
        return chosen.mine if self.leaf is None else self.leaf in chosen.parts

    def toggled(self, chosen: LeadFilter) -> LeadFilter:
        if self.leaf is None:
            return replace(chosen, mine=not chosen.mine, error="")
        rivals = [each.leaf for each in QUICK if each.leaf and each.leaf["field"] == self.leaf["field"]]
        kept = tuple(part for part in chosen.parts if part not in rivals)
        return chosen.with_parts(kept if self.is_pressed(chosen) else (*kept, self.leaf))

    def q(self, chosen: LeadFilter, at: Moment) -> Q:
        """The leads behind it."""
        if self.leaf is None:
            return Q(owner=chosen.user)
        if (
            self.leaf["field"] == STEP
        ):  # plain columns are cheaper to count than what a condition makes of them
            return Q(stage_kind=StageKind.OPEN) & next_step_is(
                self.leaf["value"], Today.in_zone(at.zone, at.now)
            )
        return parse(self.leaf, SUBJECT, fields=chosen.known.fields).to_q(at)


def _leaf(key: str, op: str, value: Json) -> Json:
    return {"field": key, "op": op, "value": value}


QUICK = (
    Quick("mine", gettext_lazy("Mine")),
    Quick("overdue", gettext_lazy("Overdue"), _leaf(STEP, "is", NextStepHealth.OVERDUE.value)),
    Quick("today", gettext_lazy("Today"), _leaf(STEP, "is", NextStepHealth.TODAY.value)),
    Quick("none", gettext_lazy("No next step"), _leaf(STEP, "is", NextStepHealth.NONE.value)),
    Quick(
        "waiting", gettext_lazy("Waits for an answer"), _leaf("talk.waiting", "is", value=True), counted=False
    ),
    Quick("good", pgettext_lazy("grades", "A or B"), _leaf("lead.grade", "in", ["A", "B"])),
)


def without_quick(chosen: LeadFilter) -> LeadFilter:
    """The filter as it would be with no quick filter pressed: what their counts are of."""
    quick = [each.leaf for each in QUICK]
    return replace(chosen, mine=False, parts=tuple(part for part in chosen.parts if part not in quick))


def quick_query(user: User, *keys: str) -> str:
    """The parameters of an address with those quick filters pressed."""
    chosen = LeadFilter(user)
    for each in QUICK:
        chosen = each.toggled(chosen) if each.key in keys else chosen
    return chosen.query_string()


@dataclass(frozen=True)
class Chip:
    """A part of the filter in words; `without` is the address of the list without it."""

    words: str
    without: str


@dataclass(frozen=True)
class QuickLink:
    key: str
    label: str
    url: str
    pressed: bool
    counted: bool


@dataclass(frozen=True)
class Bar:
    """What templates/desk/filters/bar.html shows. `hidden` are the parameters that a search keeps, `clear` is the list
    without a filter, `builder` the address of the dialog. Where it is `counted`, the list fills the places for the
    counts of the quick filters.
    """

    filter: LeadFilter
    path: str
    chips: list[Chip]
    quick: list[QuickLink]
    hidden: Mapping[str, str]
    clear: str
    builder: str
    counted: bool = False


def bar(
    chosen: LeadFilter, path: str, kept: Mapping[str, str] | None = None, *, counted: bool = False
) -> Bar:
    """`kept` are parameters of the list's own that every address keeps, its sorting for one."""
    place = _Place(path, dict(kept or {}))
    return Bar(
        filter=chosen,
        path=path,
        chips=_chips(chosen, place),
        quick=[
            QuickLink(
                each.key,
                str(each.label),
                place.of(each.toggled(chosen)),
                each.is_pressed(chosen),
                each.counted,
            )
            for each in QUICK
        ],
        hidden={**place.kept, **dict(parse_qsl(replace(chosen, search="").query_string()))},
        clear=place.of(LeadFilter(chosen.user)),
        builder=f"{reverse('desk:lead_filter')}?{urlencode({'on': place.of(chosen)})}",
        counted=counted,
    )


def address(chosen: LeadFilter, path: str, kept: Mapping[str, str] | None = None) -> str:
    asked = "&".join(filter(None, [urlencode(kept or {}), chosen.query_string()]))
    return f"{path}?{asked}" if asked else path


@dataclass(frozen=True)
class _Place:
    path: str
    kept: Mapping[str, str]

    def of(self, chosen: LeadFilter) -> str:
        return address(chosen, self.path, self.kept)


def _chips(chosen: LeadFilter, place: _Place) -> list[Chip]:
    """The parts that no pressed quick filter shows already."""
    quick = [each.leaf for each in QUICK]
    found = []
    for number, part in enumerate(chosen.parts):
        if part in quick:
            continue
        rest = (*chosen.parts[:number], *chosen.parts[number + 1 :])
        words = parse(part, SUBJECT, fields=chosen.known.fields).describe()
        found.append(Chip(words, place.of(chosen.with_parts(rest))))
    if chosen.search:
        words = _("“%(text)s”") % {"text": chosen.search}
        found.append(Chip(words, place.of(replace(chosen, search=""))))
    return found
