"""The chats of somebody who leaves (spec 15.2)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from conversations.threads.models import Conversation, Handler
from conversations.threads.queries import conversations
from conversations.threads.saving import change, save
from core.access.leaving import Handed, Leaving
from core.events.actor import Actor
from core.events.operations import EventDraft, record_all


def hand_over_chats(leaving: Leaving) -> Handed:
    """Give open conversations to whoever takes over; in a team they wait for whoever is free."""
    if not leaving.has_heir:
        return Handed(_("Chats"), 0)
    mine = conversations().live().filter(assignee=leaving.user)
    rows = list(mine.select_for_update(no_key=True, of=("self",)).order_by("pk"))
    for conversation in rows:
        _give(conversation, leaving)
    heir = leaving.to_user.pk if leaving.to_user else None
    record_all(
        EventDraft(
            name="conversation.assigned",
            subject=conversation,
            actor=Actor.of(leaving.by),
            payload={"from": leaving.user.pk, "to": heir},
        )
        for conversation in rows
    )
    return Handed(_("Chats"), len(rows))


def _give(conversation: Conversation, leaving: Leaving) -> None:
    change(conversation, assignee_id=leaving.to_user.pk if leaving.to_user else None)
    if leaving.to_team is not None:
        change(conversation, team_id=leaving.to_team.pk)
        if conversation.handler == Handler.PERSON:
            change(conversation, handler=Handler.QUEUE)
    save(conversation)
