"""Reading untrusted plain values: each reader returns something usable and writes down what was wrong."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from automation.flows.errors import Problem
from automation.flows.source import Mark, Path
from automation.flows.wording import LANGUAGES, Texts

MAX_TEXT = 2000
NAME = re.compile(r"[a-z][a-z0-9_-]{0,59}")


class Checker:
    """Collects every problem of a document instead of stopping at the first."""

    def __init__(self, lines: Mapping[Path, Mark]) -> None:
        self.lines = lines
        self.problems: list[Problem] = []

    def fault(self, path: Path, message: str) -> None:
        places = (self.lines.get(path[:end]) for end in range(len(path), 0, -1))
        mark = next((each for each in places if each is not None), None)
        place = ".".join(str(part) for part in path)
        if mark is None:
            self.problems.append(Problem(place, message))
        else:
            self.problems.append(Problem(place, message, line=mark.line, column=mark.column))

    def expects(self, path: Path, schema: Mapping[str, Any]) -> None:
        """For the schema of the language: what is read here by no reader of this class."""

    def mapping(self, value: Any, path: Path, *, allowed: Sequence[str] = ()) -> dict[str, Any]:
        """Return a mapping with string keys; with `allowed`, any other key is a fault."""
        if value is None:
            return {}
        if not isinstance(value, dict):
            self.fault(path, _("expected keys and values"))
            return {}
        data = {str(key): item for key, item in value.items()}
        for key in data:
            if allowed and key not in allowed:
                message = _("unknown; known here: %(names)s") % {"names": ", ".join(allowed)}
                self.fault((*path, key), message)
        return data

    def sequence(self, value: Any, path: Path) -> list[Any]:
        if value is None:
            return []
        if not isinstance(value, list | tuple):
            self.fault(path, _("expected a list"))
            return []
        return list(value)

    def name(self, value: Any, path: Path) -> str:
        """Return an identifier: lower-case Latin letters, digits, - and _."""
        if isinstance(value, str) and NAME.fullmatch(value):
            return value
        self.fault(path, _("expected a name of small letters, digits, - and _"))
        return ""

    def names(self, value: Any, path: Path) -> tuple[str, ...]:
        items = self.sequence(value, path)
        return tuple(self.name(item, (*path, index)) for index, item in enumerate(items))

    def line_of_text(self, value: Any, path: Path, *, default: str = "") -> str:
        if value is None:
            return default
        if not isinstance(value, str) or not value.strip() or len(value) > MAX_TEXT:
            self.fault(path, _("expected a text of 1 to %(n)d characters") % {"n": MAX_TEXT})
            return default
        return value.strip()

    def number(self, value: Any, path: Path, *, default: int, lowest: int, highest: int) -> int:
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, int) or not lowest <= value <= highest:
            message = _("expected a whole number from %(low)d to %(high)d")
            self.fault(path, message % {"low": lowest, "high": highest})
            return default
        return value

    def flag(self, value: Any, path: Path) -> bool:
        if value is None or isinstance(value, bool):
            return bool(value)
        self.fault(path, _("expected true or false"))
        return False

    def one_of(self, value: Any, path: Path, *, options: Sequence[str], default: str) -> str:
        if value is None:
            return default
        if value in options and isinstance(value, str):
            return value
        self.fault(path, _("expected one of: %(names)s") % {"names": ", ".join(options)})
        return default

    def texts(self, value: Any, path: Path) -> Texts:
        """Return a text per language. A missing language is the linter's business, not a fault."""
        data = self.mapping(value, path, allowed=LANGUAGES)
        if not data:
            self.fault(path, _("expected a text per language"))
        return {lang: self.line_of_text(text, (*path, lang)) for lang, text in data.items()}
