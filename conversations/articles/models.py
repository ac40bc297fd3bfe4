from __future__ import annotations

import pghistory
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from conversations.articles.enums import Outcome, State, Via
from conversations.threads.models import Conversation, Message
from core.ids import uuid7
from core.languages import Language

SLUG = r"^[a-z0-9]+(-[a-z0-9]+)*$"


@pghistory.track()
class Collection(models.Model):
    """Articles that belong together. `public`: it has a page of its own under /help/. `names`, `about`: by language."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    slug = models.CharField(_("address"), max_length=50, unique=True)
    names = models.JSONField(_("name"), default=dict)
    about = models.JSONField(_("about"), default=dict, blank=True)
    public = models.BooleanField(_("public page"), default=True)
    position = models.PositiveIntegerField(_("place"), default=0)
    revision = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(slug__regex=SLUG), name="collection_slug_is_an_address"),
        ]

    def __str__(self) -> str:
        return self.slug


@pghistory.track()
class Article(models.Model):
    """An answer to questions that come again and again (spec 11.3).

    `titles`, `bodies`: text by language, bodies in the small markup of `markup`. `questions`: by language those that it
    answers, as customers ask them. `review_on`: the day on which the owner looks whether it still holds.
    """

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    slug = models.CharField(_("address"), max_length=50, unique=True)
    titles = models.JSONField(_("title"), default=dict)
    bodies = models.JSONField(_("text"), default=dict, blank=True)
    questions = models.JSONField(_("questions"), default=dict, blank=True)
    collection = models.ForeignKey(
        Collection,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="articles",
        verbose_name=_("collection"),
    )
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.DRAFT)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("owner"),
    )
    review_on = models.DateField(_("look at it again on"), null=True, blank=True)
    position = models.PositiveIntegerField(_("place"), default=0)
    revision = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(slug__regex=SLUG), name="article_slug_is_an_address"),
        ]

    def __str__(self) -> str:
        return self.slug


@pghistory.track()
class Notice(models.Model):
    """A known problem: while it lasts it answers first, whoever asks about it.

    It is meant by a message with one of `goals` (intents), or by one that is like one of `questions` (by language).
    Until `ends_at`, or without one until it is switched off.
    """

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=100)
    texts = models.JSONField(_("text"), default=dict)
    questions = models.JSONField(_("questions"), default=dict, blank=True)
    goals = ArrayField(
        models.CharField(max_length=40), default=list, blank=True, verbose_name=_("customers who ask about")
    )
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"), null=True, blank=True)
    active = models.BooleanField(_("switched on"), default=True)
    revision = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")),
                name="notice_ends_after_it_starts",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Asked(models.Model):
    """Somebody was shown an article, and what came of it: rows are counted, so that nothing is lost side by side.

    `key`: what makes the form of a public page count once.
    """

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="asked")
    conversation = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, null=True, related_name="articles_shown"
    )
    language = models.CharField(max_length=2, choices=Language)
    via = models.CharField(max_length=6, choices=Via, default=Via.CHAT)
    outcome = models.CharField(max_length=11, choices=Outcome, default=Outcome.SHOWN)
    campaign = models.CharField(max_length=100, blank=True)
    key = models.CharField(max_length=100, null=True, unique=True)
    asked_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        indexes = [models.Index(fields=["article", "asked_at"], include=["outcome"], name="article_figures")]

    def __str__(self) -> str:
        return f"{self.article_id} {self.outcome}"


class Unanswered(models.Model):
    """A question that nobody has written an answer for, until an article answers it or somebody dismisses it.

    The words stay where they are: in the message. `key`: the words as they are compared.
    """

    message = models.OneToOneField(Message, on_delete=models.CASCADE, related_name="unanswered")
    key = models.CharField(max_length=300)
    language = models.CharField(max_length=2, choices=Language)
    dismissed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    dismissed_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        indexes = [
            models.Index(
                fields=["-id"], name="unanswered_to_look_at", condition=Q(dismissed_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return self.key


class ShortLink(models.Model):
    """A short address /a/<code>/ of an article or a collection, for posts and print; its campaign stays with who comes.

    Made once for the same aim and campaign.
    """

    code = models.CharField(max_length=16, unique=True)
    article = models.ForeignKey(Article, on_delete=models.CASCADE, null=True, related_name="links")
    collection = models.ForeignKey(Collection, on_delete=models.CASCADE, null=True, related_name="links")
    campaign = models.CharField(_("campaign"), max_length=100, blank=True)
    opened = models.PositiveBigIntegerField(default=0)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(article__isnull=False) ^ Q(collection__isnull=False),
                name="short_link_has_one_aim",
            ),
            models.UniqueConstraint(
                fields=["article", "collection", "campaign"],
                nulls_distinct=False,
                name="one_short_link_for_an_aim",
            ),
        ]

    def __str__(self) -> str:
        return self.code


class LibraryVersion(models.Model):
    """One row: raised with every change of articles or notices, in its transaction."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    number = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="one_version_of_the_library")]

    def __str__(self) -> str:
        return str(self.number)
