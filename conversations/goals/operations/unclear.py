"""Words that nothing understood are kept when they come, and taught or dismissed when somebody has looked at them."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from conversations.assistant.operations.asking import wish_reading
from conversations.goals.enums import UnclearState
from conversations.goals.grouping import Group
from conversations.goals.models import Goal, Phrase, Unclear
from conversations.goals.operations.phrases import add_phrase, key_of
from conversations.threads.models import Message
from core.access.models import User
from core.events.actor import Actor

_LETTERS = 3


def collect(message: Message) -> None:
    """Keep a message in which nothing was understood, in the transaction that took it in; one without words is not."""
    key = key_of(message.text)
    if sum(character.isalpha() for character in key) >= _LETTERS:
        Unclear.objects.bulk_create(
            [Unclear(message=message, key=key, language=message.language)], ignore_conflicts=True
        )
        wish_reading(message)


@transaction.atomic
def teach_group(*, group: Group, goal: str, language: str, text: str, user: User) -> Phrase:
    """Make the words of a group a phrase of a goal; the group is done with. Raises what `add_phrase` raises."""
    made = add_phrase(goal=goal, language=language, text=text, actor=Actor.of(user), user=user)
    _decide(group, UnclearState.TAUGHT, user, made.goal)
    return made


@transaction.atomic
def dismiss_group(*, group: Group, user: User) -> None:
    """Nothing is to be learnt from it."""
    _decide(group, UnclearState.DISMISSED, user, None)


def _decide(group: Group, state: UnclearState, user: User, goal: Goal | None) -> None:
    rows = Unclear.objects.filter(pk__in=[row.pk for row in group.rows], state=UnclearState.WAITING)
    rows.update(state=state, decided_by=user, decided_at=timezone.now(), goal=goal)
