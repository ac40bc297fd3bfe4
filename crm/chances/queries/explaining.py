"""Why a lead has its chance, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.conditions import Field, FieldType, Money, Text
from core.conditions.words import value_text
from crm.chances.binning import Known, Names, Ranges
from crm.chances.models import ChanceModel
from crm.chances.queries.fields import POINTS
from crm.chances.queries.standing import Feature, Learned, in_use
from crm.pipeline.models import Lead
from crm.scoring.queries import moment, points_of

LEAST = 0.05
"""Log-odds under which a reason is none."""


@dataclass(frozen=True)
class Reason:
    """One fact of the lead: `label` of the field, `words` for its value or the range it lies in, what it adds in
    log-odds, and of how many closed leads with the same how many were won.
    """

    field: str
    label: str
    words: str
    weight: float
    won: int
    leads: int

    @property
    def raises(self) -> bool:
        return self.weight > 0

    @property
    def effect(self) -> str:
        return _("raises it") if self.raises else _("lowers it")

    @property
    def sentence(self) -> str:
        """ "Budget at least 500,000 AMD: raises it"."""
        fact = {"field": self.label, "value": self.words, "effect": self.effect}
        return _("%(field)s %(value)s: %(effect)s") % fact

    @property
    def evidence(self) -> str:
        counts = {"won": self.won, "count": self.leads}
        return (
            ngettext(
                "%(won)d of %(count)d such lead was won",
                "%(won)d of %(count)d such leads were won",
                self.leads,
            )
            % counts
        )


@dataclass(frozen=True)
class WinChance:
    """`reasons`: the strongest first; facts that say nothing are left out. `average`: of all closed leads."""

    percent: int
    model: ChanceModel
    average: int
    reasons: tuple[Reason, ...]

    @property
    def leads(self) -> int:
        return self.model.won + self.model.lost


def chance_of(lead: Lead, language: str | None = None) -> WinChance | None:
    """The chance of an open lead with its reasons; None while nothing is known, or for a closed lead."""
    using = in_use()
    learned = using.of(lead.pipeline_id)
    if learned is None or lead.win_chance is None:
        return None
    with translation.override(language or translation.get_language()):
        reasons = _reasons(lead, learned, using.fields)
    return WinChance(lead.win_chance, learned.row, learned.average, tuple(reasons))


def _reasons(lead: Lead, learned: Learned, fields: Any) -> list[Reason]:
    at, points = moment(), points_of(lead)
    found = []
    for feature in learned.features:
        field = fields.get(feature.key)
        if field is None:
            continue
        kind = POINTS.get(feature.key)
        value = (points.get(kind) or None) if kind else field.value(lead, at)
        place = feature.binning.place(value)
        won, lost = feature.counts[place]
        if abs(feature.weights[place]) >= LEAST:
            words = words_of(field, feature, place, value)
            found.append(
                Reason(feature.key, str(field.label), words, feature.weights[place], won, won + lost)
            )
    return sorted(found, key=lambda each: -abs(each.weight))


def words_of(field: Field, feature: Feature, place: int, value: object = None) -> str:
    """The place of a feature in words of the active language; with the lead's own value where it has its own."""
    binning = feature.binning
    if place == binning.size - 1:
        return _("is not known")
    if isinstance(binning, Known):
        return _("is known")
    if isinstance(binning, Ranges):
        return _range(field, binning, place)
    if place == binning.size - 2:
        return _("is another: %(value)s") % {"value": shown(field, value)} if value else _("is another")
    return shown(field, value if value is not None else _named(field, binning, place))


def shown(field: Field, value: object) -> str:
    return value.raw if isinstance(value, Text) else value_text(field, value)


def _named(field: Field, binning: Names, place: int) -> object:
    name = binning.values[place]
    if field.type is FieldType.BOOLEAN:
        return name == "true"
    return Text(name, name.capitalize()) if field.type.is_text else name


def _range(field: Field, binning: Ranges, place: int) -> str:
    if place == binning.size - 2:
        return _("in another currency")
    edges = [_edge(field, binning, edge) for edge in binning.edges]
    if not edges:
        return _("is known")
    if place == 0:
        return _("less than %(value)s") % {"value": edges[0]}
    if place == len(edges):
        return _("at least %(value)s") % {"value": edges[-1]}
    return _("from %(low)s to less than %(high)s") % {"low": edges[place - 1], "high": edges[place]}


def _edge(field: Field, binning: Ranges, edge: Decimal) -> str:
    return value_text(field, Money(edge, binning.currency) if binning.currency else edge)


def influences(learned: Learned, most: int = 8) -> Sequence[Reason]:
    """The places that weigh most of all that was learned, for the screen of the model."""
    fields = in_use().fields
    found = []
    for feature in learned.features:
        field = fields.get(feature.key)
        for place, (won, lost) in enumerate(feature.counts):
            if field is not None and won + lost and abs(feature.weights[place]) >= LEAST:
                words = words_of(field, feature, place)
                weight = feature.weights[place]
                found.append(Reason(feature.key, str(field.label), words, weight, won, won + lost))
    return sorted(found, key=lambda each: -abs(each.weight))[:most]
