"""What the gallery and the page of a playbook show."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from automation.flows.document import standard_phrases
from automation.flows.script import CONSENT_TARGETS, AskStep, FlowDocument, HandOffStep, Step
from automation.flows.service import FlowStep
from automation.flows.wording import choose, duration, fill, variables
from automation.meetings.queries import service_keys
from automation.playbooks.manifest import Playbook, Target
from automation.playbooks.models import PlaybookInstall
from automation.playbooks.parts import left_out
from automation.playbooks.queries import Line, State, install_of, installs, standing, switches_of
from automation.playbooks.queries.kpis import KPIS, MINUTES, Figure, Kpi
from automation.playbooks.reading import playbooks
from automation.quotes.queries import product_codes
from conversations.accounts.models import ChannelAccount
from core.company.queries import company
from core.languages import Language, in_active_language
from crm.qualification.models import Criterion
from crm.qualification.queries import active_criteria
from desk.settings.flows.kinds import does

STATES: dict[State, str | Promise] = {
    State.NEW: gettext_lazy("is added"),
    State.SAME: gettext_lazy("is there"),
    State.OLDER: gettext_lazy("is renewed"),
    State.OTHER: gettext_lazy("yours stays"),
    State.OUT: gettext_lazy("you took it out"),
}
URGENT = {"high": gettext_lazy("soon"), "urgent": gettext_lazy("at once")}
PAGES = {
    "conversation": "desk:conversation",
    "lead": "desk:lead",
    "quote": "desk:quote",
    "booking": "desk:calendar_booking",
}
NEEDED: dict[str, tuple[str | Promise, str]] = {
    "services": (gettext_lazy("Nothing can be booked yet: add a service."), "desk:settings_services"),
    "products": (
        gettext_lazy("Nothing has a price yet: add products with prices."),
        "desk:settings_catalogue",
    ),
}


@dataclass(frozen=True, slots=True)
class Card:
    """A playbook in the gallery."""

    playbook: Playbook
    letter: str
    install: PlaybookInstall | None
    accounts: int

    @property
    def title(self) -> str:
        return in_active_language(self.playbook.title)

    @property
    def summary(self) -> str:
        return in_active_language(self.playbook.summary)

    @property
    def kpi(self) -> Kpi:
        return KPIS[self.playbook.target.kpi]

    @property
    def target(self) -> str:
        return target_words(self.playbook.target)

    @property
    def has_news(self) -> bool:
        return self.install is not None and self.install.release < self.playbook.release


@dataclass(frozen=True, slots=True)
class PartLine:
    kind: str
    name: str
    state: str
    told: str | Promise
    differs: str
    off: bool


@dataclass(frozen=True, slots=True)
class Rule:
    """When a person takes over, whom it tells and how soon."""

    when: str
    team: str
    soon: str | Promise


@dataclass(frozen=True, slots=True)
class OutlineStep:
    kind: str | Promise
    texts: list[tuple[str, str]]


def cards() -> list[Card]:
    """All of this release, in their order; two statements."""
    known = installs()
    counts: dict[int, int] = {}
    for install_id in _switched():
        counts[install_id] = counts.get(install_id, 0) + 1
    return [
        Card(
            each,
            "abcdef"[place],
            known.get(each.key),
            counts.get(known[each.key].pk, 0) if each.key in known else 0,
        )
        for place, each in enumerate(playbooks().values())
    ]


def _switched() -> Iterable[int]:
    rows = PlaybookInstall.objects.filter(removed_at__isnull=True, switches__isnull=False)
    return rows.values_list("pk", flat=True)


def page(playbook: Playbook, language: str) -> dict[str, Any]:
    """The page of a playbook with its words in `language`; at most 12 statements with the frame."""
    install = install_of(playbook.key)
    lines = standing(playbook, install)
    place = list(playbooks()).index(playbook.key)
    switched = {row.account_id: row for row in switches_of(install)} if install else {}
    return {
        "playbook": playbook,
        "card": Card(playbook, "abcdef"[place], install, len(switched)),
        "install": install,
        "adds": [in_active_language(each) for each in playbook.adds],
        "rules": [_rule(playbook.document, name, texts) for name, texts in playbook.hand_offs.items()],
        "groups": _groups(lines),
        "added": sum(line.state is State.NEW for line in lines),
        "edited": [_part(line) for line in lines if line.added and line.edited],
        "left_out": [
            in_active_language(each.name) for each in left_out(playbook, currency=company().currency)
        ],
        "missing": list(_missing(playbook)),
        "accounts": _accounts(playbook, switched),
        "language": language,
        "languages": Language.choices,
        "outline": outline(playbook, language),
        "messages_of": _messages(lines, language),
        "questions": _questions(playbook, language),
    }


def _rule(document: FlowDocument, name: str, texts: Any) -> Rule:
    found: Any = next((rule for rule in document.hand_offs if rule.intent == name), None)
    steps = (step for step in document.steps.values() if isinstance(step, HandOffStep))
    found = found or next((step for step in steps if step.reason == name), None)
    return Rule(in_active_language(texts), found.team or "" if found else "", URGENT.get(found.urgency, ""))


def _part(line: Line) -> PartLine:
    found = line.found
    return PartLine(
        line.part.kind,
        found.name if found else in_active_language(line.part.name),
        line.state.value,
        STATES[line.state],
        ", ".join(found.differs) if found and line.state is not State.SAME else "",
        bool(found and not found.active and line.part.kind == "sequence"),
    )


def _groups(lines: Iterable[Line]) -> list[tuple[str, list[PartLine]]]:
    """Parts under the headings of their kinds, the flow first."""
    names = {
        "flow": _("Flow"),
        "sequence": _("Follow-ups"),
        "criterion": _("Questions about a lead"),
        "rule": _("Scoring rules"),
    }
    every = [_part(line) for line in lines]
    grouped = [(name, [each for each in every if each.kind == kind]) for kind, name in names.items()]
    return [(name, found) for name, found in grouped if found]


def _missing(playbook: Playbook) -> Iterator[tuple[str, str]]:
    """What the company should have for all of it to work, and where to add it."""
    needs = playbook.needs
    if needs.services and not service_keys():
        yield _need("services")
    if needs.products and not product_codes():
        yield _need("products")
    if needs.criteria:
        known = set(Criterion.objects.filter(key__in=needs.criteria).values_list("key", flat=True))
        for key in needs.criteria:
            if key not in known:
                words = _("There is no question “%(key)s” yet; the flow passes it over.") % {"key": key}
                yield words, reverse("desk:settings_criteria")


def _need(name: str) -> tuple[str, str]:
    words, page_name = NEEDED[name]
    return str(words), reverse(page_name)


def _accounts(playbook: Playbook, switched: dict[int, Any]) -> list[dict[str, Any]]:
    rows = ChannelAccount.objects.filter(active=True).order_by("name", "pk")
    return [
        {
            "account": row,
            "on": row.flow_key == playbook.key,
            "suits": row.kind in playbook.channels,
            "before": switched[row.pk].before if row.pk in switched else "",
        }
        for row in rows
    ]


def outline(playbook: Playbook, language: str) -> list[OutlineStep]:
    """The steps of the flow in their order, each with what it says."""
    document = playbook.document
    own = {row.key: {"hint": row.hint, "question": row.question} for row in active_criteria()}
    asked = {**{each.key: each.values for each in playbook.criteria}, **own}
    found = []
    for step in document.steps.values():
        words = {
            text_id.rpartition(".")[2]: example(choose(texts, language), language)
            for text_id, texts in document.table.items()
            if text_id.rpartition(".")[0] == step.id
        }
        texts = sorted(words.items(), key=lambda pair: pair[0] != "hint")
        found.append(OutlineStep(does(step), texts or _asked(step, asked, language)))
    return [each for each in found if each.texts]


def _asked(step: Step, asked: dict[str, Any], language: str) -> list[tuple[str, str]]:
    """What a step without words of its own says: where it goes on, or the question of a criterion."""
    if isinstance(step, FlowStep):
        known = playbooks().get(step.flow)
        return [("text", f"→ {in_active_language(known.title) if known else step.flow}")]
    if isinstance(step, AskStep) and step.target in CONSENT_TARGETS:
        return [("question", choose(standard_phrases()["phrases.consent_ask"], language))]
    if not isinstance(step, AskStep) or step.target not in asked:
        return []
    values = asked[step.target]
    return [(slot, choose(values[slot], language)) for slot in ("hint", "question") if values.get(slot)]


def _messages(lines: Iterable[Line], language: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """The follow-ups: each message with how long it waits."""
    return [
        (
            in_active_language(line.part.name),
            [
                (wait_words(step["wait_minutes"]), example(choose(step["texts"], language), language))
                for step in line.part.content["steps"]
            ],
        )
        for line in lines
        if line.part.kind == "sequence"
    ]


def _questions(playbook: Playbook, language: str) -> list[tuple[str, str]]:
    return [
        (in_active_language(each.name), choose(each.values["question"], language))
        for each in playbook.criteria
    ]


def example(text: str, language: str) -> str:
    """The text as a customer might read it; what only a chat can tell is left open."""
    open_places = dict.fromkeys(variables(text) - {"name", "person", "opens"}, "…")
    return fill(text, {**open_places, "company": company().name, "wait": duration(5, language)})


def wait_words(minutes: int) -> str:
    if minutes % 1440 == 0:
        return _("after %(number)s d") % {"number": minutes // 1440}
    if minutes % 60 == 0:
        return _("after %(number)s h") % {"number": minutes // 60}
    return _("after %(number)s min") % {"number": minutes}


def target_words(target: Target) -> str:
    signs = {"<": "<", "<=": "≤", ">": ">", ">=": "≥"}
    return f"{signs[target.comparison]} {value_words(KPIS[target.kpi], target.value)}"


def value_words(kpi: Kpi, value: float) -> str:
    if kpi.unit == MINUTES:
        span = timedelta(minutes=value)
        if span >= timedelta(hours=3):
            return _("%(number)s h") % {"number": round(value / 60)}
        number = "< 1" if value < 1 else f"{value:g}" if value < 10 else f"{value:.0f}"
        return _("%(number)s min") % {"number": number}
    return f"{value:g} %"


def figure(playbook: Playbook, now: datetime) -> dict[str, Any]:
    """How it stands with what the playbook is to move; one statement."""
    kpi = KPIS[playbook.target.kpi]
    found: Figure = kpi.figure(now)
    return {
        "playbook": playbook,
        "kpi": kpi,
        "figure": found,
        "value": value_words(kpi, found.value) if found.value is not None else "",
        "met": found.meets(playbook.target),
        "target": target_words(playbook.target),
    }


def rows(kpi: Kpi, now: datetime) -> list[dict[str, Any]]:
    return [{"row": each, "url": _page_of(each.kind, each.public_id)} for each in kpi.rows(now)]


def _page_of(kind: str, public_id: UUID) -> str:
    return reverse(PAGES[kind], args=[public_id])
