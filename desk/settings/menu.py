"""The parts of the settings: as cards on their first page, as a list beside each of them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.access.models import Role, User


@dataclass(frozen=True, slots=True)
class SettingsPage:
    """`about` says in a sentence what the page is for. Managers read what is not for admins only."""

    url_name: str
    label: str | Promise
    icon: str
    group: str | Promise
    about: str | Promise
    admins_only: bool = False

    def open_to(self, user: User) -> bool:
        return user.role == Role.ADMIN or (user.role == Role.MANAGER and not self.admins_only)


_COMPANY, _SALES, _MEET, _TALK = _("Company"), _("Sales"), _("Bookings"), _("Conversations")
PAGES: tuple[SettingsPage, ...] = (
    SettingsPage(
        "desk:settings_company",
        _("Company"),
        "building",
        _COMPANY,
        _("Name, colour, currency, time zone: what customers see and every screen counts with."),
        admins_only=True,
    ),
    SettingsPage(
        "desk:settings_hours",
        _("Business hours"),
        "clock-hour-9",
        _COMPANY,
        _("When somebody is there: the week, public holidays and single days that differ."),
        admins_only=True,
    ),
    SettingsPage(
        "desk:settings_team",
        _("Team"),
        "users-group",
        _COMPANY,
        _("Who works here, in which team, with which rights and shifts. Invite people here."),
    ),
    SettingsPage(
        "desk:settings_keys",
        _("API keys"),
        "key",
        _COMPANY,
        _("Which programs may work with Parley, what each may do, and when it was last here."),
        admins_only=True,
    ),
    SettingsPage(
        "desk:settings_history",
        _("History"),
        "history",
        _COMPANY,
        _("Who changed what and when, from and to. Nothing is ever taken out of it."),
    ),
    SettingsPage(
        "desk:settings_pipelines",
        _("Pipelines"),
        "layout-kanban",
        _SALES,
        _("The stages that a lead passes on its way to a yes or a no, and why leads are lost."),
    ),
    SettingsPage(
        "desk:settings_criteria",
        _("Criteria"),
        "list-check",
        _SALES,
        _("What you want to know about every lead, and how the chat asks for it in each language."),
    ),
    SettingsPage(
        "desk:settings_fields",
        _("Fields"),
        "forms",
        _SALES,
        _("What you keep of leads and contacts beside names, phones and money, in fields of your own."),
    ),
    SettingsPage(
        "desk:settings_catalogue",
        _("Catalogue"),
        "package",
        _SALES,
        _(
            "What you sell, how its price follows from the answers, taxes and rates. Try each price as you write it."
        ),
    ),
    SettingsPage(
        "desk:settings_scoring",
        _("Scoring"),
        "medal",
        _SALES,
        _("Points for what is known about a lead, and from how many of them it is qualified."),
    ),
    SettingsPage(
        "desk:settings_chances",
        _("Win chance"),
        "chart-dots",
        _SALES,
        _("How likely each open lead is won, learned from your closed ones, and how well that comes true."),
    ),
    SettingsPage(
        "desk:settings_quotes",
        _("Quotes"),
        "file-invoice",
        _SALES,
        _("How long quotes hold, how they are rounded, who may give which discount, what stands on each."),
        admins_only=True,
    ),
    SettingsPage(
        "desk:settings_quote_templates",
        _("Quote templates"),
        "template",
        _SALES,
        _("Quotes that are half written already: lines, introduction and terms to begin a new one with."),
    ),
    SettingsPage(
        "desk:settings_payments",
        _("Payments"),
        "credit-card",
        _SALES,
        _("Where customers pay, what a payment sets off, and how its program tells you that it came."),
        admins_only=True,
    ),
    SettingsPage(
        "desk:settings_services",
        _("Services"),
        "calendar-plus",
        _MEET,
        _("What customers can book, how long it takes, and the link to the public page."),
    ),
    SettingsPage(
        "desk:settings_resources",
        _("People and rooms"),
        "calendar-user",
        _MEET,
        _("Who or what can be booked, with hours, days off and the free time that remains."),
    ),
    SettingsPage(
        "desk:settings_channels",
        _("Channels"),
        "plug-connected",
        _TALK,
        _("Where customers write to you, whether it works, and the code for your site."),
    ),
    SettingsPage(
        "desk:settings_playbooks",
        _("Playbooks"),
        "books",
        _TALK,
        _("Ready ways to work, each with its flow, follow-ups, points and target, to install and switch on."),
    ),
    SettingsPage(
        "desk:settings_goals",
        _("Goals"),
        "target-arrow",
        _TALK,
        _("What customers want and how they say it, what answers it, and where something is missing."),
    ),
    SettingsPage(
        "desk:settings_flows",
        _("Flows"),
        "message-2-cog",
        _TALK,
        _("What the chat says and asks by itself, step by step, in four languages; try it, then publish it."),
    ),
    SettingsPage(
        "desk:settings_assistant",
        _("Assistant"),
        "sparkles",
        _TALK,
        _("A language model that drafts, summarises and reads what nothing else understood. Off by default."),
        admins_only=True,
    ),
    SettingsPage(
        "desk:settings_articles",
        _("Articles"),
        "book-2",
        _TALK,
        _("Answers to what customers ask again and again, whether they help, and what is asked in vain."),
    ),
    SettingsPage(
        "desk:settings_followups",
        _("Follow-ups"),
        "bell-ringing",
        _TALK,
        _("What is said to customers who fall silent, when, to whom, and what it brings."),
    ),
)


@dataclass(frozen=True, slots=True)
class SettingsLine:
    url: str
    label: str | Promise
    icon: str
    group: str | Promise
    about: str | Promise
    current: bool


def lines(user: User, path: str) -> list[SettingsLine]:
    """The list as it stands beside the page at `path`."""
    open_pages = [(page, reverse(page.url_name)) for page in PAGES if page.open_to(user)]
    return [
        SettingsLine(url, page.label, page.icon, page.group, page.about, path.startswith(url))
        for page, url in open_pages
    ]


def groups(user: User) -> list[tuple[str, list[SettingsLine]]]:
    """The cards of the first page under their headings."""
    return [(str(name), list(found)) for name, found in groupby(lines(user, ""), key=lambda line: line.group)]
