from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from conversations.articles.errors import BadArticle, StaleArticle
from conversations.articles.models import Collection
from conversations.articles.operations.articles import slug_of
from conversations.articles.operations.texts import texts_of
from conversations.articles.operations.versions import raise_version
from conversations.articles.queries import in_language
from core.events.actor import Actor
from core.events.operations import record

LONGEST_NAME = 80
LONGEST_ABOUT = 300


@dataclass(frozen=True, kw_only=True)
class CollectionDraft:
    slug: str
    names: Mapping[str, str]
    about: Mapping[str, str] = field(default_factory=dict)
    public: bool = True


COLUMNS = tuple(CollectionDraft.__dataclass_fields__)


@transaction.atomic
def add_collection(*, draft: CollectionDraft, actor: Actor) -> Collection:
    """A new one at the end. Raises BadArticle with a sentence by part."""
    last = Collection.objects.aggregate(last=Max("position"))["last"]
    return _save(Collection(position=0 if last is None else last + 1), draft, actor)


@transaction.atomic
def save_collection(
    *, collection_id: int, draft: CollectionDraft, actor: Actor, expected: int | None = None
) -> Collection:
    """Raises Collection.DoesNotExist, StaleArticle, BadArticle with a sentence by part."""
    found = Collection.objects.select_for_update().get(pk=collection_id)
    if expected is not None and found.revision != expected:
        sentence = _("“%(name)s” was changed since you opened it.") % {"name": in_language(found.names, "")}
        raise StaleArticle(sentence, who="", when=None)
    return _save(found, draft, actor)


@transaction.atomic
def delete_collection(*, collection_id: int, actor: Actor) -> None:
    """Delete an empty one; one that is gone: nothing happens. Raises BadArticle while articles stand in it."""
    found = Collection.objects.select_for_update().filter(pk=collection_id).first()
    if found is None:
        return
    if found.articles.exists():
        raise BadArticle({"slug": _("Move its articles to another collection first.")})
    _tell(found, ["deleted"], actor)
    found.delete()


def _save(found: Collection, draft: CollectionDraft, actor: Actor) -> Collection:
    faults: dict[str, str] = {}
    values = {
        "slug": slug_of(draft.slug, faults),
        "names": texts_of(draft.names, LONGEST_NAME, "names", faults),
        "about": texts_of(draft.about, LONGEST_ABOUT, "about", faults),
        "public": draft.public,
    }
    if not values["names"]:
        faults.setdefault("names", _("Give the collection a name."))
    if Collection.objects.exclude(pk=found.pk).filter(slug=values["slug"]).exists():
        faults["slug"] = _("There is a collection with this address already.")
    if faults:
        raise BadArticle(faults)
    changed = [name for name in COLUMNS if found.pk is None or getattr(found, name) != values[name]]
    if not changed:
        return found
    for name, value in values.items():
        setattr(found, name, value)
    found.revision += 1 if found.pk else 0
    try:
        with transaction.atomic():
            found.save()
    except IntegrityError as error:
        raise BadArticle({"slug": _("There is a collection with this address already.")}) from error
    _tell(found, changed, actor)
    return found


def _tell(found: Collection, changed: list[str], actor: Actor) -> None:
    raise_version()
    payload = {"slug": found.slug, "changes": changed}
    record(name="article.collection_changed", subject=found, actor=actor, payload=payload)
