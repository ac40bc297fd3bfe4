"""What `make run` runs: our servers unless others are named, preparing steps, web, live, worker, beat and poller."""

import os
import signal
import sys
import urllib.error
import urllib.request
from pathlib import Path

from django.conf import settings

from config import environment
from config.console import Console
from config.embedded import Postgres, Valkey
from config.processes import HelpfulError, Program, port_is_free
from config.records import Records
from config.supervisor import StopRequestedError, Supervisor

_WEB_STOP_SECONDS = 10


def run(console: Console) -> int:
    """Run everything until a signal; returns the exit code. Failures that can be mended are sentences."""
    records = Records(settings.DATA_DIR)
    supervisor = Supervisor(console, records)
    try:
        records.take()
    except HelpfulError as error:
        console.say(str(error))
        return 1
    try:
        supervisor.listen()
        if ended := records.end_leftovers():
            console.say(f"Ended {ended} processes that an earlier run left behind")
        Stack(supervisor, console, records).start()
        supervisor.watch()
        return 0
    except StopRequestedError:
        return 130
    except HelpfulError as error:
        console.say(str(error))
        return 1
    finally:
        supervisor.stop()
        records.release()
        console.close()


class Stack:
    """The programs of one installation, in the order in which they need each other."""

    def __init__(self, supervisor: Supervisor, console: Console, records: Records) -> None:
        self._supervisor = supervisor
        self._console = console
        self._records = records
        self._project: Path = settings.BASE_DIR
        self._env = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "PYTHONUNBUFFERED": "1",
            # Known and meant: a newcomer may be root, and tasks are JSON, which runs nothing.
            "PYTHONWARNINGS": "ignore:You're running the worker with superuser privileges",
            **({"FORCE_COLOR": "1"} if sys.stdout.isatty() else {}),
        }

    def start(self) -> None:
        self._check_ports()
        self._start_services()
        self._step("Preparing", "prepare", show=True)
        self._supervisor.start(self._web(), self._live(), self._worker(), self._beat(), self._poller())
        self._greet()

    def _check_ports(self) -> None:
        for port, name in ((settings.PORT, "PORT"), (settings.LIVE_PORT, "LIVE_PORT")):
            if not port_is_free(port, settings.HOST):
                raise HelpfulError(
                    f"Port {port} on {settings.HOST} is in use by another program. "
                    f"Choose another: make run {name}={port + 10}"
                )

    def _start_services(self) -> None:
        """Ours where the environment names none. Ports are settled here, and restarts keep them."""
        if "DATABASE_URL" not in os.environ:
            postgres = Postgres(settings.DATA_DIR / "postgres")
            postgres.prepare(self._console.say)
            self._env["DATABASE_URL"] = postgres.url
            self._supervisor.start(postgres.program())
        if "BROKER_URL" not in os.environ:
            valkey = Valkey(settings.DATA_DIR / "valkey")
            valkey.prepare(self._console.say)
            self._env["BROKER_URL"] = valkey.url
            self._supervisor.start(valkey.program())
        broker = self._env["BROKER_URL"]
        self._env.setdefault("CACHE_URL", environment.replace_redis_database(broker, 1))
        self._records.write_services({"database_url": self._env["DATABASE_URL"], "broker_url": broker})

    def _step(self, title: str, *command: str, show: bool = False) -> str:
        return self._supervisor.run_step(title, self._program(command[0], "manage.py", *command), show=show)

    def _program(self, name: str, *arguments: str) -> Program:
        return Program(name=name, argv=(sys.executable, *arguments), cwd=self._project, env=self._env)

    def _granian(self, name: str, port: int, path: str, *arguments: str) -> Program:
        address = f"http://{_reachable(settings.HOST)}:{port}{path}"
        return Program(
            name=name,
            argv=(
                *(sys.executable, "-m", "granian", *arguments),
                *("--host", settings.HOST, "--port", str(port), "--no-ws", "--http", "1"),
                *(
                    "--respawn-failed-workers",
                    "--respawn-interval",
                    "0.2",
                    "--http1-header-read-timeout",
                    "10000",
                ),
                *("--workers-kill-timeout", str(_WEB_STOP_SECONDS - 4), "--log-level", "error"),
            ),
            cwd=self._project,
            env=self._env,
            ready=lambda: _answers(address),
            stop_signal=signal.SIGTERM,
            stop_seconds=_WEB_STOP_SECONDS,
        )

    def _web(self) -> Program:
        """Eight threads a worker: with one, a single stalled client would stop the worker for everybody."""
        return self._granian(
            *(
                "web",
                settings.PORT,
                "/healthz",
                "--interface",
                "wsgi",
                "--workers",
                "2",
                "--blocking-threads",
                "8",
            ),
            *("--backlog", "1024", "--backpressure", "512", "config.wsgi:application"),
        )

    def _live(self) -> Program:
        """One worker, since each open page is an idle connection that costs a worker next to nothing."""
        return self._granian(
            *("live", settings.LIVE_PORT, "/healthz", "--interface", "asgi", "--workers", "1"),
            *("--backlog", "1024", "--backpressure", "4096", "config.asgi:application"),
        )

    def _worker(self) -> Program:
        pool = ("--pool", "prefork", "--concurrency", str(environment.number("WORKERS", 2)))
        alone = ("--without-gossip", "--without-mingle", "--loglevel", "INFO")
        return self._program("worker", "-m", "celery", "-q", "-A", "config", "worker", *pool, *alone)

    def _beat(self) -> Program:
        return self._program("beat", "-m", "celery", "-q", "-A", "config", "beat", "--loglevel", "WARNING")

    def _poller(self) -> Program:
        """Fetches for channels without a webhook; it waits idly where there is none."""
        return self._program("poller", "manage.py", "poll_channels")

    def _greet(self) -> None:
        lines = [f"Parley is running: {settings.BASE_URL}"]
        lines += self._step("Almost there", "demo_info").splitlines()
        lines += [f"Data and logs: {settings.DATA_DIR}", "Ctrl-C stops everything; the data stays."]
        self._console.say()
        for line in lines:
            self._console.say(f"  {line}")
        self._console.say()


def _reachable(host: str) -> str:
    """Where a server that listens on this host answers on this machine."""
    wildcard = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104  # looked up, not bound
    return wildcard.get(host, f"[{host}]" if ":" in host else host)


def _answers(address: str) -> bool:
    """Whether an HTTP server speaks there, whatever it says."""
    try:
        urllib.request.urlopen(address, timeout=2).close()  # noqa: S310  # our own address
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True
