"""What customers ask: rows that say which article was shown and what came of it, and what nothing answered."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from conversations.articles.enums import Outcome, Via
from conversations.articles.models import Asked, Unanswered
from conversations.articles.queries import Entry
from conversations.articles.wanted import Wanted
from conversations.goals.operations.phrases import key_of
from conversations.threads.models import Conversation, Message
from core.access.models import User
from core.events.actor import FLOW, Actor
from core.events.operations import record

_LETTERS = 3


def shown(
    *, entry: Entry, conversation: Conversation, language: str, via: Via = Via.CHAT, actor: Actor = FLOW
) -> None:
    """An article was an answer in the conversation, in the transaction that says it."""
    Asked.objects.create(article_id=entry.pk, conversation=conversation, language=language, via=via)
    payload = {"slug": entry.slug, "via": str(via)}
    record(name="article.shown", subject=conversation, actor=actor, payload=payload)


@transaction.atomic
def inserted(*, entry: Entry, conversation: Conversation, user: User) -> None:
    """A colleague put the article into an answer; counted once in a conversation."""
    row = Asked(
        article_id=entry.pk,
        conversation=conversation,
        language=conversation.language or "en",
        via=Via.PERSON,
        key=f"person:{conversation.pk}:{entry.pk}",
    )
    before = Asked.objects.filter(key=row.key).exists()
    Asked.objects.bulk_create([row], ignore_conflicts=True)
    if not before:
        payload = {"slug": entry.slug, "via": str(Via.PERSON)}
        record(name="article.shown", subject=conversation, actor=Actor.of(user), payload=payload)


def judged(*, slug: str, conversation: Conversation, outcome: Outcome) -> None:
    """What came of the article that was shown last in the conversation; once told it stays, but for a handover."""
    rows = Asked.objects.filter(conversation=conversation, article__slug=slug)
    newest = rows.order_by("-id").values_list("pk", flat=True).first() or 0
    open_for = [Outcome.SHOWN, Outcome.NOT_HELPED] if outcome == Outcome.HANDED_OVER else [Outcome.SHOWN]
    if Asked.objects.filter(pk=newest, outcome__in=open_for).update(outcome=outcome):
        payload = {"slug": slug, "outcome": str(outcome)}
        record(name="article.judged", subject=conversation, actor=FLOW, payload=payload)


def judged_on_page(*, article_id: int, helped: bool, language: str, campaign: str, key: str) -> None:
    """A reader of the public page says whether it helped; the same form again counts once."""
    row = Asked(
        article_id=article_id,
        language=language,
        via=Via.PAGE,
        outcome=Outcome.HELPED if helped else Outcome.NOT_HELPED,
        campaign=campaign[:100],
        key=key[:100],
    )
    Asked.objects.bulk_create([row], ignore_conflicts=True)


def collect(message: Message) -> None:
    """Keep a question that nothing answered, in the transaction that took it in; one without words is not."""
    key = key_of(message.text)
    if sum(character.isalpha() for character in key) >= _LETTERS:
        Unanswered.objects.bulk_create(
            [Unanswered(message=message, key=key, language=message.language)], ignore_conflicts=True
        )


@transaction.atomic
def dismiss(*, wanted: Wanted, user: User) -> None:
    """No article is to be written of it."""
    rows = Unanswered.objects.filter(pk__in=[row.pk for row in wanted.rows], dismissed_at__isnull=True)
    rows.update(dismissed_by=user, dismissed_at=timezone.now())
