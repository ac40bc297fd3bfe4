"""Whether the collected static files are older than what they were collected from."""

import hashlib
import os
from pathlib import Path

STAMP = "collected.sha256"
"""In the data folder: what the sources looked like at the last collection."""


def fingerprint(folders: list[Path], files: list[Path]) -> str:
    """Changes when any file below the folders, or any of the files, changes its path, size or time."""
    found = [Path(root, name) for folder in folders for root, _, names in os.walk(folder) for name in names]
    lines = [
        f"{path}:{(info := path.stat()).st_size}:{info.st_mtime_ns}"
        for path in sorted([*found, *files])
        if path.exists()
    ]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _look(path: Path) -> str:
    info = path.stat()
    return f"{path}:{info.st_size}:{info.st_mtime_ns}"


def is_current(data: Path, collected: Path, now: str) -> bool:
    stamp = data / STAMP
    return stamp.exists() and stamp.read_text() == now and collected.is_dir()


def remember(data: Path, now: str) -> None:
    (data / STAMP).write_text(now)
