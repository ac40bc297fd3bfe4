"""Where Chromium is, if anywhere."""

import os
import shutil
from pathlib import Path

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_MAC = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")


def find_chromium() -> str | None:
    """The path in CHROMIUM, else the first Chromium or Chrome on the PATH."""
    if given := os.environ.get("CHROMIUM"):
        return given
    found = next(filter(None, map(shutil.which, _NAMES)), None)
    return found or (str(_MAC) if _MAC.exists() else None)


def is_required() -> bool:
    """In CI, or where PARLEY_REQUIRE_BROWSER=1 says so, leaving browser tests out is a failure."""
    return bool(os.environ.get("CI")) or os.environ.get("PARLEY_REQUIRE_BROWSER") == "1"
