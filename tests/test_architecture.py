"""The house rules that a machine can hold: rooms and layers, sizes, names, and what never stands in the code."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from statistics import quantiles

import pytest

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("core", "crm", "conversations", "bookings", "automation", "desk", "config")
LAYERS = {
    "views": 5,
    "api": 5,
    "tasks": 5,
    "receivers": 5,
    "urls": 6,
    "apps": 7,
    "forms": 4,
    "operations": 3,
    "queries": 2,
    "models": 1,
}
PURE = (
    "core/text",
    "core/ids.py",
    "core/calendars/clock.py",
    "crm/scoring/scoring.py",
    "crm/chances/bayes.py",
    "crm/chances/binning.py",
    "crm/pipeline/steps.py",
    "crm/catalogue/pictures.py",
    "crm/catalogue/prices.py",
    "crm/pricing.py",
    "conversations/channels/contracts.py",
    "conversations/sending/policy.py",
    "conversations/sending/quiet.py",
    "conversations/understanding",
    "bookings/slots.py",
    "automation/advice/advice.py",
    "automation/flows/engine",
    "automation/flows/document",
    "automation/flows/offer.py",
    "automation/flows/phrases.py",
    "automation/payments/values.py",
    "crm/payments/address.py",
    "crm/payments/amounts.py",
    "crm/payments/moves.py",
    *(f"automation/meetings/{name}.py" for name in ("values", "choosing", "talk", "wording")),
    *(
        f"automation/sequences/{name}.py"
        for name in ("planning", "choosing", "stopping", "answers", "wording", "script")
    ),
)
IMPURE_IMPORTS = re.compile(
    r"^(django\.db|django\.utils\.timezone|django\.core\.cache|httpx|socket|redis)\b|\.(models|queries|operations)$"
)


def python_files(*folders: str) -> Iterator[Path]:
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), str(path))


def imports(path: Path) -> Iterator[str]:
    """Dotted names that a module imports at run time, `from a.b import c` as `a.b` and `a.b.c`."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def functions(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{path.relative_to(ROOT)}:{node.lineno} {node.name}", node.end_lineno - node.lineno + 1  # type: ignore[operator]


def lines(path: Path) -> int:
    return path.read_text().count("\n")


def p90(numbers: list[int]) -> float:
    return quantiles(numbers, n=10)[-1]


def layer(dotted: str) -> int | None:
    """Layer of a module by its own name or by the package that took the name over when it grew."""
    return next((LAYERS[part] for part in reversed(dotted.split(".")[1:]) if part in LAYERS), None)


def dotted_name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def test_a_room_imports_only_its_own_lower_layers() -> None:
    faults = []
    for path in python_files(*ROOMS):
        own = dotted_name(path)
        own_layer = layer(own)
        if own_layer is None:
            continue
        for name in imports(path):
            other = layer(name)
            if name.split(".")[0] == own.split(".")[0] and other is not None and other > own_layer:
                faults.append(f"{own} imports {name}")
    assert faults == []


def test_pure_modules_touch_no_database_no_clock_and_no_network() -> None:
    faults = [
        f"{path.relative_to(ROOT)} imports {name}"
        for place in PURE
        for path in (
            [ROOT / place] if place.endswith(".py") else [*python_files(place), *ROOT.glob(f"{place}.py")]
        )
        if "management" not in path.parts and path.exists()
        for name in imports(path)
        if IMPURE_IMPORTS.search(name)
    ]
    assert faults == []


def test_modules_stay_small() -> None:
    sizes = {path: lines(path) for path in python_files(*ROOMS)}
    assert {str(path.relative_to(ROOT)): size for path, size in sizes.items() if size > 450} == {}
    assert p90([size for size in sizes.values() if size > 1]) <= 300


def test_functions_stay_small() -> None:
    sizes = dict(item for path in python_files(*ROOMS) for item in functions(path))
    assert {name: size for name, size in sizes.items() if size > 80} == {}
    assert p90(list(sizes.values())) <= 30


def test_test_modules_and_templates_stay_small() -> None:
    too_long = [str(path.relative_to(ROOT)) for path in python_files("tests") if lines(path) > 500]
    too_long += [
        str(path.relative_to(ROOT)) for path in (ROOT / "templates").rglob("*.html") if lines(path) > 200
    ]
    assert too_long == []


def test_migrations_have_names() -> None:
    nameless = [
        str(path.relative_to(ROOT))
        for path in ROOT.glob("*/migrations/[0-9]*.py")
        if "_auto_" in path.name or not re.match(r"\d{4}_[a-z][a-z0-9_]+\.py$", path.name)
    ]
    assert nameless == []


@pytest.mark.parametrize(
    ("what", "pattern", "allowed"),
    [
        ("work enqueued past core.nudge", r"\.(delay|apply_async|send_task)\(", {"core/nudge.py"}),
        ("model signals for business", r"\b(pre|post)_(save|delete|init)\b|\bm2m_changed\b", set()),
        ("a broad except", r"^\s*except( Exception| BaseException)?\s*:", set()),
        ("text made safe by hand", r"\bmark_safe\b|SafeString\(", set()),
    ],
)
def test_what_never_stands_in_the_code(what: str, pattern: str, allowed: set[str]) -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in python_files(*ROOMS)
        if str(path.relative_to(ROOT)) not in allowed
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if re.search(pattern, line)
    ]
    assert found == [], what


def test_templates_carry_no_inline_script_style_or_handler() -> None:
    inline = re.compile(
        r"<script(?![^>]*\bsrc=)(?![^>]*type=\"application/json\")[^>]*>|<style\b|\sstyle=|\son[a-z]+=\"|\|safe\b"
    )
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in (ROOT / "templates").rglob("*.html")
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if inline.search(line)
    ]
    assert found == []
