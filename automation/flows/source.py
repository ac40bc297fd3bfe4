"""YAML to plain values, with the line and column of every value.

Only `true` and `false` are booleans, so that intents may be called yes and no. Anchors are refused: nothing
that a person writes by hand needs them, and they can blow a small text up without bound.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import yaml
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from automation.flows.errors import DocumentError, Problem

Path = tuple[str | int, ...]


class Mark(NamedTuple):
    """Where something stands in a text, both counted from 1."""

    line: int
    column: int

    @classmethod
    def of(cls, mark: Any) -> Mark:
        return cls(mark.line + 1, mark.column + 1)


MAX_CHARACTERS = 400_000
MAX_DEPTH = 20

_BOOL = "tag:yaml.org,2002:bool"
_TIMESTAMP = "tag:yaml.org,2002:timestamp"


class _Refused(yaml.MarkedYAMLError):
    def __init__(self, message: str, mark: Any) -> None:
        super().__init__(problem=message, problem_mark=mark)


class Loader(yaml.SafeLoader):
    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.depth = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        if isinstance(event, yaml.AliasEvent):
            raise _Refused(_("Anchors are not used here. Write the text out again."), event.start_mark)
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise _Refused(_("This is nested too deeply."), event.start_mark)
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node


Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag not in (_BOOL, _TIMESTAMP)]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
Loader.add_implicit_resolver(_BOOL, re.compile(r"^(?:true|false)$"), list("tf"))


def read(text: str) -> tuple[Any, dict[Path, Mark]]:
    """Return the value of a YAML text and the place of each path in it.

    Raises DocumentError with the line for broken YAML, anchors, keys given twice and too long or deep a text.
    """
    if len(text) > MAX_CHARACTERS:
        raise DocumentError([Problem("", _("longer than %(n)d characters") % {"n": MAX_CHARACTERS})])
    try:
        loader = Loader(text)
    except yaml.YAMLError as error:
        raise DocumentError([Problem("", str(error))]) from error
    try:
        node = loader.get_single_node()
        if node is None:
            raise DocumentError([Problem("", _("the document is empty"))])
        problems: list[Problem] = []
        lines: dict[Path, Mark] = {}
        _locate(node, (), lines, problems)
        if problems:
            raise DocumentError(problems)
        return loader.construct_document(node), lines
    except yaml.MarkedYAMLError as error:
        raise DocumentError([_broken(error)]) from error
    except yaml.YAMLError as error:
        raise DocumentError([Problem("", str(error))]) from error
    except ValueError as error:
        raise DocumentError([Problem("", str(error))]) from error
    finally:
        loader.dispose()


_ADVICE = (
    (
        "that cannot start any token",
        gettext_lazy("Indent with spaces, and put a text that begins with a sign in quotes."),
    ),
    (
        "mapping values are not allowed",
        gettext_lazy("Put a text with a colon in it in quotes, or check the indentation."),
    ),
    (
        "could not find expected ':'",
        gettext_lazy("A colon is missing after a key, or the line is indented too little."),
    ),
    ("unexpected end of stream", gettext_lazy("A quote or a bracket is opened and not closed.")),
    (
        "expected <block end>",
        gettext_lazy("This line is indented otherwise than its neighbours. Line them up."),
    ),
    ("expected the node content", gettext_lazy("A value is missing here, or a text needs quotes.")),
    ("expected ',' or", gettext_lazy("A comma or the closing bracket is missing, or a text needs quotes.")),
    (
        "unknown escape character",
        gettext_lazy("Double the backslash, or use single quotes, which take it as it is."),
    ),
    ("undefined alias", gettext_lazy("Anchors are not used here. Put a text that begins with * in quotes.")),
    (
        "could not determine a constructor",
        gettext_lazy("Tags are not used here. Put a text that begins with ! in quotes."),
    ),
)
"""What to do about what the YAML reader says."""


def _broken(error: yaml.MarkedYAMLError) -> Problem:
    mark = error.problem_mark or error.context_mark
    message = error.problem or error.context or _("not valid YAML")
    if mark is None:
        return Problem("", message)
    at = Mark.of(mark)
    advice = next((str(words) for part, words in _ADVICE if part in message), "")
    return Problem("", advice or message, line=at.line, column=at.column)


def _locate(node: yaml.Node, path: Path, lines: dict[Path, Mark], problems: list[Problem]) -> None:
    lines[path] = Mark.of(node.start_mark)
    if isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            _locate(item, (*path, index), lines, problems)
    elif isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            name = str(key.value)
            mark = Mark.of(key.start_mark)
            if name in seen:
                place = ".".join(str(part) for part in (*path, name))
                message = _("given twice; keep one of them")
                problems.append(Problem(place, message, line=mark.line, column=mark.column))
            seen.add(name)
            _locate(value, (*path, name), lines, problems)
            lines[(*path, name)] = mark
