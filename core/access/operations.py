"""People and teams: what everybody sets for themselves, and what an admin does (spec 15.2)."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.access.errors import BadHeir, EmailTaken, LastAdmin, NameTaken, NotYourself
from core.access.leaving import Handed, Leaving, hand_over
from core.access.models import Membership, Presence, Role, Shift, Team, User
from core.calendars.clock import Period
from core.calendars.operations import week_in_order
from core.contention import retried
from core.languages import Language
from core.notifications.operations import notify

_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without those that are mistaken for each other when a password is read out."""


@transaction.atomic
def set_presence(*, user: User, presence: str) -> User:
    """Raises ValueError for a word that is no presence."""
    return _set(user, "presence", Presence(presence).value)


@transaction.atomic
def set_language(*, user: User, language: str) -> User:
    """The language in which the person sees the product. Raises ValueError for one that it does not speak."""
    return _set(user, "language", Language(language).value)


def _set(user: User, name: str, value: str) -> User:
    if getattr(user, name) != value:
        setattr(user, name, value)
        user.save(update_fields=[name])
    return user


@dataclass(frozen=True, kw_only=True)
class PersonDraft:
    """What an admin writes about a person; fields as on the model."""

    name: str
    role: str = Role.AGENT
    language: str = Language.ENGLISH
    timezone: str = "Asia/Yerevan"
    team_ids: tuple[int, ...] = ()


@dataclass(frozen=True)
class Invited:
    """`password` is stored nowhere: it can be shown this one time."""

    user: User
    password: str


@transaction.atomic
def invite_user(*, email: str, draft: PersonDraft) -> Invited:
    """Let a person sign in. Raises EmailTaken."""
    known = User.objects.filter(email=email.lower()).first()
    if known is not None:
        sentence = (
            _("%(name)s signs in with this address already.")
            if known.is_active
            else _("This address belongs to %(name)s, who was deactivated. Let them in again instead.")
        )
        raise EmailTaken(sentence % {"name": known.name})
    password = _new_password()
    fields = {"role": draft.role, "language": draft.language, "timezone": draft.timezone}
    user = User.objects.create_user(email, password, name=draft.name.strip(), **fields)
    _set_teams(user, draft.team_ids)
    return Invited(user, password)


@transaction.atomic
def update_user(*, user_id: int, draft: PersonDraft, shifts: Iterable[Period]) -> User:
    """Change name, role, language, zone, teams and the weekly working times.

    Raises LastAdmin, and Refused when two shifts of a day overlap.
    """
    week = week_in_order(shifts)
    user = User.objects.select_for_update().get(pk=user_id)
    if user.role == Role.ADMIN != draft.role:
        _keep_an_admin(user)
    user.name, user.role = draft.name.strip(), draft.role
    user.language, user.timezone = draft.language, draft.timezone
    user.save(update_fields=["name", "role", "language", "timezone"])
    _set_teams(user, draft.team_ids)
    Shift.objects.filter(user=user).delete()
    Shift.objects.bulk_create(
        Shift(user=user, weekday=each.weekday, start=each.start, end=each.end) for each in week
    )
    return user


@dataclass(frozen=True)
class Deactivated:
    """`handed` tells, kind by kind, what others have now and what could not go."""

    user: User
    handed: list[Handed]


@retried
def deactivate_user(
    *, user_id: int, by: User, to_user: User | None = None, to_team: Team | None = None
) -> Deactivated:
    """Sign the person out everywhere and for good, and hand over what is theirs to a colleague or a team.

    One transaction: all of it happens or nothing. Without either, what is theirs stays theirs. Raises NotYourself,
    LastAdmin, and BadHeir for a colleague who is the person or cannot sign in.
    """
    if user_id == by.pk:
        raise NotYourself(_("You cannot deactivate your own account. Ask another admin."))
    if to_user is not None and (to_user.pk == user_id or not to_user.is_active):
        raise BadHeir(_("Choose a colleague who stays."))
    user = User.objects.get(pk=user_id)
    if user.role == Role.ADMIN:
        _keep_an_admin(user)
    leaving = Leaving(user=user, by=by, now=timezone.now(), to_user=to_user, to_team=to_team)
    handed = hand_over(leaving)
    user = User.objects.select_for_update().get(pk=user_id)
    user.is_active, user.presence = False, Presence.OFFLINE
    user.save(update_fields=["is_active", "presence"])
    if to_user is not None and any(each.moved for each in handed):
        key = f"{user.pk}:{leaving.now.isoformat()}"
        notify(users=[to_user], kind="work.handed_over", key=key, params={"name": user.name}, url="/today/")
    return Deactivated(user, handed)


@transaction.atomic
def reactivate_user(*, user_id: int) -> Invited:
    """Let a deactivated person in again, with a new password."""
    user = User.objects.select_for_update().get(pk=user_id)
    user.is_active = True
    return _with_new_password(user, "is_active")


@transaction.atomic
def renew_password(*, user_id: int) -> Invited:
    """Give the person a new password; every session with the old one ends."""
    return _with_new_password(User.objects.select_for_update().get(pk=user_id))


@transaction.atomic
def save_team(*, name: str, member_ids: Iterable[int], team_id: int | None = None) -> Team:
    """Add a team or change the one of that id; `member_ids` are all its people. Raises NameTaken."""
    name = " ".join(name.split())
    others = Team.objects.exclude(pk=team_id) if team_id else Team.objects.all()
    if others.filter(name=name).exists():
        raise NameTaken(_("There is a team “%(name)s” already.") % {"name": name})
    team = Team.objects.select_for_update().get(pk=team_id) if team_id else Team()
    team.name = name
    team.save()
    wanted = set(User.objects.filter(pk__in=list(member_ids)).values_list("pk", flat=True))
    team.memberships.exclude(user__in=wanted).delete()
    known = set(team.memberships.values_list("user_id", flat=True))
    Membership.objects.bulk_create(Membership(team=team, user_id=pk) for pk in sorted(wanted - known))
    return team


@transaction.atomic
def delete_team(*, team_id: int) -> None:
    """Its leads, chats and channels belong to no team then: everybody sees them."""
    Team.objects.select_for_update().get(pk=team_id).delete()


def _set_teams(user: User, team_ids: Iterable[int]) -> None:
    wanted = set(Team.objects.filter(pk__in=list(team_ids)).values_list("pk", flat=True))
    user.memberships.exclude(team__in=wanted).delete()
    known = set(user.memberships.values_list("team_id", flat=True))
    Membership.objects.bulk_create(Membership(user=user, team_id=pk) for pk in sorted(wanted - known))


def _keep_an_admin(user: User) -> None:
    """Locks all admins, so that two of them do not take each other out at once."""
    admins = User.objects.select_for_update().filter(role=Role.ADMIN, is_active=True).order_by("pk")
    if {admin.pk for admin in admins} <= {user.pk}:
        raise LastAdmin(
            _("%(name)s is the only admin. Make somebody else an admin first.") % {"name": user.name}
        )


def _with_new_password(user: User, *changed: str) -> Invited:
    password = _new_password()
    user.set_password(password)
    user.save(update_fields=["password", *changed])
    return Invited(user, password)


def _new_password() -> str:
    return "-".join("".join(secrets.choice(_LETTERS) for _letter in range(4)) for _part in range(3))
