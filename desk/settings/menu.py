"""The left list of the settings. A part of the settings registers its line when it exists."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise


@dataclass(frozen=True, slots=True)
class SettingsPage:
    """`place` orders the lines (tens, so that one fits in between); `group` is the heading above them."""

    url_name: str
    label: str | Promise
    icon: str
    place: int
    group: str | Promise = ""


_pages: dict[str, SettingsPage] = {}


def register(page: SettingsPage) -> None:
    """Raises ValueError for an address that is listed already."""
    if page.url_name in _pages:
        raise ValueError(f"The settings page {page.url_name!r} is registered already.")
    _pages[page.url_name] = page


@dataclass(frozen=True, slots=True)
class SettingsLine:
    url: str
    label: str | Promise
    icon: str
    group: str | Promise
    current: bool


def lines(path: str) -> list[SettingsLine]:
    """The list as it stands beside the page at `path`."""
    pages = sorted(_pages.values(), key=lambda page: (page.place, page.url_name))
    urls = {page: reverse(page.url_name) for page in pages}
    return [
        SettingsLine(urls[page], page.label, page.icon, page.group, path.startswith(urls[page]))
        for page in pages
    ]


def first_url() -> str | None:
    """Where "Settings" leads: the first page of the list."""
    if not _pages:
        return None
    return reverse(min(_pages.values(), key=lambda page: (page.place, page.url_name)).url_name)
