import gettext
from pathlib import Path

import pytest

from config import messages

PAGE = """
<h1>{% translate "Inbox" %}</h1>
  {# Translators: a count #}
{% blocktranslate count n=total %}{{ n }} lead{% plural %}{{ n }} leads{% endblocktranslate %}
"""
MODULE = """
from django.utils.translation import gettext as _, pgettext

title = _("Board")
month = pgettext("month", "May")
hello = _("Hello %(name)s")
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "page.html").write_text(PAGE)
    (tmp_path / "module.py").write_text(MODULE)
    (tmp_path / "node_modules").mkdir()
    (tmp_path / "node_modules" / "other.py").write_text('_("not ours")')
    return tmp_path


def translate(project: Path, language: str, old: str, new: str) -> None:
    path = messages.catalog_path(project, language)
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_texts_are_collected_from_modules_and_templates(project: Path) -> None:
    found = {(message.context, message.id) for message in messages.collect(project) if message.id}

    assert found == {
        (None, "Inbox"),
        (None, ("%(n)s lead", "%(n)s leads")),
        (None, "Board"),
        ("month", "May"),
        (None, "Hello %(name)s"),
    }


def test_what_is_not_translated_is_named_for_each_language(project: Path) -> None:
    messages.update(project)

    assert sorted(messages.problems(project)) == sorted(
        f"{language}: not translated: {text!r}"
        for language in ("ru", "hy", "az")
        for text in ("Inbox", "%(n)s lead", "Board", "May", "Hello %(name)s")
    )


def test_a_text_that_was_never_collected_is_missing(project: Path) -> None:
    messages.update(project)
    (project / "new.py").write_text('_("Fresh")')

    assert "az: missing: 'Fresh'" in messages.problems(project)


def test_a_translation_may_not_drop_a_placeholder(project: Path) -> None:
    messages.update(project)
    translate(
        project, "ru", 'msgid "Hello %(name)s"\nmsgstr ""', 'msgid "Hello %(name)s"\nmsgstr "Привет %(imya)s"'
    )

    faults = [line for line in messages.problems(project) if line.startswith("ru:") and "Hello" in line]

    assert len(faults) == 1
    assert "not translated" not in faults[0]


def test_collecting_again_keeps_translations_and_drops_what_is_gone(project: Path) -> None:
    messages.update(project)
    translate(project, "ru", 'msgid "Board"\nmsgstr ""', 'msgid "Board"\nmsgstr "Доска"')
    (project / "templates" / "page.html").write_text('{% translate "Inbox" %}')

    messages.update(project)

    catalog = messages.read_catalog(messages.catalog_path(project, "ru"), "ru")
    assert catalog["Board"].string == "Доска"
    assert "%(n)s lead" not in catalog
    before = messages.catalog_path(project, "ru").read_bytes()
    messages.update(project)
    assert messages.catalog_path(project, "ru").read_bytes() == before


def test_compiled_catalogues_are_read_by_gettext(project: Path) -> None:
    messages.update(project)
    translate(project, "hy", 'msgid "Inbox"\nmsgstr ""', 'msgid "Inbox"\nmsgstr "Մուտք"')

    written = messages.compile_stale(project)

    assert [path.parent.parent.name for path in written] == ["az", "hy", "ru"]
    with (project / "locale/hy/LC_MESSAGES/django.mo").open("rb") as stream:
        assert gettext.GNUTranslations(stream).gettext("Inbox") == "Մուտք"
    assert messages.compile_stale(project) == []
