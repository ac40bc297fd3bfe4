"""Short addresses of articles and collections, for posts and print."""

from __future__ import annotations

import secrets

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from conversations.articles.errors import BadArticle
from conversations.articles.models import Article, Collection, ShortLink
from core.access.models import User
from core.text import clean

LONGEST_CAMPAIGN = 100
_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"
_LENGTH = 7


@transaction.atomic
def make_link(*, aim: Article | Collection, campaign: str = "", user: User | None = None) -> ShortLink:
    """The short link of the aim for that campaign, made where there is none. Raises BadArticle."""
    campaign = " ".join(clean(campaign).split())
    if len(campaign) > LONGEST_CAMPAIGN:
        raise BadArticle({"campaign": _("At most %(count)s characters.") % {"count": LONGEST_CAMPAIGN}})
    aims = {
        "article": aim if isinstance(aim, Article) else None,
        "collection": aim if isinstance(aim, Collection) else None,
    }
    code = "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))
    made, _is_new = ShortLink.objects.get_or_create(
        **aims, campaign=campaign, defaults={"code": code, "created_by": user}
    )
    return made


def follow_link(code: str) -> ShortLink | None:
    """Who opens the link is counted."""
    found = ShortLink.objects.select_related("article__collection", "collection").filter(code=code).first()
    if found is not None:
        ShortLink.objects.filter(pk=found.pk).update(opened=F("opened") + 1)
    return found
