"""A folder with faults is told of whole: every file, with line and path."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from automation.playbooks.errors import BadPlaybook
from automation.playbooks.reading import DATA, read_playbook


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(DATA / "inbound", tmp_path / "inbound"))


def change(folder: Path, name: str, before: str, after: str) -> None:
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "before", "after", "said"),
    [
        ("playbook.yaml", 'target: "< 2"', "target: soon", "playbook.yaml: kpi.target"),
        ("playbook.yaml", "key: first_response_minutes", "key: speed", "playbook.yaml: kpi.key"),
        ("playbook.yaml", "  ready_to_buy:", "  never_said:", "playbook.yaml: hand_offs.never_said"),
        ("playbook.yaml", "webchat,", "pigeon,", "playbook.yaml: channels.0"),
        ("playbook.yaml", "release: 1", "release: first", "playbook.yaml: release"),
        ("playbook.yaml", "  az: Hər müraciətə", "  # Hər müraciətə", "playbook.yaml: title: missing in: az"),
        ("flow.yaml", "go: reach", "go: nowhere", "flow.yaml: "),
        ("flow.yaml", "flow: inbound", "flow: other", "flow.yaml: flow"),
        ("criteria.yaml", "kind: duration", "kind: mood", "criteria.yaml: criteria.0.kind"),
        ("rules.yaml", "points: 2", "points: many", "rules.yaml: rules.0.points"),
        ("rules.yaml", "rules:", "rules: [", "rules.yaml: "),
    ],
)
def test_faults_name_file_and_path(folder: Path, name: str, before: str, after: str, said: str) -> None:
    change(folder, name, before, after)
    with pytest.raises(BadPlaybook) as raised:
        read_playbook(folder)
    assert said in str(raised.value)


def test_all_faults_of_all_files_at_once(folder: Path) -> None:
    change(folder, "playbook.yaml", 'target: "< 2"', "target: soon")
    change(folder, "rules.yaml", "points: 2", "points: many")
    with pytest.raises(BadPlaybook) as raised:
        read_playbook(folder)
    assert [each.path for each in raised.value.problems] == [
        "rules.yaml: rules.0.points",
        "playbook.yaml: kpi.target",
    ]
    assert all(each.line for each in raised.value.problems)


def test_a_folder_needs_manifest_and_flow(tmp_path: Path) -> None:
    with pytest.raises(BadPlaybook) as raised:
        read_playbook(tmp_path)
    assert [each.path for each in raised.value.problems] == ["flow.yaml: ", "playbook.yaml: "]


def test_a_sequence_with_a_fault_names_the_text(folder: Path) -> None:
    (folder / "sequences.yaml").write_text(
        "later:\n"
        "  name: {en: Later, ru: Позже, hy: Ավելի ուշ, az: Sonra}\n"
        "  trigger: stall\n"
        '  "yes": flow\n'
        "  steps:\n"
        "    - {days: 1, en: 'One? Two?', ru: 'Так?', hy: 'Այդպե՞ս։', az: 'Belə?'}\n",
        encoding="utf-8",
    )
    with pytest.raises(BadPlaybook) as raised:
        read_playbook(folder)
    (problem,) = raised.value.problems
    assert (problem.path, problem.line) == ("sequences.yaml: later.steps.0.texts.en", 6)
