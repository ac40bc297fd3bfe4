"""One reader per kind of step. A new kind needs a dataclass in `script`, a reader here and a handler in the
engine.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from django.utils.translation import gettext as _

from automation.articles.reading import KEYS as ARTICLE_KEYS
from automation.articles.reading import read_article
from automation.flows.checking import NAME, Checker
from automation.flows.effects import Urgency
from automation.flows.pricing import PRICE_TEXTS, QUOTE_TEXTS
from automation.flows.script import (
    BY_GOAL,
    CONSENT,
    CONSENT_TARGETS,
    CONTACT,
    CONTACT_TARGETS,
    GOAL,
    HAND_OFF,
    NEXT,
    NOTE,
    AskStep,
    BranchStep,
    Case,
    EndStep,
    HandOffStep,
    LookUpStep,
    MenuStep,
    OfferStep,
    PriceRangeStep,
    QuoteStep,
    SayStep,
    ScoreStep,
    Step,
)
from automation.flows.service import (
    FLOW_KEYS,
    RATE_KEYS,
    TROUBLESHOOT_KEYS,
    read_flow,
    read_rate,
    read_troubleshoot,
)
from automation.flows.source import Path
from automation.payments.reading import KEYS as PAYMENT_KEYS
from automation.payments.reading import read_payment


class Draft(Protocol):
    """What a reader needs of the document being read."""

    check: Checker

    def text(self, value: Any, path: Path, text_id: str) -> str: ...

    def optional_text(self, value: Any, path: Path, text_id: str) -> str | None: ...


Reader = Callable[[Draft, str, dict[str, Any], Path, str | None], Step]


def read_step(
    draft: Draft, kind: str, step_id: str, data: dict[str, Any], path: Path, below: str | None
) -> Step:
    """Return the step; `below` is the id of the one that follows in the document."""
    allowed, reader = _READERS[kind]
    draft.check.mapping(data, path, allowed=("id", kind, *allowed))
    following = draft.check.name(data["next"], (*path, "next")) if "next" in data else below
    return reader(draft, step_id, data, path, following)


def _say(draft: Draft, step_id: str, data: dict[str, Any], path: Path, following: str | None) -> Step:
    text = draft.text(data["say"], (*path, "say"), f"{step_id}.text")
    return SayStep(step_id, text, following, draft.check.flag(data.get("greeting"), (*path, "greeting")))


def _menu(draft: Draft, step_id: str, data: dict[str, Any], path: Path, following: str | None) -> Step:
    goals = draft.check.names(data.get("goals"), (*path, "goals"))
    if not goals:
        draft.check.fault((*path, "goals"), _("a menu offers at least one goal"))
    return MenuStep(step_id, draft.text(data["menu"], (*path, "menu"), f"{step_id}.text"), goals)


def _ask(draft: Draft, step_id: str, data: dict[str, Any], path: Path, following: str | None) -> Step:
    check = draft.check
    target = _target(check, data["ask"], (*path, "ask"))
    texts = {
        slot: draft.optional_text(data.get(slot), (*path, slot), f"{step_id}.{slot}")
        for slot in ("question", "hint", "after")
    }
    agrees = target.startswith(CONSENT)
    if target.startswith((CONTACT, NOTE)) and texts["question"] is None:
        check.fault(path, _("a question about the contact and one for a note need their own text"))
    return AskStep(
        id=step_id,
        target=target,
        next=following,
        question=texts["question"] or ("phrases.consent_ask" if agrees else None),
        hint=texts["hint"],
        after=texts["after"],
        tries=check.number(data.get("tries"), (*path, "tries"), default=2, lowest=1, highest=5),
        on_miss=check.one_of(
            data.get("on_miss"),
            (*path, "on_miss"),
            options=(NEXT, HAND_OFF),
            default=NEXT if agrees else HAND_OFF,
        ),
        skippable=check.flag(data.get("skippable"), (*path, "skippable")),
    )


TARGETS = [
    {"enum": [*CONTACT_TARGETS, *CONSENT_TARGETS]},
    {"type": "string", "pattern": f"^{NOTE.replace('.', '[.]')}{NAME.pattern}$"},
    {"type": "string", "pattern": f"^{NAME.pattern}$", "not": {"const": GOAL}},
]
"""What may be asked: of the contact, whether we may write, words to keep, a criterion."""


def _target(check: Checker, value: Any, path: Path) -> str:
    if isinstance(value, str) and value.startswith(CONTACT):
        return check.one_of(value, path, options=CONTACT_TARGETS, default=CONTACT_TARGETS[0])
    if isinstance(value, str) and value.startswith(CONSENT):
        return check.one_of(value, path, options=CONSENT_TARGETS, default=CONSENT_TARGETS[0])
    if isinstance(value, str) and value.startswith(NOTE):
        return NOTE + check.name(value.removeprefix(NOTE), path)
    if value == GOAL:
        check.fault(path, _("the goal is asked by a menu"))
    name = check.name(value, path)
    check.expects(path, {"anyOf": TARGETS})
    return name


def _branch(draft: Draft, step_id: str, data: dict[str, Any], path: Path, _following: str | None) -> Step:
    check = draft.check
    cases = []
    for index, item in enumerate(check.sequence(data["branch"], (*path, "branch"))):
        place: Path = (*path, "branch", index)
        case = check.mapping(item, place, allowed=("when", "go"))
        if not isinstance(case.get("when"), dict):
            check.fault((*place, "when"), _("expected a condition"))
        check.expects((*place, "when"), {"type": "object"})
        cases.append(Case(when=case.get("when"), go=check.name(case.get("go"), (*place, "go"))))
    if not cases:
        check.fault((*path, "branch"), _("a branch needs at least one case"))
    otherwise = check.name(data.get("otherwise"), (*path, "otherwise"))
    return BranchStep(step_id, tuple(cases), otherwise)


def _score(_draft: Draft, step_id: str, _data: dict[str, Any], _path: Path, following: str | None) -> Step:
    return ScoreStep(step_id, following)


OFFER_TEXTS = {
    "question": "meeting_offer",
    "again": "meeting_which",
    "name": "meeting_name",
    "reach": "meeting_reach",
    "about": "meeting_about",
    "confirm": "meeting_confirm",
    "booked": "meeting_booked",
}
"""Slots of an offer step with the standard phrase that stands in for each."""


def _offer(draft: Draft, step_id: str, data: dict[str, Any], path: Path, following: str | None) -> Step:
    check = draft.check
    service = check.name(data["offer"], (*path, "offer"))
    texts = _own_texts(draft, step_id, data, path, OFFER_TEXTS)
    otherwise = check.name(data["otherwise"], (*path, "otherwise")) if "otherwise" in data else following
    return OfferStep(
        id=step_id,
        service=None if service == BY_GOAL else service,
        next=following,
        otherwise=otherwise,
        texts=texts,
        purpose=check.flag(data.get("purpose"), (*path, "purpose")),
        team=check.name(data["team"], (*path, "team")) if "team" in data else None,
        tries=check.number(data.get("tries"), (*path, "tries"), default=2, lowest=1, highest=5),
        on_miss=check.one_of(data.get("on_miss"), (*path, "on_miss"), options=(NEXT, HAND_OFF), default=NEXT),
    )


def _price_range(draft: Draft, step_id: str, data: dict[str, Any], path: Path, following: str | None) -> Step:
    return PriceRangeStep(
        id=step_id,
        product=_product(draft, data["price_range"], (*path, "price_range")),
        next=following,
        texts=_own_texts(draft, step_id, data, path, PRICE_TEXTS),
        tries=draft.check.number(data.get("tries"), (*path, "tries"), default=2, lowest=1, highest=5),
        on_miss=draft.check.one_of(
            data.get("on_miss"), (*path, "on_miss"), options=(NEXT, HAND_OFF), default=NEXT
        ),
    )


def _quote(draft: Draft, step_id: str, data: dict[str, Any], path: Path, following: str | None) -> Step:
    check = draft.check
    otherwise = check.name(data["otherwise"], (*path, "otherwise")) if "otherwise" in data else following
    specialist = check.name(data["specialist"], (*path, "specialist")) if "specialist" in data else otherwise
    return QuoteStep(
        id=step_id,
        product=_product(draft, data["quote"], (*path, "quote")),
        next=following,
        otherwise=otherwise,
        specialist=specialist,
        texts=_own_texts(draft, step_id, data, path, QUOTE_TEXTS),
        draft=check.flag(data.get("draft"), (*path, "draft")),
        team=check.name(data["team"], (*path, "team")) if "team" in data else None,
        tries=check.number(data.get("tries"), (*path, "tries"), default=2, lowest=1, highest=5),
        on_miss=check.one_of(data.get("on_miss"), (*path, "on_miss"), options=(NEXT, HAND_OFF), default=NEXT),
    )


def _product(draft: Draft, value: Any, path: Path) -> str | None:
    """The code of a product as it stands in the catalogue, None for what the goal asks for."""
    code = draft.check.line_of_text(value, path)
    if not code and value is None:
        draft.check.fault(path, _("expected the code of a product, or by_goal"))
    return None if code == BY_GOAL else code


def _own_texts(
    draft: Draft, step_id: str, data: dict[str, Any], path: Path, standard: Mapping[str, str]
) -> dict[str, str]:
    """Ids of the texts of a step, those of the standard phrases where it has none of its own."""
    return {
        slot: draft.optional_text(data.get(slot), (*path, slot), f"{step_id}.{slot}") or f"phrases.{phrase}"
        for slot, phrase in standard.items()
    }


LOOK_UP_TEXTS = {
    "number": "order_number",
    "proof": "order_proof",
    "none": "order_none",
    "more": "order_more",
}
"""Slots of a step that looks an order up with the standard phrase that stands in for each."""
WHEN_ASKED = "when_asked"


def _look_up(draft: Draft, step_id: str, data: dict[str, Any], path: Path, following: str | None) -> Step:
    check, value = draft.check, data["look_up_order"]
    if value is not True and value != WHEN_ASKED:
        check.fault((*path, "look_up_order"), _("expected true or when_asked"))
    check.expects((*path, "look_up_order"), {"enum": [True, WHEN_ASKED]})
    texts = {
        slot: draft.optional_text(data.get(slot), (*path, slot), f"{step_id}.{slot}") or f"phrases.{phrase}"
        for slot, phrase in LOOK_UP_TEXTS.items()
    }
    return LookUpStep(
        id=step_id,
        next=following,
        otherwise=check.name(data["otherwise"], (*path, "otherwise")) if "otherwise" in data else following,
        texts=texts,
        when_asked=value == WHEN_ASKED,
        tries=check.number(data.get("tries"), (*path, "tries"), default=3, lowest=1, highest=5),
    )


def _hand_off(draft: Draft, step_id: str, data: dict[str, Any], path: Path, _following: str | None) -> Step:
    check = draft.check
    urgency = check.one_of(
        data.get("urgency"), (*path, "urgency"), options=list(Urgency), default=Urgency.NORMAL
    )
    return HandOffStep(
        id=step_id,
        reason=check.name(data["hand_off"], (*path, "hand_off")),
        open=draft.text(data.get("open"), (*path, "open"), f"{step_id}.open"),
        closed=draft.text(data.get("closed"), (*path, "closed"), f"{step_id}.closed"),
        urgency=Urgency(urgency),
        team=check.name(data["team"], (*path, "team")) if "team" in data else None,
    )


def _end(draft: Draft, step_id: str, data: dict[str, Any], path: Path, _following: str | None) -> Step:
    text = draft.optional_text(data.get("text"), (*path, "text"), f"{step_id}.text")
    return EndStep(step_id, draft.check.name(data["end"], (*path, "end")), text)


_READERS: dict[str, tuple[tuple[str, ...], Reader]] = {
    "say": (("greeting", "next"), _say),
    "menu": (("goals",), _menu),
    "ask": (("question", "hint", "after", "tries", "on_miss", "skippable", "next"), _ask),
    "branch": (("otherwise",), _branch),
    "score": (("next",), _score),
    "offer": (("otherwise", "team", "purpose", "tries", "on_miss", "next", *OFFER_TEXTS), _offer),
    "price_range": (("tries", "on_miss", "next", *PRICE_TEXTS), _price_range),
    "quote": (("otherwise", "specialist", "draft", "team", "tries", "on_miss", "next", *QUOTE_TEXTS), _quote),
    "request_payment": (PAYMENT_KEYS, read_payment),
    "look_up_order": (("otherwise", "tries", "next", *LOOK_UP_TEXTS), _look_up),
    "troubleshoot": (TROUBLESHOOT_KEYS, read_troubleshoot),
    "rate": (RATE_KEYS, read_rate),
    "flow": (FLOW_KEYS, read_flow),
    "article": (ARTICLE_KEYS, read_article),
    "hand_off": (("open", "closed", "urgency", "team"), _hand_off),
    "end": (("text",), _end),
}

STEP_KINDS = tuple(_READERS)


def keys_of(kind: str) -> tuple[str, ...]:
    """The keys of a step of this kind in the order in which they are written."""
    return ("id", kind, *_READERS[kind][0]) if kind in _READERS else ("id",)
