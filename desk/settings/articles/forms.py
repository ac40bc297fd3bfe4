from __future__ import annotations

from typing import Any

from django import forms
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from conversations.articles.models import Article, Collection, Notice
from conversations.articles.operations import ArticleDraft, CollectionDraft, NoticeDraft
from conversations.goals.queries import name_of
from core.access.models import User
from core.languages import Language, in_active_language
from core.text import normalise

MINUTES = "%Y-%m-%dT%H:%M"


class ByLanguage(forms.Form):
    """Texts with a field for each language, and the places where an operation's refusals are shown."""

    places: dict[str, str] = {}
    expected = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def add_texts(self, name: str, *, longest: int, rows: int = 0) -> None:
        widget = forms.Textarea(attrs={"rows": rows, "dir": "auto"}) if rows else forms.TextInput()
        for code, label in Language.choices:
            self.fields[f"{name}_{code}"] = forms.CharField(
                label=str(label), required=False, max_length=longest, widget=widget
            )

    def fields_of(self, name: str) -> list[forms.BoundField]:
        return [self[f"{name}_{code}"] for code in Language.values]

    def texts(self, name: str) -> dict[str, str]:
        return {code: self.cleaned_data.get(f"{name}_{code}") or "" for code in Language.values}

    def lines(self, name: str) -> dict[str, list[str]]:
        return {code: text.splitlines() for code, text in self.texts(name).items()}

    def refuse(self, faults: dict[str, str]) -> None:
        """Show what the operation found at the inputs that it speaks of."""
        for name, sentence in faults.items():
            place = self.places.get(name, name)
            self.add_error(place if place in self.fields else None, sentence)


