"""Playbooks by the API: which there are, what one would add, installing, switching, removing."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from rest_framework import serializers

from automation.playbooks import operations
from automation.playbooks.errors import UnknownPlaybook
from automation.playbooks.manifest import Playbook
from automation.playbooks.models import PartKind, PlaybookInstall
from automation.playbooks.queries import Line, State, install_of, installs, standing
from automation.playbooks.queries.kpis import KPIS
from automation.playbooks.reading import playbook, playbooks
from conversations.accounts.models import ChannelAccount
from core.api.drafts import Draft, Reference, YesNo
from core.api.endpoint import Call, Endpoint, operation
from core.keys.scopes import Scope
from core.languages import in_active_language

TAG = "Playbooks"
Plain: Any = serializers.Serializer
REFUSED = {422: "The playbook is not installed, or its flow is switched off."}


class PlaybookFigureSchema(Plain):
    key = serializers.CharField()
    unit = serializers.CharField(help_text="minutes (a median) or percent.")
    count = serializers.IntegerField(help_text="Of how many in the last 30 days.")
    value = serializers.FloatField(allow_null=True, help_text="Null while there are too few to tell.")
    comparison = serializers.CharField(help_text="<, <=, > or >=.")
    target = serializers.FloatField()
    met = serializers.BooleanField(allow_null=True)


class PlaybookAccountSchema(Plain):
    id = serializers.UUIDField()
    name = serializers.CharField()
    kind = serializers.CharField()
    on = serializers.BooleanField(help_text="Whether new conversations begin with the playbook.")


class PlaybookSchema(Plain):
    key = serializers.CharField()
    title = serializers.CharField(help_text="In the language of the request.")
    summary = serializers.CharField()
    release = serializers.IntegerField(help_text="The one that ships.")
    installed = serializers.IntegerField(allow_null=True, help_text="The release that is installed, if any.")
    channels = serializers.ListField(child=serializers.CharField(), help_text="Kinds that it suits.")
    figure = PlaybookFigureSchema(allow_null=True, help_text="Only of a single playbook.")
    accounts = PlaybookAccountSchema(
        many=True, help_text="Channel accounts in use; only of a single playbook."
    )


class PlaybooksSchema(Plain):
    playbooks = PlaybookSchema(many=True)


class PlaybookPartSchema(Plain):
    kind = serializers.ChoiceField(choices=PartKind.choices)
    key = serializers.CharField()
    name = serializers.CharField()
    state = serializers.ChoiceField(
        choices=[each.value for each in State],
        help_text="new: is added. same: is there. older: is renewed. other: the company's own, stays. out: was taken out.",
    )
    differs = serializers.ListField(child=serializers.CharField())


class PlaybookPreviewSchema(Plain):
    parts = PlaybookPartSchema(many=True)


class PlaybookKeptSchema(Plain):
    kind = serializers.ChoiceField(choices=PartKind.choices)
    name = serializers.CharField()
    why = serializers.CharField()


class PlaybookRemovedSchema(Plain):
    removed = serializers.ListField(child=serializers.CharField())
    kept = PlaybookKeptSchema(many=True)


class InstallDraft(Draft):
    follow_ups = YesNo(required=False, help_text="Those that it brings begin at once.")


class RemoveDraft(Draft):
    edited_too = YesNo(required=False, help_text="Also what the company has edited; without it that stays.")


class SwitchDraft(Draft):
    account = Reference(help_text="A channel account.")
    on = YesNo()


class Playbooks(Endpoint):
    tag = TAG

    @operation(
        Scope.SETTINGS_READ,
        "Playbooks that come with Parley",
        about="All at once, in their order.",
        out=PlaybooksSchema,
    )
    def get(self, call: Call) -> Any:
        known = installs()
        return {"playbooks": [_shown(each, known.get(each.key)) for each in playbooks().values()]}


class OnePlaybook(Endpoint):
    tag = TAG

    @operation(Scope.SETTINGS_READ, "A playbook with its figure", out=PlaybookSchema)
    def get(self, call: Call, key: str) -> Any:
        return _whole(_found(key), call)


class Preview(Endpoint):
    tag = TAG

    @operation(
        Scope.SETTINGS_READ,
        "What a playbook would add",
        about="Part by part beside what the company has; nothing is changed.",
        out=PlaybookPreviewSchema,
    )
    def get(self, call: Call, key: str) -> Any:
        return {"parts": [_part(line) for line in standing(_found(key), install_of(key))]}


class Install(Endpoint):
    tag = TAG

    @operation(
        Scope.SETTINGS_WRITE,
        "Install a playbook",
        about="Adds what is missing, changes nothing that is there. Again: nothing happens. One with a newer release gets "
        "it by `upgrade/`.",
        into=InstallDraft,
        out=PlaybookSchema,
    )
    def post(self, call: Call, key: str) -> Any:
        found = _found(key)
        operations.install(
            key=found.key,
            user=call.key.person,
            now=call.now,
            follow_ups=bool(call.data.get("follow_ups", False)),
        )
        return _whole(found, call)


class Upgrade(Endpoint):
    tag = TAG

    @operation(
        Scope.SETTINGS_WRITE,
        "Bring a playbook up to the release that ships",
        about="What the company has edited or taken out stays so. Again: nothing happens.",
        out=PlaybookSchema,
        refusals=REFUSED,
    )
    def post(self, call: Call, key: str) -> Any:
        found = _found(key)
        operations.upgrade(key=found.key, user=call.key.person, now=call.now)
        return _whole(found, call)


class Remove(Endpoint):
    tag = TAG

    @operation(
        Scope.SETTINGS_WRITE,
        "Remove a playbook",
        about="Accounts go back to the flow that they had; conversations that have begun finish. What was there before, "
        "what another playbook uses and criteria that leads have answered stay.",
        into=RemoveDraft,
        out=PlaybookRemovedSchema,
        refusals=REFUSED,
    )
    def post(self, call: Call, key: str) -> Any:
        found = _found(key)
        edited_too = bool(call.data.get("edited_too", False))
        done = operations.remove(key=found.key, edited_too=edited_too, user=call.key.person, now=call.now)
        kept = [{"kind": each.kind, "name": each.name, "why": each.why} for each in done.kept]
        return {"removed": list(done.gone), "kept": kept}


class Switch(Endpoint):
    tag = TAG

    @operation(
        Scope.SETTINGS_WRITE,
        "Let a playbook answer on an account, or no longer",
        about="Switched off, the account goes back to the flow that it had. Again: nothing happens.",
        into=SwitchDraft,
        out=PlaybookSchema,
        refusals=REFUSED,
    )
    def post(self, call: Call, key: str) -> Any:
        found = _found(key)
        account = ChannelAccount.objects.filter(public_id=call.data["account"]).first()
        if account is None:
            call.refuse("/account", "unknown", "There is no such channel account.")
        change = operations.switch_on if call.data["on"] else operations.switch_off
        change(key=found.key, account_id=account.pk, user=call.key.person, now=call.now)
        return _whole(found, call)


def _found(key: str) -> Playbook:
    try:
        return playbook(key)
    except UnknownPlaybook as error:
        raise Http404 from error


def _whole(found: Playbook, call: Call) -> dict[str, Any]:
    install = install_of(found.key)
    accounts = [
        {"id": str(row.public_id), "name": row.name, "kind": row.kind, "on": row.flow_key == found.key}
        for row in ChannelAccount.objects.filter(active=True).order_by("name", "pk")
    ]
    counted = KPIS[found.target.kpi].figure(call.now)
    figure = {
        "key": found.target.kpi,
        "unit": KPIS[found.target.kpi].unit,
        "count": counted.count,
        "value": counted.value,
        "comparison": found.target.comparison,
        "target": found.target.value,
        "met": counted.meets(found.target),
    }
    return {**_shown(found, install), "figure": figure, "accounts": accounts}


def _shown(found: Playbook, install: PlaybookInstall | None) -> dict[str, Any]:
    return {
        "key": found.key,
        "title": in_active_language(found.title),
        "summary": in_active_language(found.summary),
        "release": found.release,
        "installed": install.release if install else None,
        "channels": list(found.channels),
        "figure": None,
        "accounts": [],
    }


def _part(line: Line) -> dict[str, Any]:
    return {
        "kind": line.part.kind,
        "key": line.found.ref if line.found else line.part.ref,
        "name": line.found.name if line.found else in_active_language(line.part.name),
        "state": line.state.value,
        "differs": list(line.found.differs) if line.found and line.state is not State.SAME else [],
    }
