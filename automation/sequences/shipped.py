"""The sequences that come with Parley, as they are written down."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

READY = Path(__file__).parent / "data" / "ready.yaml"


def ready() -> dict[str, Any]:
    """By key; `automation.sequences.script.of_days` makes a script of each."""
    found: dict[str, Any] = yaml.safe_load(READY.read_text(encoding="utf-8"))
    return found
