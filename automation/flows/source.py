"""YAML to plain values, with the line of every value.

Only `true` and `false` are booleans, so that intents may be called yes and no. Anchors are refused: nothing
that a person writes by hand needs them, and they can blow a small text up without bound.
"""

from __future__ import annotations

import re
from typing import Any

import yaml
from django.utils.translation import gettext as _

from automation.flows.errors import DocumentError, Problem

Path = tuple[str | int, ...]

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
            raise _Refused(_("anchors are not used here"), event.start_mark)
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise _Refused(_("nested too deeply"), event.start_mark)
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node


Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag not in (_BOOL, _TIMESTAMP)]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
Loader.add_implicit_resolver(_BOOL, re.compile(r"^(?:true|false)$"), list("tf"))


def read(text: str) -> tuple[Any, dict[Path, int]]:
    """Return the value of a YAML text and the line (from 1) of each path in it.

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
        lines: dict[Path, int] = {}
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


def _broken(error: yaml.MarkedYAMLError) -> Problem:
    mark = error.problem_mark or error.context_mark
    message = error.problem or error.context or _("not valid YAML")
    if mark is None:
        return Problem("", message)
    where = _("column %(column)d") % {"column": mark.column + 1}
    return Problem("", f"{message} ({where})", line=mark.line + 1)


def _locate(node: yaml.Node, path: Path, lines: dict[Path, int], problems: list[Problem]) -> None:
    lines[path] = node.start_mark.line + 1
    if isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            _locate(item, (*path, index), lines, problems)
    elif isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            name = str(key.value)
            line = key.start_mark.line + 1
            if name in seen:
                place = ".".join(str(part) for part in (*path, name))
                problems.append(Problem(place, _("given twice"), line=line))
            seen.add(name)
            _locate(value, (*path, name), lines, problems)
            lines[(*path, name)] = line
