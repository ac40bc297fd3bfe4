"""Another release: new versions of what nobody edited, and nothing of the company's own is overwritten."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from automation.flows.models import Flow, FlowVersion
from automation.flows.operations import publish_texts
from automation.playbooks.manifest import Playbook, ShippedSequence
from automation.playbooks.operations import install
from automation.playbooks.operations.upgrading import upgrade_to
from automation.playbooks.reading import playbook
from automation.sequences.models import Sequence
from core.access.models import User
from crm.qualification.models import Criterion
from crm.scoring.models import ScoringRule
from crm.scoring.operations import bring_rules
from tests.factories.conversations import at

NOW = at("2026-03-02T12:00:00+04:00")


def next_release(of: Playbook) -> Playbook:
    """With another question, more points, a message in other words and one more sequence."""
    criterion = of.criteria[0]
    asked = {**criterion.values["question"], "en": "When should it be ready?"}
    rule = replace(of.rules[0], points=3)
    flow: dict[str, Any] = {**of.flow, "reminder_after": 50}
    steps = [
        {"wait_minutes": 60, "channel": "", "texts": {each: f"{each}?" for each in ("en", "ru", "hy", "az")}}
    ]
    script = {
        "trigger": "hand",
        "quiet_hours": 12,
        "within_days": 30,
        "segment": {"all": []},
        "yes": "person",
        "held_out": 0,
        "steps": steps,
    }
    added = ShippedSequence("one_more", {"en": "One more"}, script)
    return replace(
        of,
        release=2,
        criteria=(replace(criterion, values={**criterion.values, "question": asked}),),
        rules=(rule, *of.rules[1:]),
        flow=flow,
        sequences=(added,),
    )


def test_unedited_parts_become_new_versions(anna: User) -> None:
    install(key="inbound", user=anna, now=NOW)
    done = upgrade_to(next_release(playbook("inbound")), user=anna, now=NOW)
    assert {line.part.kind for line in done.renewed} == {"criterion", "rule", "flow", "sequence"}
    assert done.kept == ()
    assert Criterion.objects.get(key="start").question["en"] == "When should it be ready?"
    counted = ScoringRule.objects.filter(rule_set__status="published")
    assert counted.get(name="Starts within a week").points == 3
    newest = FlowVersion.objects.get(flow__key="inbound", status="published")
    assert (newest.number, newest.document["reminder_after"]) == (2, 50)
    assert Sequence.objects.filter(key="one_more").exists()
    assert done.install.release == 2
    again = upgrade_to(next_release(playbook("inbound")), user=anna, now=NOW)
    assert (again.renewed, FlowVersion.objects.filter(flow__key="inbound").count()) == ((), 2)


def test_edited_parts_and_own_wording_stay(anna: User) -> None:
    install(key="inbound", user=anna, now=NOW)
    start = Criterion.objects.get(key="start")
    start.question = {**start.question, "en": "When shall we begin?"}
    start.save()
    flow = Flow.objects.get(key="inbound")
    publish_texts(flow_id=flow.pk, based_on=1, texts={"goal.text": {"en": "What can we do?"}}, user=anna)
    done = upgrade_to(next_release(playbook("inbound")), user=anna, now=NOW)
    assert [line.part.ref for line in done.kept] == ["start"]
    assert Criterion.objects.get(key="start").question["en"] == "When shall we begin?"
    newest = FlowVersion.objects.get(flow__key="inbound", status="published")
    assert newest.document["reminder_after"] == 50
    assert newest.texts == {"goal.text": {"en": "What can we do?"}}


def test_what_the_company_took_out_stays_out(anna: User) -> None:
    install(key="inbound", user=anna, now=NOW)
    rule = ScoringRule.objects.get(rule_set__status="published", name="Starts within a week")
    bring_rules(without=[rule.key], user=anna)
    done = upgrade_to(next_release(playbook("inbound")), user=anna, now=NOW)
    assert [line.part.ref for line in done.kept] == [str(rule.key)]
    assert not ScoringRule.objects.filter(rule_set__status="published", key=rule.key).exists()
