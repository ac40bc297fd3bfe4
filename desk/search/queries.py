"""The palette: screens by their name, people, leads and conversations by the beginning of a word or a number."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from conversations.threads.queries import conversations
from core.access.models import User
from core.text import normalise
from crm.contacts.queries import contacts
from crm.orders.numbers import number_key
from crm.orders.queries import orders
from crm.pipeline.queries import leads
from desk.frame.menu import SCREENS, Screen
from desk.settings.menu import PAGES, SettingsPage

MOST = 6
BESIDE = (Screen("desk:orders", gettext_lazy("Orders"), "package"),)
"""Screens that are not in the rail; found by their name."""


@dataclass(frozen=True, slots=True)
class Hit:
    """`dialog`: what a click opens over the screen, in place of going to `url`."""

    url: str
    icon: str
    label: str | Promise
    more: str = ""
    dialog: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    label: str
    hits: list[Hit]


def palette(user: User, text: str) -> list[Section]:
    """What fits the text, in sections without empty ones; four statements, none for an empty text."""
    wanted = normalise(text)
    sections = [Section(_("Go to"), _screens(user, wanted)), Section(_("Add"), _additions(wanted))]
    if wanted:
        sections += [
            Section(_("Leads"), _leads(user, text)),
            Section(_("Contacts"), _contacts(user, text)),
            Section(_("Orders"), _orders(user, text)),
            Section(_("Conversations"), _conversations(user, text)),
        ]
    return [section for section in sections if section.hits]


def _screens(user: User, wanted: str) -> list[Hit]:
    """The screens; with a text also the pages of the settings, by the beginning of any word."""
    screens: list[tuple[Screen | SettingsPage, str]] = [
        (screen, "") for screen in (*SCREENS, *(BESIDE if wanted else ()))
    ]
    screens += [(page, str(page.group)) for page in PAGES if wanted]
    return [
        Hit(reverse(screen.url_name), screen.icon, screen.label, more)
        for screen, more in screens
        if screen.open_to(user) and f" {wanted}" in f" {normalise(str(screen.label))}"
    ]


def _additions(wanted: str) -> list[Hit]:
    """What can be made from everywhere, by the beginning of any word."""
    offered = [
        Hit(reverse("desk:pipeline"), "plus", _("New lead"), dialog=reverse("desk:lead_new")),
        Hit(reverse("desk:contacts"), "user-plus", _("New contact"), dialog=reverse("desk:contact_new")),
    ]
    return [each for each in offered if f" {wanted}" in f" {normalise(str(each.label))}"]


def _leads(user: User, text: str) -> list[Hit]:
    rows = leads().visible_to(user).matching(text.removeprefix("#")).select_related("contact", "stage")
    return [
        Hit(
            reverse("desk:lead", args=[row.public_id]),
            "target",
            row.title,
            f"{row.contact} · {row.stage.name}",
        )
        for row in rows.order_by("-id")[:MOST]
    ]


def _contacts(user: User, text: str) -> list[Hit]:
    rows = contacts().visible_to(user).named_like(text).order_by("-id")[:MOST]
    return [Hit(reverse("desk:contact", args=[row.public_id]), "user", str(row)) for row in rows]


def _orders(user: User, text: str) -> list[Hit]:
    """By the beginning of the number, where there is a figure in the text."""
    if not any(char.isdigit() for char in text) or not number_key(text):
        return []
    rows = orders().visible_to(user).numbered(text).newest_first().select_related("contact")[:MOST]
    return [
        Hit(
            reverse("desk:order", args=[row.public_id]),
            "package",
            row.number,
            f"{row.contact or ''} · {row.get_status_display()}".removeprefix(" · "),
        )
        for row in rows
    ]


def _conversations(user: User, text: str) -> list[Hit]:
    rows = conversations().visible_to(user).named_like(text).select_related("contact").order_by("-id")[:MOST]
    return [
        Hit(
            reverse("desk:conversation", args=[row.public_id]),
            "message",
            f"#{row.pk} {row.contact}",
            row.last_text,
        )
        for row in rows
    ]
