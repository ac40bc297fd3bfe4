"""What admins set: where the model is, what it may do, what it may cost."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from conversations.assistant.enums import Use
from conversations.assistant.errors import BadSettings, StaleSettings
from conversations.assistant.models import LEAST_SECONDS, LEAST_SURE, MOST_SECONDS, AssistantSettings
from conversations.assistant.operations import breaker
from conversations.assistant.queries import assistant
from core.events.actor import Actor
from core.events.operations import record
from core.outgoing.addresses import NotAllowed, check
from core.text import clean

REFUSALS = {
    "form": lambda: _("This is no address. Write it as https://api.example.com/v1."),
    "scheme": lambda: _("The address must begin with https://."),
    "login": lambda: _("Leave name and password out of the address: the key has a field of its own."),
    "private": lambda: _(
        "This address leads into a private network. Whoever runs Parley can name its host in OUTGOING_HOSTS."
    ),
}


@dataclass(frozen=True, slots=True)
class SettingsDraft:
    """All but the key, as an admin writes it."""

    active: bool
    endpoint: str
    model: str
    uses: tuple[str, ...] = ()
    answers_alone: bool = False
    voice: str = ""
    hide_names: bool = True
    min_confidence: int = 70
    timeout_seconds: int = 20
    monthly_tokens: int | None = None
    monthly_money: Decimal | None = None
    price_in: Decimal = Decimal(0)
    price_out: Decimal = Decimal(0)
    currency: str = "USD"


@transaction.atomic
def save_assistant(
    *, draft: SettingsDraft, actor: Actor, key: str | None = None, expected: int | None = None
) -> AssistantSettings:
    """Save; `key` None keeps the one that is there, "" takes it out. Raises BadSettings and StaleSettings.

    What is under way goes on; from the next call on the new settings hold. Another address is tried at once.
    """
    found = AssistantSettings.objects.select_for_update().first() or AssistantSettings()
    if expected is not None and expected != found.revision:
        sentence = _("Somebody else saved this meanwhile. Load the page again and make your change.")
        raise StaleSettings(sentence, who="", when=None)
    values = _cleaned(draft)
    if faults := _faults(values):
        raise BadSettings(faults)
    moved = values["endpoint"] != found.endpoint or key is not None
    changes = sorted(name for name, value in values.items() if getattr(found, name) != value)
    for name, value in values.items():
        setattr(found, name, value)
    if key is not None:
        found.credentials = {"key": key.strip()} if key.strip() else {}
        changes.append("key")
    if not changes:
        return found
    found.revision += 1
    found.save()
    if moved:
        breaker.close()
    assistant.forget()
    record(name="assistant.changed", subject=found, actor=actor, payload={"changes": changes})
    return found


def _cleaned(draft: SettingsDraft) -> dict[str, Any]:
    values = asdict(draft)
    for name in ("endpoint", "model", "voice", "currency"):
        values[name] = clean(values[name]).strip()
    values["endpoint"] = values["endpoint"].rstrip("/").removesuffix("/chat/completions")
    values["uses"] = [each for each in Use.values if each in draft.uses]
    values["currency"] = values["currency"].upper()
    return values


def _faults(values: dict[str, Any]) -> dict[str, str]:
    faults = {}
    if values["endpoint"]:
        try:
            check(values["endpoint"])
        except NotAllowed as refusal:
            faults["endpoint"] = REFUSALS[refusal.code]()
    if values["active"]:
        faults |= _needed(values, faults)
    if not LEAST_SECONDS <= values["timeout_seconds"] <= MOST_SECONDS:
        bounds = {"least": LEAST_SECONDS, "most": MOST_SECONDS}
        faults["timeout_seconds"] = _("Write seconds from %(least)s to %(most)s.") % bounds
    if not LEAST_SURE <= values["min_confidence"] <= 100:
        faults["min_confidence"] = _("Write percent from %(least)s to 100.") % {"least": LEAST_SURE}
    if not (len(values["currency"]) == 3 and values["currency"].isascii() and values["currency"].isalpha()):
        faults["currency"] = _("Write the three letters of a currency, like USD.")
    for name in ("monthly_tokens", "monthly_money", "price_in", "price_out"):
        if values[name] is not None and values[name] < 0:
            faults[name] = _("Write a number that is not below zero.")
    return faults


def _needed(values: dict[str, Any], known: dict[str, str]) -> dict[str, str]:
    """What must be there before it is switched on."""
    faults = {}
    if not values["endpoint"]:
        faults["endpoint"] = _("Write the address of the service first.")
    if not values["model"]:
        faults["model"] = _("Write the name of the model, as the service calls it.")
    if values["monthly_tokens"] is None and values["monthly_money"] is None:
        faults["monthly_tokens"] = _("Set a budget: how many tokens or how much money a month at most.")
    elif values["monthly_tokens"] is None and not (values["price_in"] or values["price_out"]):
        faults["price_in"] = _("Write the prices of the service: without them money cannot be counted.")
    if values["answers_alone"] and Use.DRAFT not in values["uses"]:
        faults["answers_alone"] = _("To answer by itself it must be allowed to draft replies.")
    return {name: said for name, said in faults.items() if name not in known}
