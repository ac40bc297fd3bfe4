"""Reading the folder of a playbook: `playbook.yaml` and `flow.yaml`, with `sequences.yaml`, `criteria.yaml` and
`rules.yaml` where it has them. Every fault is told with its file, line and path.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path as FilePath
from typing import Any

from django.utils.translation import gettext as _

from automation.flows.checking import Checker
from automation.flows.document import loads
from automation.flows.errors import DocumentError, Problem
from automation.flows.script import FlowDocument, HandOffStep
from automation.flows.source import Path, read
from automation.flows.wording import LANGUAGES, Texts
from automation.playbooks.errors import BadPlaybook, UnknownPlaybook
from automation.playbooks.manifest import (
    COMPARISONS,
    KPIS,
    Needs,
    Playbook,
    ShippedCriterion,
    ShippedRule,
    ShippedSequence,
    Target,
)
from automation.sequences.errors import BadScript
from automation.sequences.script import of_days
from automation.sequences.script import read as read_sequence

DATA = FilePath(__file__).parent / "data"
KEYS = ("inbound", "qualify", "book", "quote", "support", "win_back")
"""The order in which they are shown: (a) to (f) of spec 5.6."""
CHANNELS = (
    *("webchat", "whatsapp", "instagram", "messenger", "telegram"),
    *("viber", "wechat", "x", "email", "api"),
)
MANIFEST_KEYS = (
    *(
        "playbook",
        "release",
        "title",
        "summary",
        "adds",
        "hand_offs",
        "kpi",
        "channels",
        "needs",
        "follow_ups",
    ),
)
CRITERION_KEYS = (*("key", "kind", "name", "question", "hint", "choices", "disqualifying", "must_have"),)
CRITERION_KINDS = ("choice", "number", "money", "duration", "date", "place", "text", "yes_no")
RULE_KEYS = ("id", "name", "group", "points", "condition", "amount")
_TARGET = re.compile(r"(<=|>=|<|>)\s*(\d+(?:\.\d+)?)")


@cache
def playbooks() -> dict[str, Playbook]:
    """All that come with this release, by key, in their order; read once in a process."""
    return {key: read_playbook(DATA / key) for key in KEYS if (DATA / key / "playbook.yaml").exists()}


def playbook(key: str) -> Playbook:
    """Raises UnknownPlaybook."""
    found = playbooks().get(key)
    if found is None:
        raise UnknownPlaybook(_("There is no playbook of this name."))
    return found


def read_playbook(folder: FilePath) -> Playbook:
    """Raises BadPlaybook with every fault of all its files."""
    files = _Files(folder)
    flow, document = files.flow()
    values = {
        "sequences": files.part("sequences.yaml", _sequences, ()),
        "criteria": files.part("criteria.yaml", _criteria, ()),
        "rules": files.part("rules.yaml", _rules, ()),
    }
    manifest = files.part("playbook.yaml", lambda check, data: _manifest(check, data, document), None)
    if document is not None and manifest is not None and manifest["key"] != document.key:
        files.fault("flow.yaml", "flow", _("the flow has the name of its playbook"))
    if files.problems:
        raise BadPlaybook(folder.name, files.problems)
    assert document is not None, "nothing was wrong"
    return Playbook(**manifest, **values, flow=flow, document=document)


class _Files:
    """The files of a folder while they are read, and what was wrong with them."""

    def __init__(self, folder: FilePath) -> None:
        self.folder = folder
        self.problems: list[Problem] = []

    def fault(self, name: str, path: str, message: str, at: Problem | None = None) -> None:
        self.problems.append(
            Problem(
                f"{name}: {path}", message, line=at.line if at else None, column=at.column if at else None
            )
        )

    def keep(self, name: str, problems: Any) -> None:
        for each in problems:
            self.fault(name, each.path, each.message, each if isinstance(each, Problem) else None)

    def text(self, name: str) -> str | None:
        path = self.folder / name
        return path.read_text(encoding="utf-8") if path.exists() else None

    def flow(self) -> tuple[dict[str, Any], FlowDocument | None]:
        text = self.text("flow.yaml")
        if text is None:
            self.fault("flow.yaml", "", _("the file is missing"))
            return {}, None
        try:
            document = loads(text)
        except DocumentError as error:
            self.keep("flow.yaml", error.problems)
            return {}, None
        return dict(read(text)[0]), document

    def part(self, name: str, reader: Callable[[Checker, Any], Any], nothing: Any) -> Any:
        text = self.text(name)
        if text is None:
            if nothing is None:
                self.fault(name, "", _("the file is missing"))
            return nothing
        try:
            value, lines = read(text)
        except DocumentError as error:
            self.keep(name, error.problems)
            return nothing
        check = Checker(lines)
        found = reader(check, value)
        self.keep(name, check.problems)
        return found


def _manifest(check: Checker, value: Any, document: FlowDocument | None) -> dict[str, Any]:
    data = check.mapping(value, (), allowed=MANIFEST_KEYS)
    adds = check.sequence(data.get("adds"), ("adds",))
    return {
        "key": check.one_of(data.get("playbook", ""), ("playbook",), options=KEYS, default=""),
        "release": check.number(data.get("release"), ("release",), default=1, lowest=1, highest=10_000),
        "title": _texts(check, data.get("title"), ("title",)),
        "summary": _texts(check, data.get("summary"), ("summary",)),
        "adds": tuple(_texts(check, each, ("adds", index)) for index, each in enumerate(adds)),
        "hand_offs": _hand_offs(check, data.get("hand_offs"), document),
        "target": _target(check, data.get("kpi")),
        "channels": _channels(check, data.get("channels")),
        "needs": _needs(check, data.get("needs")),
        "follow_ups": check.names(data.get("follow_ups"), ("follow_ups",)),
    }


def _texts(check: Checker, value: Any, path: Path) -> Texts:
    """A text in each of the four languages."""
    texts = check.texts(value, path)
    if missing := [each for each in LANGUAGES if not texts.get(each)]:
        check.fault(path, _("missing in: %(languages)s") % {"languages": ", ".join(missing)})
    return texts


def _hand_offs(check: Checker, value: Any, document: FlowDocument | None) -> dict[str, Texts]:
    """When a person takes over, in words. Each is a rule of the flow, or the reason of one of its handoffs."""
    data = check.mapping(value, ("hand_offs",))
    if not data:
        check.fault(("hand_offs",), _("say first when a person takes over"))
    for name in set(data) - reasons(document) if document else ():
        check.fault(("hand_offs", name), _("the flow hands over for no such reason"))
    return {name: _texts(check, each, ("hand_offs", name)) for name, each in data.items()}


def reasons(document: FlowDocument) -> set[str]:
    """What a flow hands over for: the intents of its rules and the reasons of its steps."""
    steps = {step.reason for step in document.steps.values() if isinstance(step, HandOffStep)}
    return {rule.intent for rule in document.hand_offs} | steps


def _target(check: Checker, value: Any) -> Target:
    data = check.mapping(value, ("kpi",), allowed=("key", "target"))
    key = check.one_of(data.get("key", ""), ("kpi", "key"), options=KPIS, default="")
    match = _TARGET.fullmatch(str(data.get("target", "")).strip())
    if match is None:
        names = ", ".join(COMPARISONS)
        check.fault(("kpi", "target"), _("expected one of %(names)s and a number") % {"names": names})
        return Target(key, "<", 0)
    return Target(key, match.group(1), float(match.group(2)))


def _channels(check: Checker, value: Any) -> tuple[str, ...]:
    items = check.sequence(value, ("channels",))
    for index, each in enumerate(items):
        check.one_of(each, ("channels", index), options=CHANNELS, default="")
    if not items:
        check.fault(("channels",), _("name the channels that it suits"))
    return tuple(str(each) for each in items)


def _needs(check: Checker, value: Any) -> Needs:
    flags = ("services", "products", "orders", "payments")
    data = check.mapping(value, ("needs",), allowed=(*flags, "criteria"))
    found = {name: check.flag(data.get(name), ("needs", name)) for name in flags}
    return Needs(**found, criteria=check.names(data.get("criteria"), ("needs", "criteria")))


def _sequences(check: Checker, value: Any) -> tuple[ShippedSequence, ...]:
    return tuple(
        _sequence(check, check.name(key, (key,)), check.mapping(item, (key,)))
        for key, item in check.mapping(value, ()).items()
    )


def _sequence(check: Checker, key: str, data: Mapping[str, Any]) -> ShippedSequence:
    name = _texts(check, data.get("name"), (key, "name"))
    try:
        script = read_sequence(of_days(data), channels=CHANNELS).plain()
    except BadScript as error:
        for each in error.problems:
            parts = (int(part) if part.isdigit() else part for part in each.path.split("."))
            check.fault((key, *parts), each.message)
        script = {}
    except (KeyError, TypeError, AttributeError):
        check.fault((key,), _("expected trigger, yes and steps with days and a text in each language"))
        script = {}
    return ShippedSequence(key, name, script)


def _criteria(check: Checker, value: Any) -> tuple[ShippedCriterion, ...]:
    data = check.mapping(value, (), allowed=("criteria",))
    items = enumerate(check.sequence(data.get("criteria"), ("criteria",)))
    return tuple(_criterion(check, item, ("criteria", index)) for index, item in items)


def _criterion(check: Checker, value: Any, path: Path) -> ShippedCriterion:
    data = check.mapping(value, path, allowed=CRITERION_KEYS)
    _texts(check, data.get("question"), (*path, "question"))
    _texts(check, data.get("hint"), (*path, "hint"))
    check.one_of(data.get("kind", ""), (*path, "kind"), options=CRITERION_KINDS, default="text")
    for index, choice in enumerate(check.sequence(data.get("choices"), (*path, "choices"))):
        place: Path = (*path, "choices", index)
        given = check.mapping(choice, place, allowed=("value", "label", "synonyms"))
        _texts(check, given.get("label"), (*place, "label"))
    name = _texts(check, data.pop("name", None), (*path, "name"))
    return ShippedCriterion(check.name(data.pop("key", None), (*path, "key")), name, data)


def _rules(check: Checker, value: Any) -> tuple[ShippedRule, ...]:
    data = check.mapping(value, (), allowed=("rules",))
    items = enumerate(check.sequence(data.get("rules"), ("rules",)))
    return tuple(_rule(check, item, ("rules", index)) for index, item in items)


def _rule(check: Checker, value: Any, path: Path) -> ShippedRule:
    data = check.mapping(value, path, allowed=RULE_KEYS)
    condition = data.get("condition")
    if not isinstance(condition, dict):
        check.fault((*path, "condition"), _("expected a condition"))
    amount = check.mapping(data.get("amount"), (*path, "amount"))
    for currency, figure in amount.items():
        place: Path = (*path, "amount", currency)
        check.number(figure, place, default=1, lowest=1, highest=1_000_000_000)
    return ShippedRule(
        id=check.name(data.get("id"), (*path, "id")),
        name=_texts(check, data.get("name"), (*path, "name")),
        group=check.one_of(data.get("group"), (*path, "group"), options=("fit", "engagement"), default="fit"),
        points=check.number(data.get("points"), (*path, "points"), default=1, lowest=-100, highest=100),
        condition=condition if isinstance(condition, dict) else {},
        amount=amount,
    )
