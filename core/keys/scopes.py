"""What a key may do. Every operation of the API names the one scope that it asks for (spec 14.1)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Scope(models.TextChoices):
    """The label says in plain words what somebody who holds the key can do."""

    CONTACTS_READ = "contacts:read", _("See contacts with their phones, emails and consent")
    CONTACTS_WRITE = "contacts:write", _("Add and change contacts, their phones, emails and consent")
    LEADS_READ = "leads:read", _("See leads, their answers and scores")
    LEADS_WRITE = "leads:write", _("Add, change, move and assign leads, with the contact of a new one")
    CONVERSATIONS_READ = "conversations:read", _("Read conversations, messages and notes")
    CONVERSATIONS_WRITE = "conversations:write", _("Assign, close and reopen conversations; leave notes")
    MESSAGES_SEND = "messages:send", _("Write to customers in the name of the company")
    BOOKINGS_READ = "bookings:read", _("See services, free times and bookings")
    BOOKINGS_WRITE = "bookings:write", _("Book, move and cancel meetings")
    EVENTS_READ = "events:read", _("Read everything that happens, as it happens")
    CATALOGUE_READ = "catalogue:read", _("See products, prices, taxes and exchange rates")
    CATALOGUE_WRITE = "catalogue:write", _("Add and change products, prices, taxes and exchange rates")
    ORDERS_READ = "orders:read", _("See orders with their items and what customers were told of them")
    ORDERS_WRITE = "orders:write", _("Add and change orders, with the contact of a new one")
    SETTINGS_READ = "settings:read", _("See people, teams, pipelines, criteria and scoring rules")
    SETTINGS_WRITE = (
        "settings:write",
        _("Change pipelines, stages, criteria, custom fields and scoring rules"),
    )