class ArticleForm(ByLanguage):
    """An article in four languages; an empty address is made of the title."""

    places = {"titles": "title_en", "bodies": "body_en", "questions": "questions_en"}
    slug = forms.CharField(
        label=_("Address"),
        required=False,
        max_length=50,
        help_text=_("The end of its public address; empty: made of the title."),
    )
    collection = forms.ChoiceField(
        label=_("Collection"),
        required=False,
        help_text=_("Its public page stands there; without one it answers in chats only."),
    )
    owner = forms.ModelChoiceField(
        User.objects.none(), label=_("Owner"), required=False, to_field_name="public_id"
    )
    review_on = forms.DateField(
        label=_("Look at it again on"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(
        self, data: Any = None, *, known: Article | None = None, first: dict[str, str] | None = None
    ) -> None:
        super().__init__(data, initial={**_of_article(known), **(first or {})})
        self.add_texts("title", longest=120)
        self.add_texts("body", longest=6000, rows=8)
        self.add_texts("questions", longest=8000, rows=5)
        collection, owner = self.fields["collection"], self.fields["owner"]
        assert isinstance(collection, forms.ChoiceField)
        assert isinstance(owner, forms.ModelChoiceField)
        collection.choices = [("", "—"), *_collections()]
        owner.queryset = User.objects.filter(is_active=True).order_by("name")

    @property
    def columns(self) -> list[dict[str, Any]]:
        """What stands side by side: a language with its three fields."""
        names = ("title", "body", "questions")
        return [
            {"code": code, "name": label, **{name: self[f"{name}_{code}"] for name in names}}
            for code, label in Language.choices
        ]

    def draft(self) -> ArticleDraft:
        values, titles = self.cleaned_data, self.texts("title")
        return ArticleDraft(
            slug=values["slug"] or address_of(titles),
            titles=titles,
            bodies=self.texts("body"),
            questions=self.lines("questions"),
            collection=Collection.objects.filter(slug=values["collection"]).first(),
            owner=values["owner"],
            review_on=values["review_on"],
        )


class CollectionForm(ByLanguage):
    places = {"names": "name_en", "about": "about_en"}
    slug = forms.CharField(
        label=_("Address"), required=False, max_length=50, help_text=_("Empty: made of the name.")
    )
    public = forms.BooleanField(label=_("It has a public page"), required=False, initial=True)

    def __init__(self, data: Any = None, *, known: Collection | None = None) -> None:
        super().__init__(data, initial=_of_collection(known))
        self.add_texts("name", longest=80)
        self.add_texts("about", longest=300, rows=2)

    @property
    def names(self) -> list[forms.BoundField]:
        return self.fields_of("name")

    @property
    def abouts(self) -> list[forms.BoundField]:
        return self.fields_of("about")

    def draft(self) -> CollectionDraft:
        names = self.texts("name")
        return CollectionDraft(
            slug=self.cleaned_data["slug"] or address_of(names),
            names=names,
            about=self.texts("about"),
            public=self.cleaned_data["public"],
        )


class NoticeForm(ByLanguage):
    """A known problem. Times are those of the person who writes it."""

    places = {"texts": "text_en", "questions": "questions_en"}
    name = forms.CharField(label=_("Name"), max_length=100, help_text=_("Only colleagues see it."))
    starts_at = forms.DateTimeField(
        label=_("From"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MINUTES),
    )
    ends_at = forms.DateTimeField(
        label=_("Until"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MINUTES),
        help_text=_("Empty: until you switch it off."),
    )
    goals = forms.MultipleChoiceField(
        label=_("For customers who ask about"), required=False, widget=forms.CheckboxSelectMultiple
    )
    active = forms.BooleanField(label=_("Switched on"), required=False, initial=True)

    def __init__(self, data: Any = None, *, known: Notice | None = None, goals: list[Any], now: Any) -> None:
        super().__init__(data, initial=_of_notice(known) if known else {"starts_at": now})
        self.add_texts("text", longest=600, rows=3)
        self.add_texts("questions", longest=8000, rows=3)
        field = self.fields["goals"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = goals

    @property
    def words(self) -> list[forms.BoundField]:
        return self.fields_of("text")

    @property
    def asked(self) -> list[forms.BoundField]:
        return self.fields_of("questions")

    def draft(self) -> NoticeDraft:
        values = self.cleaned_data
        return NoticeDraft(
            name=values["name"],
            texts=self.texts("text"),
            starts_at=values["starts_at"],
            ends_at=values["ends_at"],
            questions=self.lines("questions"),
            goals=tuple(values["goals"]),
            active=values["active"],
        )


def address_of(texts: dict[str, str]) -> str:
    """An address from words in any script."""
    words = texts.get(Language.ENGLISH) or next((text for text in texts.values() if text), "")
    return slugify(normalise(words).replace("_", "-"))[:50].strip("-")


def _collections() -> list[tuple[str, str]]:
    rows = Collection.objects.order_by("position", "id")
    return [(row.slug, in_active_language(row.names, row.slug)) for row in rows]


def goal_names(keys: list[str]) -> str:
    return ", ".join(name_of(key) for key in keys)


def _of_article(known: Article | None) -> dict[str, Any]:
    if known is None:
        return {}
    initial: dict[str, Any] = {
        "expected": known.revision,
        "slug": known.slug,
        "collection": known.collection.slug if known.collection else None,
        "owner": known.owner.public_id if known.owner else None,
        "review_on": known.review_on,
    }
    for code in Language.values:
        initial[f"title_{code}"] = known.titles.get(code, "")
        initial[f"body_{code}"] = known.bodies.get(code, "")
        initial[f"questions_{code}"] = "\n".join(known.questions.get(code, []))
    return initial


def _of_collection(known: Collection | None) -> dict[str, Any]:
    if known is None:
        return {"public": True}
    initial: dict[str, Any] = {"expected": known.revision, "slug": known.slug, "public": known.public}
    for code in Language.values:
        initial[f"name_{code}"] = known.names.get(code, "")
        initial[f"about_{code}"] = known.about.get(code, "")
    return initial


def _of_notice(known: Notice) -> dict[str, Any]:
    names = ("name", "starts_at", "ends_at", "goals", "active")
    initial = {name: getattr(known, name) for name in names} | {"expected": known.revision}
    for code in Language.values:
        initial[f"text_{code}"] = known.texts.get(code, "")
        initial[f"questions_{code}"] = "\n".join(known.questions.get(code, []))
    return initial
