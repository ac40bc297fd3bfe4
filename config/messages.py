"""Translations without gettext's programs, which newcomers do not have: extract, compile, check completeness.

Use: python -m config.messages extract|compile|check
"""

import io
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract, extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

PROJECT = Path(__file__).resolve().parent.parent
LANGUAGES = ("ru", "hy", "az")
"""Those translated into; English is what stands in the sources."""

_SKIPPED = {"node_modules", "tests", "benchmarks", "migrations"}
_KEYWORDS: dict[str, Any] = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop")),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), ((1, "c"), 2)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), ((1, "c"), 2, 3)),
}
_COMMENT_TAGS = ("Translators",)


def collect(project: Path) -> Catalog:
    """Every translatable text of Python modules and templates below the project."""
    catalog = Catalog(project="Parley", charset="utf-8")
    for path in _sources(project):
        method: Any = extract_python if path.suffix == ".py" else _extract_template
        place = str(path.relative_to(project))
        with path.open("rb") as stream:
            for _, text, comments, context in extract(method, stream, _KEYWORDS, _COMMENT_TAGS):
                catalog.add(text, locations=[(place, 0)], auto_comments=comments, context=context)
    return catalog


def update(project: Path) -> list[Path]:
    """Bring all .po files up to what the sources say; translations of texts that are gone are dropped."""
    template = collect(project)
    written = []
    for language in LANGUAGES:
        path = catalog_path(project, language)
        catalog = read_catalog(path, language)
        catalog.update(template, no_fuzzy_matching=True, update_creation_date=False)
        catalog.obsolete.clear()
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as stream:
            write_po(stream, catalog, width=110, sort_output=True, include_lineno=False)
        written.append(path)
    return written


def compile_stale(project: Path) -> list[Path]:
    """Write the .mo of every .po that is newer; returns what was written."""
    written = []
    for source in sorted(project.glob("locale/*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        with source.open("rb") as stream:
            catalog = read_po(stream, locale=source.parent.parent.name)
        with target.open("wb") as stream:
            write_mo(stream, catalog)
        written.append(target)
    return written


def problems(project: Path) -> list[str]:
    """One line for each text that a language lacks, or whose translation drops or invents a placeholder."""
    template = collect(project)
    found = []
    for language in LANGUAGES:
        catalog = read_catalog(catalog_path(project, language), language)
        for wanted in template:
            if wanted.id:
                translated = catalog.get(_key(wanted), wanted.context)
                found += [
                    f"{language}: {reason}: {_key(wanted)!r}" for reason in _faults(translated, catalog)
                ]
    return found


def catalog_path(project: Path, language: str) -> Path:
    return project / "locale" / language / "LC_MESSAGES" / "django.po"


def read_catalog(path: Path, language: str) -> Catalog:
    if not path.exists():
        return Catalog(locale=language, project="Parley", charset="utf-8")
    with path.open("rb") as stream:
        return read_po(stream, locale=language)


def _faults(message: Message | None, catalog: Catalog) -> list[str]:
    if message is None:
        return ["missing"]
    texts = message.string if isinstance(message.string, list | tuple) else (message.string,)
    if not all(texts):
        return ["not translated"]
    if message.fuzzy:
        return ["to be checked (fuzzy)"]
    return [str(error) for error in message.check(catalog)]


def _key(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def _sources(project: Path) -> Iterator[Path]:
    for suffix in ("*.py", "*.html", "*.txt"):
        for path in sorted(project.rglob(suffix)):
            parts = path.relative_to(project).parts
            hidden = any(part.startswith(".") or part in _SKIPPED for part in parts)
            if not hidden and (suffix == "*.py" or "templates" in parts):
                yield path


def _extract_template(stream: IO[bytes], keywords: Any, comment_tags: Any, options: Any) -> Iterator[Any]:
    """Django makes a template look like Python; without its indentation that is Python enough for Babel."""
    source = templatize(stream.read().decode(), origin=getattr(stream, "name", ""))
    lines = (line.lstrip() for line in source.splitlines())
    yield from extract_python(io.BytesIO("\n".join(lines).encode()), keywords, comment_tags, options)


def main(arguments: list[str]) -> int:
    match arguments:
        case ["extract"]:
            update(PROJECT)
        case ["compile"]:
            compile_stale(PROJECT)
        case ["check"]:
            found = problems(PROJECT)
            print("\n".join(found) if found else "All texts are translated.")
            return 1 if found else 0
        case _:
            print(__doc__)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
