"""Every playbook that comes with Parley is whole: it reads, speaks four languages, asks one thing at a time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from automation.flows.linter import MAX_LABEL, Level, lint, questions_in
from automation.flows.script import CONTACT, NOTE
from automation.flows.wording import LANGUAGES, Texts
from automation.playbooks.manifest import Playbook
from automation.playbooks.reading import DATA, KEYS, playbooks, read_playbook
from automation.sequences.operations.drafting import checked
from automation.sequences.shipped import ready
from conversations.channels import registry
from crm.qualification.answers import canonical

FOLDERS = sorted(path for path in DATA.iterdir() if path.is_dir())
OFFERED = (CONTACT, NOTE, "consent.")


@pytest.fixture(params=FOLDERS, ids=[path.name for path in FOLDERS])
def shipped(request: pytest.FixtureRequest) -> Playbook:
    folder: Path = request.param
    if not (folder / "playbook.yaml").exists():
        pytest.skip("still being written")
    return read_playbook(folder)


def test_it_stands_in_the_order_of_the_gallery(shipped: Playbook) -> None:
    assert shipped.key in KEYS
    assert playbooks()[shipped.key] == shipped


def test_handoff_rules_come_first_and_a_person_is_always_one(shipped: Playbook) -> None:
    assert "human" in shipped.hand_offs
    assert {rule.intent for rule in shipped.document.hand_offs} <= set(shipped.hand_offs)


def test_nothing_is_wrong_with_the_flow(shipped: Playbook) -> None:
    errors = [each for each in lint(shipped.document) if each.level is Level.ERROR]
    assert errors == []
    assert set(shipped.document.languages) == set(LANGUAGES)


def test_every_criterion_is_shipped_or_named_as_needed(shipped: Playbook) -> None:
    asked = {step.target for step in shipped.document.asks() if not step.target.startswith(OFFERED)}
    known = {each.key for each in shipped.criteria} | set(shipped.needs.criteria)
    assert asked <= known


def test_criteria_can_be_stored(shipped: Playbook) -> None:
    for each in shipped.criteria:
        choices = each.values.get("choices", [])
        assert {questions_in(text) for text in each.values["question"].values()} == {1}
        assert {questions_in(text) for text in each.values["hint"].values()} == {0}
        for choice in choices:
            assert canonical(each.values["kind"], choice["value"], choices) == choice["value"]
            assert all(len(text) <= MAX_LABEL for text in choice["label"].values()), choice


@pytest.mark.django_db
def test_sequences_can_be_published(shipped: Playbook) -> None:
    for each in shipped.sequences:
        assert checked(each.script).plain() == each.script
    assert set(shipped.follow_ups) <= set(ready())
    assert not {each.key for each in shipped.sequences} & set(ready())


def test_rules_and_criteria_of_one_name_are_the_same_everywhere(shipped: Playbook) -> None:
    """Two playbooks may share a part; then it is one part."""
    for other in playbooks().values():
        theirs = {each.key: each for each in other.criteria}
        assert [each for each in shipped.criteria if theirs.get(each.key, each) != each] == []
        rules = {each.id: each for each in other.rules}
        assert [each for each in shipped.rules if rules.get(each.id, each) != each] == []


def test_it_suits_channels_that_there_are(shipped: Playbook) -> None:
    assert set(shipped.channels) & set(registry.kinds())


def test_words_of_the_card_are_short(shipped: Playbook) -> None:
    for texts in _card(shipped):
        assert sorted(texts) == sorted(LANGUAGES)
        assert all(len(text) <= 260 for text in texts.values())
    assert all(len(text) <= 60 for text in shipped.title.values())


def _card(shipped: Playbook) -> Iterator[Texts]:
    yield shipped.title
    yield shipped.summary
    yield from shipped.adds
    yield from shipped.hand_offs.values()
