import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from config.console import Console
from config.processes import HelpfulError, Program, is_running, wait_until
from config.records import Records
from config.supervisor import Supervisor, describe_exit, restart_delay

PATIENCE = 15


def test_the_first_restart_is_immediate_and_later_ones_wait_longer() -> None:
    assert [restart_delay(failures) for failures in range(7)] == [0.0, 0.5, 1.0, 2.0, 4.0, 15.0, 15.0]


def test_exit_codes_in_words() -> None:
    assert describe_exit(3) == "ended with exit code 3"
    assert describe_exit(-9) == "was ended by SIGKILL"
    assert describe_exit(-250) == "was ended by signal 250"


class SmallStack:
    """tests.config.small_stack in a process of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.config.small_stack", str(folder)], stdout=subprocess.DEVNULL
        )

    def pids(self) -> dict[str, int]:
        """The living children by name, as this supervisor recorded them."""
        try:
            record = json.loads((self.folder / "supervisor.json").read_text())
        except (FileNotFoundError, ValueError):
            return {}
        if record["pid"] != self.process.pid:
            return {}
        return {child["name"]: child["pid"] for child in record["children"] if is_running(child)}

    def both_up(self) -> dict[str, int]:
        assert wait_until(lambda: set(self.pids()) == {"first", "second"}, seconds=PATIENCE)
        return self.pids()

    def said(self) -> str:
        return (self.folder / "logs" / "supervisor.log").read_text()


def lives(pid: int) -> bool:
    """Whether it runs; one that waits for init to collect it does not."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[SmallStack]:
    started = SmallStack(tmp_path)
    yield started
    started.process.kill()
    started.process.wait()


@pytest.mark.services
def test_a_killed_child_is_back_and_the_other_untouched(stack: SmallStack) -> None:
    before = stack.both_up()

    os.kill(before["first"], signal.SIGKILL)

    assert wait_until(lambda: stack.pids().get("first") not in {None, before["first"]}, seconds=5)
    assert stack.pids()["second"] == before["second"]
    assert "first was ended by SIGKILL; starting it again now" in stack.said()


@pytest.mark.services
def test_an_interrupt_stops_all_in_order(stack: SmallStack) -> None:
    before = stack.both_up()

    stack.process.send_signal(signal.SIGINT)

    assert stack.process.wait(PATIENCE) == 0
    assert not any(lives(pid) for pid in before.values())
    assert not (stack.folder / "supervisor.json").exists()
    assert stack.said().rstrip().endswith("Stopped")


@pytest.mark.services
def test_after_a_killed_supervisor_nothing_old_runs_on(stack: SmallStack) -> None:
    before = stack.both_up()

    stack.process.kill()
    stack.process.wait()
    second = SmallStack(stack.folder)

    try:
        after = second.both_up()
        assert not set(before.values()) & set(after.values())
        assert not any(lives(pid) for pid in before.values())
    finally:
        second.process.send_signal(signal.SIGINT)
        assert second.process.wait(PATIENCE) == 0


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[Supervisor]:
    made = Supervisor(Console(tmp_path / "logs"), Records(tmp_path))
    yield made
    made.stop()


def python(code: str, folder: Path, **more: object) -> Program:
    return Program(name="step", argv=(sys.executable, "-c", code), cwd=folder, **more)  # type: ignore[arg-type]


def test_a_step_returns_what_it_wrote(supervisor: Supervisor, tmp_path: Path) -> None:
    assert (
        supervisor.run_step("Working", python("print('one'); print('two', end='')", tmp_path)) == "one\ntwo"
    )


def test_a_failed_step_shows_its_words(supervisor: Supervisor, tmp_path: Path) -> None:
    with pytest.raises(HelpfulError) as error:
        supervisor.run_step("Working", python("print('why'); raise SystemExit(3)", tmp_path))

    assert str(error.value).startswith("why\nstep ended with exit code 3.")


def test_a_program_that_ends_at_once_did_not_start(supervisor: Supervisor, tmp_path: Path) -> None:
    program = python("raise SystemExit(1)", tmp_path, ready=lambda: False, if_it_fails="Try again.")

    with pytest.raises(HelpfulError, match=r"step ended with exit code 1\. .* Try again\."):
        supervisor.start(program)


def test_a_program_that_does_not_answer_in_time(supervisor: Supervisor, tmp_path: Path) -> None:
    program = python("import signal; signal.pause()", tmp_path, ready=lambda: False, ready_seconds=0.2)

    with pytest.raises(HelpfulError, match="step did not answer within 0 s"):
        supervisor.start(program)


def test_a_program_that_is_not_there(supervisor: Supervisor, tmp_path: Path) -> None:
    with pytest.raises(HelpfulError, match="step cannot be started"):
        supervisor.start(Program(name="step", argv=(str(tmp_path / "nothing"),), cwd=tmp_path))
