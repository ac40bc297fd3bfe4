import os
from pathlib import Path

from django.contrib.staticfiles import finders

from config import assets
from config.vendor import FILES


def test_a_changed_file_makes_the_collection_stale(tmp_path: Path) -> None:
    sources, data, collected = tmp_path / "sources", tmp_path, tmp_path / "static"
    sources.mkdir()
    collected.mkdir()
    style = sources / "site.css"
    style.write_text("a {}")
    assets.remember(data, assets.fingerprint([sources], []))

    assert assets.is_current(data, collected, assets.fingerprint([sources], [tmp_path / "not there"])) is True

    os.utime(style, ns=(1, 1))
    assert assets.is_current(data, collected, assets.fingerprint([sources], [])) is False


def test_vendored_files_are_found_by_their_static_path() -> None:
    missing = [path for path in FILES if finders.find(path) is None]

    assert missing == []
    assert finders.find("vendor/tabler/css/nothing.css") is None
