"""The few files of npm packages that pages use, found under `vendor/`; whole packages would be a waste."""

from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path, PurePosixPath
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.checks import CheckMessage
from django.core.files.storage import FileSystemStorage

FILES = {
    "vendor/tabler/css/tabler.min.css": "@tabler/core/dist/css/tabler.min.css",
    "vendor/tabler/css/tabler.min.css.map": "@tabler/core/dist/css/tabler.min.css.map",
    "vendor/tabler/js/tabler.min.js": "@tabler/core/dist/js/tabler.min.js",
    "vendor/tabler/js/tabler.min.js.map": "@tabler/core/dist/js/tabler.min.js.map",
    "vendor/tabler-icons/tabler-icons.min.css": "@tabler/icons-webfont/dist/tabler-icons.min.css",
    "vendor/tabler-icons/fonts/tabler-icons.woff2": "@tabler/icons-webfont/dist/fonts/tabler-icons.woff2",
    "vendor/tabler-icons/fonts/tabler-icons.woff": "@tabler/icons-webfont/dist/fonts/tabler-icons.woff",
    "vendor/tabler-icons/fonts/tabler-icons.ttf": "@tabler/icons-webfont/dist/fonts/tabler-icons.ttf",
    "vendor/sortable/Sortable.min.js": "sortablejs/Sortable.min.js",
    "vendor/event-calendar/event-calendar.min.css": "@event-calendar/build/dist/event-calendar.min.css",
    "vendor/event-calendar/event-calendar.min.js": "@event-calendar/build/dist/event-calendar.min.js",
    "vendor/event-calendar/event-calendar.min.js.map": "@event-calendar/build/dist/event-calendar.min.js.map",
}
"""Static path to path under node_modules. Source maps are here since the manifest storage follows them."""
SWAGGER = "drf_spectacular_sidecar/static/drf_spectacular_sidecar/swagger-ui-dist"
FILES |= {
    f"vendor/swagger-ui/{name}": f"{SWAGGER}/{name}"
    for name in ("swagger-ui.css", "swagger-ui.css.map", "swagger-ui-bundle.js", "swagger-ui-bundle.js.map")
}
"""The page of the API comes with a Python package."""


class VendorFinder(BaseFinder):
    def check(self, **kwargs: Any) -> list[CheckMessage]:
        return []

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        source = FILES.get(str(PurePosixPath(path)))
        if source is None or not _place(source).is_file():
            return []  # what Django's own finders say for "not here", in both cases
        file = str(_place(source))
        return [file] if find_all else file

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, FileSystemStorage]]:
        for target, source in FILES.items():
            file = _place(source)
            if file.is_file():
                storage = FileSystemStorage(location=str(file.parent))
                storage.prefix = str(PurePosixPath(target).parent)  # type: ignore[attr-defined]  # read by collectstatic
                yield file.name, storage


def _place(source: str) -> Path:
    if source.startswith(SWAGGER):
        package = find_spec(SWAGGER.partition("/")[0])
        return Path(str(package and package.origin)).parent.parent / source
    return Path(settings.BASE_DIR) / "node_modules" / source
