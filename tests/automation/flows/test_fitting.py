"""What a flow gets wrong where it runs; each finding says what to do."""

from __future__ import annotations

from typing import Any

import pytest

from automation.flows.document import loads
from automation.flows.fitting import Surroundings, misfits
from automation.flows.judging import judged
from automation.flows.linter import Level
from automation.flows.script import FlowDocument
from conversations.channels.contracts import Abilities
from tests.automation.flows.builders import criteria, flow
from tests.automation.flows.service import CIRCLE, DESK, HELP, SELL, desk_flow, help_flow, installed
from tests.factories.flows import publish_flow

SMALL = Abilities(text_limit=20, quick_replies=1, quick_reply_label=8, window_hours=24)
PAYS = """\
flow: pays
languages: [en]
reminder_after: 2000
steps:
  - {id: pay, request_payment: "20000 AMD", purpose: {en: Deposit}, days: 3, next: bye, otherwise: person}
  - {id: bye, end: paid}
  - {id: person, hand_off: lost, open: {en: Soon.}, closed: {en: Later.}}
"""


def found(document: FlowDocument, **around: Any) -> set[tuple[str, str]]:
    return {(each.code, each.place) for each in misfits(document, Surroundings(**around))}


def test_what_a_channel_does_not_carry() -> None:
    codes = found(help_flow(), channels={"Small": SMALL})
    assert ("channel_text", "fix.try.1") in codes
    assert ("channel_buttons", "fix") in codes
    assert ("channel_label", "fix") in codes
    assert not {
        each
        for each in found(help_flow(), channels={"Large": Abilities(quick_replies=10, quick_reply_label=60)})
        if each[0].startswith("channel")
    }


def test_the_choices_of_a_criterion_are_buttons_too() -> None:
    choices = {each.key: [choice.label for choice in each.choices] for each in criteria()}
    around = {"channels": {"Two": Abilities(quick_replies=2, quick_reply_label=40)}, "choices": choices}
    assert ("channel_buttons", "interest") in found(installed(SELL)["sell"], **around)


def test_a_question_without_a_useful_fact() -> None:
    document = installed(SELL)["sell"]
    assert {place for code, place in found(document) if code == "no_fact"} == {"interest", "reach"}
    hints = {"interest": {"en": "We make everything to measure."}}
    assert {place for code, place in found(document, hints=hints) if code == "no_fact"} == {"reach"}


def test_what_comes_after_the_window_of_a_channel() -> None:
    codes = found(loads(PAYS), channels={"Small": SMALL}, pays=True)
    assert {("window", ""), ("window", "pay")} <= codes
    assert not any(code == "window" for code, _place in found(loads(PAYS), channels={"Open": Abilities()}))


def test_asking_for_money_that_nobody_takes() -> None:
    assert ("no_provider", "pay") in found(loads(PAYS), pays=False)
    assert ("no_provider", "pay") not in found(loads(PAYS))


LONG = """\
flow: long
languages: [en]
steps:
{asks}
  - {{id: person, hand_off: x, open: {{en: A.}}, closed: {{en: B.}}}}
"""
ASK = '  - {{id: q{n}, ask: note.n{n}, question: {{en: "Why?"}}, hint: {{en: Say.}}, on_miss: next}}'


def test_a_person_who_is_far_away() -> None:
    text = LONG.format(asks="\n".join(ASK.format(n=number) for number in range(14)))
    assert {place for code, place in found(loads(text)) if code == "far_from_person"} == {"q0", "q1"}


def test_other_flows_that_are_not_there_and_circles_of_flows() -> None:
    assert {place for code, place in found(desk_flow(), flows=installed(HELP)) if code == "no_flow"} == {
        "to_sell"
    }
    flows = installed(CIRCLE.format(name="one", other="two"), CIRCLE.format(name="two", other="one"))
    (circle,) = [
        each for each in misfits(flows["one"], Surroundings(flows=flows)) if each.code == "flow_circle"
    ]
    assert circle.level is Level.ERROR
    assert "flow_circle" not in {
        code for code, _place in found(desk_flow(), flows=installed(DESK, HELP, SELL))
    }


@pytest.mark.django_db
def test_the_company_is_asked_where_the_flow_runs() -> None:
    publish_flow(DESK)
    codes = {(each.code, each.place) for each in judged(desk_flow())}
    assert ("no_flow", "to_sell") in codes
    publish_flow(SELL)
    assert ("no_flow", "to_sell") not in {(each.code, each.place) for each in judged(desk_flow())}


@pytest.mark.django_db
def test_the_shipped_flow_fits_the_channels_that_we_have() -> None:
    codes = {each.code for each in judged(flow())}
    assert not {code for code in codes if code.startswith(("channel_", "window", "far_", "flow_"))}
