"""The main navigation: a screen is listed once it exists, for whom it exists."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.access.models import Role, User


@dataclass(frozen=True, slots=True)
class Screen:
    """`url_name` opens it; paths under it count as being there. `roles` empty means everybody."""

    url_name: str
    label: str | Promise
    icon: str
    roles: tuple[Role, ...] = ()
    last: bool = False
    counts_waiting: bool = False

    def open_to(self, user: User) -> bool:
        return not self.roles or user.role in self.roles


SCREENS: tuple[Screen, ...] = (
    Screen("desk:inbox", _("Inbox"), "inbox", counts_waiting=True),
    Screen("desk:today", _("Today"), "checklist"),
    Screen("desk:pipeline", _("Pipeline"), "layout-kanban"),
    Screen("desk:calendar", _("Calendar"), "calendar"),
    Screen("desk:quotes", _("Quotes"), "file-invoice"),
    Screen("desk:payments", _("Payments"), "credit-card"),
    Screen("desk:contacts", _("Contacts"), "users"),
    Screen("desk:settings", _("Settings"), "settings", roles=(Role.MANAGER, Role.ADMIN), last=True),
)
ON_PHONE = 4
"""How many stand in the bottom bar of a phone; the others are under More (the fewest taps for what is used most)."""
_ALSO = {"desk:pipeline": ("/leads/",), "desk:quotes": ("/orders/",)}


@dataclass(frozen=True, slots=True)
class RailItem:
    url: str
    label: str | Promise
    icon: str
    current: bool
    last: bool
    counts_waiting: bool
    under_more: bool = False


def rail_items(user: User, path: str) -> list[RailItem]:
    found = [screen for screen in SCREENS if screen.open_to(user)]
    # A bar that holds all of them needs no More.
    first = len(found) if len(found) <= ON_PHONE + 1 else ON_PHONE
    return [_item(screen, path, under_more=place >= first) for place, screen in enumerate(found)]


def _item(screen: Screen, path: str, *, under_more: bool) -> RailItem:
    url = reverse(screen.url_name)
    current = path.startswith((url, *_ALSO.get(screen.url_name, ())))
    return RailItem(url, screen.label, screen.icon, current, screen.last, screen.counts_waiting, under_more)
