"""Keeps processes running: starts them in order, brings back what dies, stops them in reverse order."""

import contextlib
import os
import selectors
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from types import FrameType

from config.console import Console
from config.processes import HelpfulError, Identity, Program, identify, kill_group, spawn
from config.records import Records

STEADY_SECONDS = 30.0
"""A child that ran this long counts as healthy again, and its next restart is immediate."""

_DELAYS = (0.0, 0.5, 1.0, 2.0, 4.0)
_LONGEST_DELAY = 15.0
_TICK = 0.1
_PAUSE = 0.02
"""Between two questions whether a program is ready, however much it writes meanwhile."""
_PROGRESS_SECONDS = 5.0


class StopRequestedError(Exception):
    """Somebody asked us to stop while we were starting."""


def restart_delay(failures: int) -> float:
    """Seconds to wait before a restart after so many failures in a row: none at first, then up to 15 s."""
    return _DELAYS[failures] if failures < len(_DELAYS) else _LONGEST_DELAY


def describe_exit(code: int) -> str:
    """An exit code of subprocess in words."""
    if code >= 0:
        return f"ended with exit code {code}"
    with contextlib.suppress(ValueError):
        return f"was ended by {signal.Signals(-code).name}"
    return f"was ended by signal {-code}"


@dataclass
class Child:
    """One program and the process that currently runs it."""

    program: Program
    process: subprocess.Popen[bytes]
    sink: Callable[[str], None]
    identity: Identity
    group: int
    started: float = field(default_factory=time.monotonic)
    failures: int = 0
    restart_at: float | None = None
    pending: bytes = b""


