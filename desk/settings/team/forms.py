from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.access.models import Role, Team, User
from core.access.operations import PersonDraft
from core.languages import Language
from desk.settings import places

ROLE_HELP = _(
    "Agents see their own work, their teams' and what nobody has; managers everything; admins also change the settings."
)


class PersonForm(forms.Form):
    """A person as an admin sees one."""

    name = forms.CharField(
        label=_("Name"), max_length=150, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices, help_text=ROLE_HELP)
    teams = forms.ModelMultipleChoiceField(
        Team.objects.none(), label=_("Teams"), required=False, widget=forms.CheckboxSelectMultiple
    )
    language = forms.ChoiceField(label=_("Language of the screens"), choices=Language.choices)
    timezone = forms.ChoiceField(label=_("Time zone"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        teams, zone = self.fields["teams"], self.fields["timezone"]
        assert isinstance(teams, forms.ModelMultipleChoiceField)
        assert isinstance(zone, forms.ChoiceField)
        teams.queryset = Team.objects.order_by("name")
        zone.choices = places.zones()

    def draft(self) -> PersonDraft:
        values = self.cleaned_data
        return PersonDraft(
            name=values["name"],
            role=values["role"],
            language=values["language"],
            timezone=values["timezone"],
            team_ids=tuple(team.pk for team in values["teams"]),
        )


class InviteForm(PersonForm):
    """A person who is not here yet."""

    email = forms.EmailField(label=_("Email"), help_text=_("They sign in with it."))
    field_order = ("name", "email", "role", "teams", "language", "timezone")


class TeamForm(forms.Form):
    """A team and its people."""

    name = forms.CharField(
        label=pgettext_lazy("of a thing", "Name"),
        max_length=100,
        widget=forms.TextInput(attrs={"autofocus": True, "autocomplete": "off"}),
    )
    people = forms.ModelMultipleChoiceField(
        User.objects.none(), label=_("People"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = self.fields["people"]
        assert isinstance(people, forms.ModelMultipleChoiceField)
        people.queryset = User.objects.filter(is_active=True).order_by("name", "id")


KEEP = "keep"


class LeaveForm(forms.Form):
    """Who takes over what somebody leaves behind: a colleague, a team, or nobody."""

    heir = forms.ChoiceField(label=_("Who takes over?"), widget=forms.Select(attrs={"autofocus": True}))

    def __init__(self, *args: Any, leaver: User, needed: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = User.objects.filter(is_active=True).exclude(pk=leaver.pk).order_by("name", "id")
        self._people = {f"person:{person.public_id}": person for person in people}
        self._teams = {f"team:{team.public_id}": team for team in Team.objects.order_by("name")}
        heir = self.fields["heir"]
        assert isinstance(heir, forms.ChoiceField)
        heir.required = needed
        heir.choices = [
            ("", _("Choose")),
            (_("Colleagues"), [(key, person.name) for key, person in self._people.items()]),
            (_("Teams"), [(key, team.name) for key, team in self._teams.items()]),
            (KEEP, _("Nobody, leave everything as it is")),
        ]

    @property
    def person(self) -> User | None:
        return self._people.get(self.cleaned_data["heir"])

    @property
    def team(self) -> Team | None:
        return self._teams.get(self.cleaned_data["heir"])
