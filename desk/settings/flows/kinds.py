"""The kinds of steps and the other parts of a flow as forms. A new kind needs an entry in KINDS; one without an entry is
edited as YAML.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from automation.articles.values import ArticleStep
from automation.flows.effects import Urgency
from automation.flows.pricing import PRICE_TEXTS, QUOTE_TEXTS
from automation.flows.script import (
    HAND_OFF,
    NEXT,
    AskStep,
    BranchStep,
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
from automation.flows.service import RATE_TEXTS, FlowStep, RateStep, TroubleshootStep
from automation.flows.steps import LOOK_UP_TEXTS, OFFER_TEXTS
from automation.flows.wording import LANGUAGES
from automation.payments.values import PaymentStep
from desk.settings.flows.facts import Facts
from desk.settings.flows.fields import LANGUAGE_NAMES, Shape, Spec
from desk.settings.flows.wording import PHRASES, SLOTS

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise as StrOrPromise


@dataclass(frozen=True)
class Kind:
    """`does` is what the outline says of a step, `label` what the list of kinds says. `blank` is a step to begin with."""

    does: StrOrPromise
    label: StrOrPromise
    icon: str
    fields: tuple[Spec, ...] = ()
    blank: Mapping[str, Any] = field(default_factory=dict)

    def new(self, kind: str) -> dict[str, Any]:
        return {kind: None, **deepcopy(dict(self.blank))}


def _urgencies(_facts: Facts) -> list[tuple[str, str]]:
    names = {Urgency.NORMAL: _("normal"), Urgency.HIGH: _("high"), Urgency.URGENT: _("urgent")}
    return [(each.value, str(names[each])) for each in Urgency]


def _misses(_facts: Facts) -> list[tuple[str, str]]:
    return [(HAND_OFF, str(_("a person takes over"))), (NEXT, str(_("the flow goes on without it")))]


def _texts(key: str, *, standard: str = "", required: bool = False, more: bool = False) -> Spec:
    return Spec(key, SLOTS.get(key, key), Shape.TEXTS, standard=standard, required=required, more=more)


def _own(slots: Mapping[str, str]) -> tuple[Spec, ...]:
    return tuple(
        Spec(slot, PHRASES.get(phrase, slot), Shape.TEXTS, standard=phrase, more=True)
        for slot, phrase in slots.items()
    )


def _miss(default: str, tries: int = 2) -> tuple[Spec, ...]:
    return (
        Spec("tries", _("How often it asks"), Shape.NUMBER, default=tries, more=True),
        Spec(
            "on_miss",
            _("When no answer fits"),
            Shape.SELECT,
            choices=_misses,
            default=default,
            more=True,
        ),
    )


NEXT_STEP = Spec("next", _("Then"), Shape.STEP)
OTHERWISE = Spec("otherwise", _("Otherwise"), Shape.STEP)
TEAM = Spec("team", _("Team"), Shape.SELECT, choices=lambda facts: facts.teams, more=True)
URGENCY = Spec("urgency", _("Urgency"), Shape.SELECT, choices=_urgencies, default=Urgency.NORMAL.value)
REASON = _("Small letters without spaces; colleagues see it on the card.")

KINDS: dict[str, Kind] = {
    "say": Kind(
        _("says"),
        _("Say something"),
        "message",
        (
            Spec("say", _("Text"), Shape.TEXTS, required=True),
            Spec("greeting", _("Only at the very start of a conversation"), Shape.FLAG),
            NEXT_STEP,
        ),
    ),
    "menu": Kind(
        _("menu"),
        _("Let the customer choose a goal"),
        "list",
        (
            Spec("menu", _("Question"), Shape.TEXTS, required=True),
            Spec(
                "goals",
                _("Goals as buttons, in this order"),
                Shape.CHECKS,
                required=True,
                ordered=True,
                choices=lambda facts: facts.goals,
            ),
        ),
    ),
    "ask": Kind(
        _("asks"),
        _("Ask a question"),
        "help-circle",
        (
            Spec(
                "ask",
                _("What it asks"),
                Shape.SELECT,
                required=True,
                choices=lambda facts: facts.targets,
                hint=_("A criterion brings its own question; a text below goes before it."),
            ),
            _texts("question"),
            _texts("hint"),
            _texts("after", more=True),
            Spec("skippable", _("With a button “not sure yet”"), Shape.FLAG),
            *_miss(HAND_OFF),
            NEXT_STEP,
        ),
    ),
    "branch": Kind(
        _("branches"),
        _("Go different ways by what is known"),
        "arrows-split-2",
        (
            Spec("branch", _("Cases"), Shape.CASES, required=True),
            Spec("otherwise", _("In all other cases"), Shape.STEP, required=True),
        ),
    ),
    "score": Kind(_("scores"), _("Score the lead"), "medal", (NEXT_STEP,), {"score": True}),
    "offer": Kind(
        _("offers times"),
        _("Offer times and book one"),
        "calendar-plus",
        (
            Spec("offer", _("Service"), Shape.SELECT, required=True, choices=lambda facts: facts.services),
            Spec("purpose", _("Also asks what the meeting is about"), Shape.FLAG),
            *_own(OFFER_TEXTS),
            TEAM,
            *_miss(NEXT),
            Spec("next", _("After a booking"), Shape.STEP),
            OTHERWISE,
        ),
        {"offer": "by_goal"},
    ),
    "price_range": Kind(
        _("says the price"),
        _("Say what it costs"),
        "tag",
        (
            Spec(
                "price_range", _("Product"), Shape.SELECT, required=True, choices=lambda facts: facts.products
            ),
            *_own(PRICE_TEXTS),
            *_miss(NEXT),
            NEXT_STEP,
        ),
        {"price_range": "by_goal"},
    ),
    "quote": Kind(
        _("sends a quote"),
        _("Say the exact price and send a quote"),
        "file-invoice",
        (
            Spec("quote", _("Product"), Shape.SELECT, required=True, choices=lambda facts: facts.products),
            Spec("draft", _("A colleague looks at it before it leaves"), Shape.FLAG),
            *_own(QUOTE_TEXTS),
            TEAM,
            *_miss(NEXT),
            Spec("next", _("After the quote"), Shape.STEP),
            Spec("specialist", _("For a specialist"), Shape.STEP),
            OTHERWISE,
        ),
        {"quote": "by_goal"},
    ),
    "request_payment": Kind(
        _("asks for money"),
        _("Ask for a payment"),
        "credit-card",
        (
            Spec(
                "request_payment",
                _("What for"),
                Shape.LINE,
                required=True,
                hint=_("quote, order, or an amount like 20000 AMD"),
            ),
            Spec("percent", _("Share in percent"), Shape.NUMBER, default=100, highest=100),
            Spec("purpose", _("What the customer reads as its purpose"), Shape.TEXTS, required=True),
            _texts("text", standard="payment_ask", more=True),
            Spec("days", _("Days to pay"), Shape.NUMBER, default=3, highest=60),
            Spec("next", _("After the payment"), Shape.STEP),
            OTHERWISE,
        ),
        {"request_payment": "quote"},
    ),
    "look_up_order": Kind(
        _("looks up an order"),
        _("Tell how an order stands"),
        "package",
        (
            Spec(
                "look_up_order",
                _("When"),
                Shape.SELECT,
                required=True,
                choices=lambda _facts: [
                    ("true", str(_("always"))),
                    ("when_asked", str(_("only when the customer asked for an order"))),
                ],
            ),
            *_own(LOOK_UP_TEXTS),
            Spec("tries", _("How often it asks"), Shape.NUMBER, default=3, more=True),
            NEXT_STEP,
            OTHERWISE,
        ),
        {"look_up_order": True},
    ),
    "troubleshoot": Kind(
        _("helps"),
        _("Help step by step"),
        "tool",
        (
            Spec(
                "troubleshoot",
                _("Advice, one piece at a time"),
                Shape.ITEMS,
                required=True,
                item="try",
                hint=_("After each the customer is asked whether it worked."),
            ),
            _texts("question", standard="help_worked", more=True),
            Spec("next", _("When something helped"), Shape.STEP),
            Spec("otherwise", _("When nothing did"), Shape.STEP),
        ),
    ),
    "rate": Kind(
        _("asks for a rating"),
        _("Ask for a rating from 1 to 5"),
        "star",
        (
            Spec("rate", _("What is rated"), Shape.LINE, required=True, hint=REASON),
            *_own(RATE_TEXTS),
            NEXT_STEP,
            Spec("otherwise", _("After a 1 or 2"), Shape.STEP),
        ),
        {"rate": "service"},
    ),
    "flow": Kind(
        _("goes on in another flow"),
        _("Go on in another flow"),
        "arrow-right-circle",
        (
            Spec("flow", _("Flow"), Shape.SELECT, required=True, choices=lambda facts: facts.flows),
            Spec("otherwise", _("Where it is not there or switched off"), Shape.STEP),
        ),
    ),
    "article": Kind(
        _("answers with an article"),
        _("Answer with an article"),
        "book",
        (
            Spec(
                "article",
                _("Article"),
                Shape.LINE,
                required=True,
                hint=_("Its address, or by_words for the one that suits what the customer wrote."),
            ),
            Spec("next", _("When it helped"), Shape.STEP),
            Spec("otherwise", _("When it did not, or none suits"), Shape.STEP),
        ),
        {"article": "by_words"},
    ),
    "hand_off": Kind(
        _("hands over"),
        _("Hand over to a person"),
        "user-share",
        (
            Spec("hand_off", _("Reason"), Shape.LINE, required=True, hint=REASON),
            _texts("open", required=True),
            _texts("closed", required=True),
            URGENCY,
            TEAM,
        ),
    ),
    "end": Kind(
        _("ends"),
        _("End the talk"),
        "flag",
        (Spec("end", _("Reason"), Shape.LINE, required=True, hint=REASON), _texts("text")),
    ),
}


_BY_TYPE: Mapping[type[Step], str] = {
    SayStep: "say",
    MenuStep: "menu",
    AskStep: "ask",
    BranchStep: "branch",
    ScoreStep: "score",
    OfferStep: "offer",
    PriceRangeStep: "price_range",
    QuoteStep: "quote",
    PaymentStep: "request_payment",
    LookUpStep: "look_up_order",
    TroubleshootStep: "troubleshoot",
    RateStep: "rate",
    FlowStep: "flow",
    ArticleStep: "article",
    HandOffStep: "hand_off",
    EndStep: "end",
}


def does(step: Step) -> StrOrPromise:
    """What a step does, in words; empty for a kind without an entry."""
    known = KINDS.get(_BY_TYPE.get(type(step), ""))
    return known.does if known else ""


def kind_called(kind: str) -> Kind:
    """The kind, or one without a form for a kind that has no entry here."""
    return KINDS.get(kind) or Kind(kind.replace("_", " "), kind.replace("_", " ").capitalize(), "puzzle")


def _languages(_facts: Facts) -> list[tuple[str, str]]:
    return [(each, str(LANGUAGE_NAMES[each])) for each in LANGUAGES]


PARTS: dict[str, Kind] = {
    "goals": Kind(
        "",
        pgettext_lazy("part of a flow", "Goal"),
        "target-arrow",
        (
            Spec("label", _("Button"), Shape.TEXTS, required=True),
            Spec("go", _("Leads to"), Shape.STEP, required=True),
            Spec(
                "intents",
                _("What customers say that leads here without the menu"),
                Shape.CHECKS,
                choices=lambda facts: facts.intents,
            ),
            Spec(
                "keeps",
                _("The note that those words answer already"),
                Shape.LINE,
                more=True,
                hint=_("For “detail”: who writes “my sofa came broken” is not asked what happened."),
            ),
        ),
    ),
    "answers": Kind(
        "",
        _("Answer to a side question"),
        "message-reply",
        (Spec("text", _("Answer"), Shape.TEXTS, required=True),),
    ),
    "hand_offs": Kind(
        "",
        _("When a person takes over at once"),
        "user-share",
        (
            URGENCY,
            TEAM,
            Spec("reason", _("Reason on the card"), Shape.LINE, more=True, hint=REASON),
            _texts("open", standard="person_open"),
            _texts("closed", standard="person_closed"),
        ),
    ),
    "phrases": Kind("", _("Small talk"), "message-circle", (Spec("text", _("Text"), Shape.TEXTS),)),
    "settings": Kind(
        "",
        _("Settings of the flow"),
        "settings",
        (
            Spec("title", _("Name"), Shape.LINE, required=True),
            Spec("languages", _("Languages"), Shape.CHECKS, choices=_languages, required=True),
            Spec("start", _("Begins with"), Shape.STEP),
            Spec(
                "reminder_after",
                _("Minutes of silence before the open question is repeated, once"),
                Shape.NUMBER,
                default=45,
                highest=10_080,
            ),
            Spec(
                "limits.messages",
                _("Messages after which a person takes over"),
                Shape.NUMBER,
                default=60,
                highest=500,
                more=True,
            ),
            Spec(
                "limits.misses",
                _("Answers that do not fit after which a person takes over"),
                Shape.NUMBER,
                default=4,
                highest=20,
                more=True,
            ),
        ),
    ),
}
PLAIN_TEXTS = frozenset({"answers", "phrases"})
"""Parts that are texts themselves; their form has them under `text`."""
