from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml


@lru_cache(maxsize=1)
def site_texts() -> dict[str, dict[str, Any]]:
    """The words of the demo site by language."""
    content: dict[str, dict[str, Any]] = yaml.safe_load(
        (Path(__file__).parent / "site.yaml").read_text("utf-8")
    )
    return content
