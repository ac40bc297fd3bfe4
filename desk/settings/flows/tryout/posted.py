"""A try-out between two answers: it lies in the page, signed, and nowhere else."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from django.core import signing
from django.http import QueryDict
from django.utils.translation import gettext as _

from automation.tryout.actions import Action, Script
from automation.tryout.errors import BadAction
from automation.tryout.queries import channels
from core import clock
from core.company.queries import company

SALT = "flow try-out"
SETTINGS = ("language", "channel", "timezone")
OWN = ("again", "undo", "reset")
"""What is done with the try-out itself."""


def sealed(script: Script) -> str:
    return signing.dumps(script.to_json(), salt=SALT, compress=True)


def fresh() -> Script:
    """From now on, in the language in which is written, as the web chat where there is one."""
    known = channels()
    channel = "webchat" if "webchat" in known else known[0]
    return Script(clock.now().replace(second=0, microsecond=0), channel=channel)


def opened(data: QueryDict) -> Script:
    """The try-out of the page with the settings that were chosen there, and a new beginning where it has another one.

    Raises BadAction.
    """
    known = channels()
    try:
        script = Script.from_json(signing.loads(data.get("script", ""), salt=SALT), channels=known)
    except signing.BadSignature:
        raise BadAction(_("This try-out cannot be read. Start it anew.")) from None
    for name in SETTINGS:
        given = data.get(name)
        if given is not None:
            script = script.with_setting(name, given, channels=known)
    if starts := data.get("starts"):
        script = script.starting(_moment(starts, script.timezone))
    return script


def changed(script: Script, data: QueryDict) -> Script:
    """With what was done now. Raises BadAction."""
    do = data.get("do", "")
    if do == "again":
        return script
    if do == "undo":
        return script.without_last()
    if do == "reset":
        return script.starting(clock.now().replace(second=0, microsecond=0)).without_actions()
    action = Action.of(
        do, text=data.get("text", ""), payload=data.get("payload", ""), minutes=data.get("minutes", "0")
    )
    return script.then(action)


def _moment(text: str, zone: str) -> datetime:
    """Of an input of day and time, by the customer's clock."""
    try:
        at = datetime.fromisoformat(text)
        return at.replace(tzinfo=ZoneInfo(zone or company().timezone)) if at.tzinfo is None else at
    except (ValueError, OverflowError):
        raise BadAction(_("Choose day and time of the beginning.")) from None
