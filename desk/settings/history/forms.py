from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.access.models import User
from core.history.enums import Area
from core.history.queries import of_areas, of_mark, of_whole
from core.history.registry import Tracked
from core.history.rows import ITSELF, PERSON, PROGRAMS, Source, Wanted

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC).date()


class HistoryForm(forms.Form):
    """What to show; nothing chosen shows all settings. `object` is the public name of one thing of the kind `what`."""

    what = forms.ChoiceField(required=False, label=_("What"))
    who = forms.ChoiceField(required=False, label=_("Who"))
    since = forms.DateField(
        required=False, label=_("From day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    until = forms.DateField(
        required=False, label=_("To day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    object = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any, *, tracked: Sequence[Tracked]) -> None:
        super().__init__(data)
        self._tracked = {each.key: each for each in tracked}
        what, who = self.fields["what"], self.fields["who"]
        assert isinstance(what, forms.ChoiceField)
        assert isinstance(who, forms.ChoiceField)
        what.choices = [("", _("All settings")), *self._kinds()]
        people = User.objects.order_by("-is_active", "name", "id")
        self._people = {str(person.public_id): person for person in people}
        who.choices = [
            ("", _("Everybody")),
            (_("Colleagues"), [(key, str(person)) for key, person in self._people.items()]),
            (_("Others"), [(PROGRAMS, _("Programs with an API key")), (ITSELF, _("Nobody: by itself"))]),
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and since > until:
            self.add_error("until", _("This day lies before the first one."))
        for name, day in (("since", since), ("until", until)):
            if day and day < EARLIEST:
                self.add_error(name, _("Nothing was written so long ago."))
        if cleaned.get("object") and not cleaned.get("what"):
            self.add_error("what", _("Say what kind of thing it is."))
        return cleaned

    @property
    def wanted(self) -> Wanted:
        """Of a valid form, in the reader's zone; the last day is included."""
        asked = self.cleaned_data
        person = self._people.get(asked["who"])
        until = asked["until"] + timedelta(days=1) if asked["until"] else None
        return Wanted(
            sources=self._sources(),
            who=PERSON if person else asked["who"],
            person=person.pk if person else None,
            since=_midnight(asked["since"]),
            until=_midnight(until),
        )

    @property
    def is_narrowed(self) -> bool:
        return any(self.cleaned_data.get(name) for name in self.fields)

    def _sources(self) -> Sequence[Source]:
        chosen = self._tracked.get(self.cleaned_data["what"])
        if chosen is None:
            return of_areas(self._tracked.values(), Area.SETTINGS)
        mark = self.cleaned_data["object"]
        return of_mark(chosen, mark) if mark else of_whole(chosen)

    def _kinds(self) -> list[tuple[Any, Any]]:
        """Wholes, and parts that can be named alone; the other parts come with their whole."""
        found = []
        for area in Area:
            kinds = [
                (each.key, each.label)
                for each in self._tracked.values()
                if each.area == area and (not each.of or each.mark)
            ]
            found.append((area.label, kinds))
        return found


def _midnight(day: Any) -> datetime | None:
    return datetime.combine(day, time(), tzinfo=timezone.get_current_timezone()) if day else None
