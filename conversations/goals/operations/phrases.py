from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from conversations.goals.errors import BadGoal
from conversations.goals.models import Phrase
from conversations.goals.operations.goals import locked_goal
from conversations.goals.operations.versions import raise_version
from conversations.goals.queries import name_of
from conversations.understanding.tokens import prepare, tokenise
from core.access.models import User
from core.events.actor import Actor
from core.events.operations import record
from core.languages import Language
from core.text import clean

LONGEST = 300
MOST_OF_A_GOAL = 500


def key_of(text: str) -> str:
    """The words of a message as they are compared, whatever the script and the signs between them."""
    return " ".join(token.keys[0] for token in tokenise(prepare(text)))[:LONGEST]


@transaction.atomic
def add_phrase(*, goal: str, language: str, text: str, actor: Actor, user: User | None = None) -> Phrase:
    """Teach how customers say it; the same words again are the phrase that is there.

    Raises Goal.DoesNotExist, and BadGoal where the words mean another goal already, say nothing or are too many.
    """
    said = " ".join(clean(text).split())
    key = key_of(said)
    if language not in Language.values:
        raise BadGoal({"language": _("Choose the language of the phrase: en, ru, hy or az.")})
    if len(said) > LONGEST:
        raise BadGoal({"text": _("At most %(count)s characters.") % {"count": LONGEST}})
    if not any(character.isalpha() for character in key):
        raise BadGoal({"text": _("Write a phrase with words, as a customer would.")})
    found = locked_goal(goal)
    there = Phrase.objects.select_related("goal").filter(key=key).first()
    if there is not None and there.goal_id == found.pk:
        return there
    if there is not None:
        sentence = _("These words stand under “%(goal)s” already. Remove them there first.")
        raise BadGoal({"text": sentence % {"goal": name_of(there.goal.key, there.goal.names)}})
    if found.phrases.count() >= MOST_OF_A_GOAL:
        raise BadGoal({"text": _("A goal has at most 500 phrases: remove some that say the same.")})
    made = Phrase.objects.create(goal=found, language=language, text=said, key=key, created_by=user)
    raise_version()
    _tell(made, ["added"], actor)
    return made


@transaction.atomic
def remove_phrase(*, phrase_id: int, actor: Actor) -> None:
    """Forget it. Removing one that is gone does nothing."""
    found = Phrase.objects.select_for_update(of=("self",)).select_related("goal").filter(pk=phrase_id).first()
    if found is None:
        return
    raise_version()
    _tell(found, ["removed"], actor)
    found.delete()


def _tell(phrase: Phrase, changes: list[str], actor: Actor) -> None:
    payload = {"goal": phrase.goal.key, "language": phrase.language, "changes": changes}
    record(name="goal.phrases_changed", subject=phrase.goal, actor=actor, payload=payload)
