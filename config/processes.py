"""Child processes that never outlive their purpose: start, wait, stop, recognise what an earlier run left."""

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TypedDict

import psutil

_PR_SET_PDEATHSIG = 1
_PRCTL = ctypes.CDLL(None).prctl if sys.platform == "linux" else None


class HelpfulError(Exception):
    """Something the reader can mend; its text says how and is shown without a traceback."""


class Identity(TypedDict):
    """A process for certain: pids are reused, a pid with its start time is not."""

    name: str
    pid: int
    started: float


@dataclass(frozen=True)
class Account:
    """An unprivileged user that a child runs as when we are root."""

    uid: int
    gid: int


@dataclass(frozen=True, kw_only=True)
class Program:
    """One long-running child.

    `ready` is asked until it says True, at most `ready_seconds`; without it a program is ready once it runs.
    `stop_signal` asks it to end; after `stop_seconds` its whole group is killed. `before_start` runs before
    every start, restarts included; `if_it_fails` is advice for whoever reads that it did not start.
    """

    name: str
    argv: tuple[str, ...]
    cwd: Path
    env: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    account: Account | None = None
    ready: Callable[[], bool] | None = None
    ready_seconds: float = 60
    stop_signal: signal.Signals = signal.SIGTERM
    stop_seconds: float = 10
    before_start: Callable[[], None] | None = None
    if_it_fails: str = ""


def spawn(program: Program, *, output: int | IO[bytes] = subprocess.PIPE) -> subprocess.Popen[bytes]:
    """Start the program in a session of its own, stdout and stderr together.

    On Linux the kernel sends it the stop signal when the calling thread ends: call from the main thread.
    """
    parent = os.getpid()

    def tie_to_parent() -> None:
        if _PRCTL is not None:
            _PRCTL(_PR_SET_PDEATHSIG, int(program.stop_signal))
            if os.getppid() != parent:
                os._exit(1)

    account = program.account
    return subprocess.Popen(
        program.argv,
        cwd=program.cwd,
        env=dict(program.env),
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
        preexec_fn=tie_to_parent,
    )


def stop(process: subprocess.Popen[bytes], program: Program) -> None:
    """Ask, wait, then kill; returns when neither the process nor anything of its group is left."""
    if process.poll() is None:
        process.send_signal(program.stop_signal)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(program.stop_seconds)
    kill_group(process.pid)
    process.wait()


def kill_group(pid: int) -> None:
    """SIGKILL to everything in the group that this pid led; nothing happens when the group is empty."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def wait_until(condition: Callable[[], bool], *, seconds: float, pause: float = 0.05) -> bool:
    """Ask until True or until the time is up; False means that the time was up."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() >= deadline:
            return False
        time.sleep(pause)
    return True


def identify(name: str, pid: int) -> Identity:
    try:
        started = psutil.Process(pid).create_time()
    except psutil.NoSuchProcess:
        started = 0.0
    return {"name": name, "pid": pid, "started": started}


def is_running(identity: Identity) -> bool:
    """Whether this very process lives; a zombie does not."""
    try:
        process = psutil.Process(identity["pid"])
        same = abs(process.create_time() - identity["started"]) < 1
        return bool(same and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def leftovers(identities: Iterable[Identity]) -> list[psutil.Process]:
    """What still lives of recorded session leaders and of everything they started."""
    found: list[psutil.Process] = []
    sessions = {identity["pid"]: identity for identity in identities if not _reused(identity)}
    for process in psutil.process_iter():
        with contextlib.suppress(ProcessLookupError, psutil.Error):
            identity = sessions.get(os.getsid(process.pid))
            if identity is not None and process.create_time() >= identity["started"] - 1:
                found.append(process)
    return found


def _reused(identity: Identity) -> bool:
    return psutil.pid_exists(identity["pid"]) and not is_running(identity)


def processes_in(folder: Path, *, name: str) -> list[psutil.Process]:
    """Processes of that name which work in exactly this folder, as PostgreSQL and Valkey do in their data."""
    found: list[psutil.Process] = []
    for process in psutil.process_iter(["name"]):
        with contextlib.suppress(psutil.Error):
            if process.info["name"] == name and process.cwd() == str(folder):
                found.append(process)
    return found


def end(
    processes: Iterable[psutil.Process], *, by: signal.Signals = signal.SIGTERM, seconds: float = 10
) -> None:
    """End processes that are not our children: ask with `by`, kill what is left after `seconds`."""
    asked = list(processes)
    for process in asked:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.send_signal(by)
    _, alive = psutil.wait_procs(asked, timeout=seconds)
    for process in alive:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(alive, timeout=5)


def port_is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Whether a server could listen there now."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True
