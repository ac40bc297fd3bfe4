"""Scoring drafts as the API tells of them."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from core.api.shapes import instant
from core.keys.queries import KnownKey
from crm.actions.registry import Offered
from crm.pipeline.api.shapes import leads_of
from crm.pipeline.models import Grade, Qualification
from crm.scoring.content import differences
from crm.scoring.effect import bins, crossings
from crm.scoring.queries import book_of, consequence_words, content_of, moment, rule_sets, standing
from crm.scoring.queries.simulation import Turned, mover_lines
from crm.scoring.queries.trying import MadeUp, looked, tried
from crm.scoring.scoring import ScoreResult
from crm.scoring.sense import doubts

MOST_VERSIONS = 200
OUTCOMES = (Qualification.QUALIFIED, Qualification.NURTURE, Qualification.NOT_FIT, Qualification.UNKNOWN)


def draft_told() -> dict[str, Any]:
    state = standing()
    content, book = content_of(state.shown), book_of(state.shown)
    words = {rule.key: rule.condition.describe() if rule.condition else "" for rule in book.rules}
    drafted = state.draft
    return {
        "mark": state.mark,
        "is_draft": drafted is not None,
        "version": state.shown.version if state.shown else 0,
        "changed_by": str(drafted.changed_by) if drafted and drafted.changed_by else None,
        "changed_at": instant(drafted.changed_at) if drafted else None,
        "thresholds": asdict(content.thresholds),
        "sections": [
            {"id": str(each.key), "name": each.name, "group": each.group, "cap": each.cap}
            for each in content.sections
        ],
        "rules": [
            {
                "id": str(each.key),
                "name": each.name,
                "group": each.group,
                "points": each.points,
                "condition": each.condition,
                "words": words.get(each.key, "") if each.key else "",
                "section": str(each.section) if each.section else None,
                "half_life_days": each.half_life_days,
                "decays_from": each.decays_from or None,
            }
            for each in content.rules
        ],
        "consequences": _consequences(content.consequences),
        "doubts": [
            {"code": each.code, "words": each.words, "about": str(each.key) if each.key else None}
            for each in doubts(book)
        ],
        "changes": [asdict(each) for each in differences(content_of(state.published), content)],
    }


def _consequences(given: Any) -> list[dict[str, Any]]:
    offered, told = Offered(), []
    for each in given:
        words, fault = consequence_words(each, offered)
        shown = {**each.to_json(), "words": words, "fault": fault or None}
        told.append({"id": shown.pop("key"), **shown})
    return told


def effect_told(key: KnownKey) -> dict[str, Any]:
    state = standing()
    book = book_of(state.shown)
    found = looked(state, book)
    effect, separation = found.effect, found.effect.separation()
    return {
        "mark": state.mark,
        "share": round(found.share, 4),
        "state": found.job.status if found.job else "none",
        "leads": effect.leads,
        "changed": effect.changed,
        "distribution": [asdict(each) for each in bins(effect)],
        "outcomes": _crossed("qualification", effect.outcomes, list(OUTCOMES)),
        "grades": _crossed("grade", effect.grades, list(Grade.values)),
        "separation": None
        if separation is None
        else {"before": round(separation[0], 4), "after": round(separation[1], 4)},
        "movers": _movers(key, effect.movers, book_of(state.published), book) if state.draft else [],
    }


def _crossed(name: str, steps: Any, keys: list[str]) -> list[dict[str, Any]]:
    told = []
    for each in crossings(steps, keys):
        shown = asdict(each)
        told.append({name: str(shown.pop("key")), **shown})
    return told


def _movers(key: KnownKey, movers: Any, before: Any, after: Any) -> list[dict[str, Any]]:
    """Those that the key may see."""
    seen = set(leads_of(key).filter(pk__in=[each.lead_id for each in movers]).values_list("pk", flat=True))
    lines = mover_lines([each for each in movers if each.lead_id in seen], before, after, moment())
    return [
        {
            "lead": str(line.lead.public_id),
            "title": line.lead.title,
            "before": line.mover.before,
            "after": line.mover.after,
            "rules": _turned(line.turned),
        }
        for line in lines
    ]


def _turned(found: list[Turned]) -> list[dict[str, Any]]:
    return [asdict(each) for each in found]


def tried_told(given: MadeUp) -> dict[str, Any]:
    found = tried(standing(), given)
    lines = [
        {
            "name": line.rule.name,
            "group": line.rule.group,
            "points": line.points,
            "held": line.held,
        }
        for line in found.result.lines
    ]
    cuts = [
        {"name": cut.section.name, "group": cut.section.group, "points": cut.points, "held": True}
        for cut in found.result.cuts
    ]
    return {
        **_result(found.result),
        "lines": lines + cuts,
        "before": _result(found.before) if found.before else None,
        "changes": _turned(found.turned),
    }


def _result(found: ScoreResult) -> dict[str, Any]:
    return {
        "score": found.total,
        "fit": found.fit,
        "engagement": found.engagement,
        "grade": found.grade,
        "qualification": found.qualification,
    }


def versions_told() -> dict[str, Any]:
    return {
        "versions": [
            {
                "version": each.version,
                "status": each.status,
                "published_at": instant(each.published_at),
                "by": str(each.created_by) if each.created_by else None,
            }
            for each in rule_sets()[:MOST_VERSIONS]
        ]
    }