class Supervisor:
    """Use as: `start` for each program, `watch` until a signal, `stop` whatever happened."""

    def __init__(self, console: Console, records: Records) -> None:
        self._console = console
        self._records = records
        self._selector = selectors.DefaultSelector()
        self._children: list[Child] = []
        self._group = 0
        self._signals = 0

    def listen(self) -> None:
        """Turn SIGINT, SIGTERM and SIGHUP into an orderly stop."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._on_signal)

    def start(self, *programs: Program) -> None:
        """Start them together, keep them from now on, return when all are ready. Raises HelpfulError if one fails."""
        self._group += 1
        for child in [self._spawn(program, self._line_of(program)) for program in programs]:
            self._await(child)

    def _line_of(self, program: Program) -> Callable[[str], None]:
        return lambda text: self._console.line(program.name, text)

    def _await(self, child: Child) -> None:
        program, process = child.program, child.process
        ready = program.ready or (lambda: True)
        in_time = self._pump_until(
            lambda: process.poll() is not None or ready(), seconds=program.ready_seconds
        )
        self._drain(child)
        if process.poll() is not None:
            raise HelpfulError(self._failure(program, describe_exit(process.returncode)))
        if not in_time:
            raise HelpfulError(self._failure(program, f"did not answer within {program.ready_seconds:.0f} s"))

    def run_step(self, title: str, program: Program, *, show: bool = False) -> str:
        """Run a program to its end, showing how long it takes; returns what it wrote, shown too with `show`.

        Raises HelpfulError, with all that it wrote, when it fails.
        """
        written: list[str] = []
        begun = time.monotonic()

        def sink(text: str) -> None:
            written.append(text)
            if show:
                self._console.say(f"  {text}")

        self._console.say(f"{title} ...")
        child = self._spawn(program, sink)
        while not self._pump_until(lambda: child.process.poll() is not None, seconds=_PROGRESS_SECONDS):
            self._console.say(f"{title} ... {time.monotonic() - begun:.0f} s")
        self._drain(child)
        self._children.remove(child)
        self._forget(child)
        if child.process.returncode:
            reason = self._failure(program, describe_exit(child.process.returncode))
            raise HelpfulError("\n".join([*written, reason]))
        return "\n".join(written)

    def watch(self) -> None:
        """Pass on what the children write and restart whoever ends, until a signal comes."""
        while not self._signals:
            self._pump(_TICK)
            for child in self._children:
                self._revive(child)

    def stop(self) -> None:
        """End all children: what started together ends together, last first; a second signal makes it immediate."""
        if not self._children:
            return
        self._console.say("Stopping")
        patience = max(self._signals, 1)
        for group in sorted({child.group for child in self._children}, reverse=True):
            self._stop_group([child for child in self._children if child.group == group], patience)
        self._children.clear()
        self._console.say("Stopped")

    def _stop_group(self, children: list[Child], patience: int) -> None:
        now = time.monotonic()
        for child in children:
            if child.process.poll() is None:
                child.process.send_signal(child.program.stop_signal)
        for child in children:
            until = now + child.program.stop_seconds
            while child.process.poll() is None and time.monotonic() < until and self._signals <= patience:
                self._pump(_TICK)
            self._drain(child)
            self._forget(child)

    def _revive(self, child: Child) -> None:
        now = time.monotonic()
        code = child.process.poll()
        if code is None:
            return
        if child.restart_at is None:
            self._drain(child)
            self._forget(child)
            if now - child.started >= STEADY_SECONDS:
                child.failures = 0
            delay = restart_delay(child.failures)
            child.failures += 1
            child.restart_at = now + delay
            when = f"in {delay:g} s" if delay else "now"
            self._console.say(f"{child.program.name} {describe_exit(code)}; starting it again {when}")
        if now >= child.restart_at:
            self._restart(child)

    def _restart(self, child: Child) -> None:
        try:
            process = self._launch(child.program)
        except HelpfulError as error:
            child.restart_at = time.monotonic() + restart_delay(child.failures)
            child.failures += 1
            self._console.say(str(error))
            return
        child.process, child.identity = process, identify(child.program.name, process.pid)
        child.started, child.restart_at, child.pending = time.monotonic(), None, b""
        self._listen_to(child)
        self._write_record()

    def _spawn(self, program: Program, sink: Callable[[str], None]) -> Child:
        process = self._launch(program)
        child = Child(program, process, sink, identify(program.name, process.pid), self._group)
        self._listen_to(child)
        self._children.append(child)
        self._write_record()
        return child

    def _launch(self, program: Program) -> subprocess.Popen[bytes]:
        if program.before_start is not None:
            program.before_start()
        try:
            return spawn(program)
        except OSError as error:
            raise HelpfulError(f"{program.name} cannot be started: {error}") from error

    def _listen_to(self, child: Child) -> None:
        assert child.process.stdout is not None
        os.set_blocking(child.process.stdout.fileno(), False)
        self._selector.register(child.process.stdout, selectors.EVENT_READ, child)

    def _forget(self, child: Child) -> None:
        """Kill what is left of its group and close its pipe, which an escaped grandchild may hold open."""
        kill_group(child.process.pid)
        child.process.wait()
        if child.process.stdout is not None and not child.process.stdout.closed:
            self._selector.unregister(child.process.stdout)
            child.process.stdout.close()

    def _pump_until(self, done: Callable[[], bool], *, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while not done():
            if self._signals:
                raise StopRequestedError
            if time.monotonic() >= deadline:
                return False
            self._pump(_TICK)
            time.sleep(_PAUSE)
        return True

    def _pump(self, seconds: float) -> None:
        if not self._selector.get_map():
            time.sleep(seconds)
            return
        ended = 0
        events = self._selector.select(seconds)
        for key, _ in events:
            ended += not self._read(key.data)
        if events and ended == len(events):
            # Pipes at their end stay readable; without a pause we would spin until the process is reaped.
            time.sleep(seconds)

    def _read(self, child: Child) -> bool:
        """Pass on what the pipe holds now; False when nothing came."""
        stream = child.process.stdout
        if stream is None or stream.closed:
            return False
        data = b""
        with contextlib.suppress(BlockingIOError):
            data = os.read(stream.fileno(), 65536)
        *lines, child.pending = (child.pending + data).split(b"\n")
        for line in lines:
            child.sink(line.decode(errors="replace").rstrip("\r"))
        return bool(data)

    def _drain(self, child: Child) -> None:
        while self._read(child):
            pass
        if child.pending:
            child.sink(child.pending.decode(errors="replace"))
            child.pending = b""

    def _failure(self, program: Program, what: str) -> str:
        hint = f" {program.if_it_fails}" if program.if_it_fails else ""
        return f"{program.name} {what}. Its last words are above and in {self._console.folder}.{hint}"

    def _write_record(self) -> None:
        self._records.write_children([child.identity for child in self._children])

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self._signals += 1
