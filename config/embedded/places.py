"""Where a server's data and binaries lie, who may reach them, and which port it listens on."""

import contextlib
import os
import pwd
import secrets
import shutil
import stat
from collections.abc import Callable
from pathlib import Path

from config.processes import Account, HelpfulError, port_is_free

SHARED_ROOT = Path("/var/lib/parley")
"""Where root keeps what an unprivileged child must reach when the project lies in a closed home."""

_PORTS = range(15_000, 30_000)
"""Below the ports that systems hand out for outgoing connections."""


def unprivileged_account() -> Account | None:
    """Whom PostgreSQL, which refuses root, runs as: nobody when we are root, otherwise ourselves (None)."""
    if os.geteuid() != 0:
        return None
    for name in ("nobody", "daemon"):
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            return Account(entry.pw_uid, entry.pw_gid)
    raise HelpfulError(
        "PostgreSQL does not run as root and there is no user 'nobody' here. Run as another user."
    )


def reachable(path: Path, account: Account | None) -> bool:
    """Whether the account may enter every folder above `path`, and list `path` if it is there."""
    if account is None:
        return True
    folders = [folder for folder in (path, *path.parents) if folder.exists()]
    return all(_may_enter(folder, account) for folder in folders)


def _may_enter(folder: Path, account: Account) -> bool:
    info = folder.stat()
    if info.st_uid == account.uid:
        return bool(info.st_mode & stat.S_IXUSR)
    return bool(info.st_mode & (stat.S_IXGRP if info.st_gid == account.gid else stat.S_IXOTH))


def make_passable(folder: Path) -> None:
    """Make the folder so that others may pass through it by name but not list it."""
    folder.mkdir(parents=True, exist_ok=True)
    if folder.stat().st_uid == os.geteuid() and stat.S_IMODE(folder.stat().st_mode) & 0o711 != 0o711:
        folder.chmod(stat.S_IMODE(folder.stat().st_mode) | 0o711)


def home_for(folder: Path, account: Account | None) -> Path:
    """The folder itself, or its stand-in under SHARED_ROOT when the account cannot get there.

    The choice is written down beside the data, so that moving the project keeps the data.
    """
    note = folder / "location"
    with contextlib.suppress(FileNotFoundError):
        return Path(note.read_text().strip())
    make_passable(folder)
    if reachable(folder, account):
        return folder
    # A name by chance: one made from the path would meet the data of an earlier checkout at the same place.
    home = SHARED_ROOT / secrets.token_hex(8)
    make_passable(SHARED_ROOT)
    make_passable(home)
    note.write_text(f"{home}\n")
    return home


def reachable_copy(package: Path, home: Path, version: str, account: Account | None) -> Path:
    """The package's folder, or a copy of it (links where the disk allows) that the account can reach.

    A folder `<package>.libs` beside it comes along, since binaries find their libraries by relative path.
    """
    if reachable(package, account):
        return package
    target = home / "binaries" / version
    if not target.exists():
        draft = target.with_name(f"{version}.{os.getpid()}")
        for source in (package, package.with_name(f"{package.name}.libs")):
            if source.exists():
                shutil.copytree(source, draft / source.name, copy_function=_link_or_copy, symlinks=True)
        for folder in (target.parent, *[Path(root) for root, _, _ in os.walk(draft)]):
            folder.chmod(0o755)
        draft.rename(target)
    return target / package.name


def _link_or_copy(source: str, target: str) -> None:
    readable = os.stat(source).st_mode & stat.S_IROTH
    if readable:
        with contextlib.suppress(OSError):
            os.link(source, target)
            return
    shutil.copy2(source, target)
    os.chmod(target, os.stat(target).st_mode | 0o555)  # noqa: S103  # a program, for the account to run


def remembered(path: Path, make: Callable[[], str]) -> str:
    """What stands in the file; at first what `make` says, then kept, readable by the owner only."""
    with contextlib.suppress(FileNotFoundError):
        if kept := path.read_text().strip():
            return kept
    value = make()
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as stream:
        stream.write(value)
    return value


def choose_port(path: Path) -> int:
    """The port kept in `path` if it is free, otherwise a new free one, kept from now on."""
    with contextlib.suppress(FileNotFoundError, ValueError):
        kept = int(path.read_text())
        if port_is_free(kept):
            return kept
    for _ in range(200):
        port = secrets.choice(_PORTS)
        if port_is_free(port):
            path.write_text(str(port))
            return port
    raise HelpfulError("No free port was found on 127.0.0.1 for the embedded servers.")
