"""A fresh offer in place of one that is over, with one click where nothing has changed (spec 8.3)."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from automation.quotes.renewal import changed_products
from conversations.quotes.operations import send_quote
from conversations.threads.models import Conversation
from core.errors import Conflict
from core.events.actor import Actor
from crm.quotes.enums import QuoteState
from crm.quotes.models import QuoteVersion
from crm.quotes.operations import renew
from crm.quotes.queries import versions


class NotTheSame(Conflict):
    """The same offer cannot simply be made again: somebody has to look at it first."""


def renew_and_send(
    *, quote_id: int, actor: Actor, now: datetime, conversation: Conversation | None
) -> QuoteVersion:
    """The same words and prices with a fresh last day, sent at once; without a conversation its link is the caller's.

    Raises NotTheSame where a price has changed since, or a draft is being written; AlreadyDecided; what sending raises.
    """
    newest = versions().filter(quote=quote_id).order_by("-version").first()
    if newest is None:
        raise QuoteVersion.DoesNotExist(f"There is no quote {quote_id}.")
    if newest.state == QuoteState.DRAFT:
        raise NotTheSame(_("The next version is being written already. Look at it, then send it."))
    if names := changed_products(newest, now=now):
        sentence = _(
            "Since the offer was made this has changed: %(products)s. Choose “Renew”, look at the prices, then send it."
        )
        raise NotTheSame(sentence % {"products": ", ".join(names)})
    draft = renew(quote_id=quote_id, actor=actor, now=now)
    send_quote(version_id=draft.pk, actor=actor, now=now, conversation=conversation)
    draft.refresh_from_db()
    return draft
