"""Steps of service and of going on elsewhere: guided troubleshooting, ratings, other flows. Values and their readers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from automation.flows.source import Path

WORKED = "worked."
"""Before the number of the advice that is being tried: the question whether it helped."""
RATING = "rating."
"""Before what is rated."""
MOST_TIPS = 12
LOW_RATING = 2
BEST_RATING = 5


@dataclass(frozen=True)
class TroubleshootStep:
    """Gives one piece of advice at a time and asks each time whether it worked (spec 5.1).

    `tips` are ids of texts. `next` follows the one that helped, `otherwise` when nothing did.
    """

    id: str
    tips: tuple[str, ...]
    question: str
    next: str | None
    otherwise: str | None


@dataclass(frozen=True)
class RateStep:
    """Asks once for a rating from 1 to 5; a low one (1-2) goes to `otherwise`, any other and none to `next`."""

    id: str
    what: str
    next: str | None
    otherwise: str | None
    texts: Mapping[str, str]


@dataclass(frozen=True)
class FlowStep:
    """Goes on in another published flow with everything known; at `otherwise` where there is none."""

    id: str
    flow: str
    otherwise: str | None


RATE_TEXTS = {"question": "rate_ask", "thanks": "rate_thanks", "sorry": "rate_sorry"}
"""Slots of a step that asks for a rating with the standard phrase that stands in for each."""
TROUBLESHOOT_KEYS = ("question", "next", "otherwise")
RATE_KEYS = ("next", "otherwise", *RATE_TEXTS)
FLOW_KEYS = ("otherwise",)


def read_troubleshoot(
    draft: Any, step_id: str, data: dict[str, Any], path: Path, following: str | None
) -> TroubleshootStep:
    """`draft` is what the readers of `automation.flows.steps` get."""
    check, place = draft.check, (*path, "troubleshoot")
    items = check.sequence(data["troubleshoot"], place)
    if not 1 <= len(items) <= MOST_TIPS:
        check.fault(place, _("expected 1 to %(n)d pieces of advice, each under try") % {"n": MOST_TIPS})
    tips = []
    for index, item in enumerate(items[:MOST_TIPS]):
        entry = check.mapping(item, (*place, index), allowed=("try",))
        tips.append(draft.text(entry.get("try"), (*place, index, "try"), f"{step_id}.try.{index + 1}"))
    question = draft.optional_text(data.get("question"), (*path, "question"), f"{step_id}.question")
    return TroubleshootStep(
        id=step_id,
        tips=tuple(tips),
        question=question or "phrases.help_worked",
        next=following,
        otherwise=_otherwise(draft, data, path, following),
    )


def read_rate(draft: Any, step_id: str, data: dict[str, Any], path: Path, following: str | None) -> RateStep:
    texts = {
        slot: draft.optional_text(data.get(slot), (*path, slot), f"{step_id}.{slot}") or f"phrases.{phrase}"
        for slot, phrase in RATE_TEXTS.items()
    }
    return RateStep(
        id=step_id,
        what=draft.check.name(data["rate"], (*path, "rate")),
        next=following,
        otherwise=_otherwise(draft, data, path, following),
        texts=texts,
    )


def read_flow(draft: Any, step_id: str, data: dict[str, Any], path: Path, following: str | None) -> FlowStep:
    key = draft.check.name(data["flow"], (*path, "flow"))
    return FlowStep(step_id, key, _otherwise(draft, data, path, following))


def _otherwise(draft: Any, data: dict[str, Any], path: Path, following: str | None) -> str | None:
    if "otherwise" not in data:
        return following
    return str(draft.check.name(data["otherwise"], (*path, "otherwise")))
