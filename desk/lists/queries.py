"""The saved views beside a list of leads: those that stand as tabs, all others in a menu."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import Q
from django.urls import reverse

from core.access.models import User
from crm.lists.models import Layout, ListPreference, SavedView
from crm.lists.queries import may_change, preference_of, views_for
from crm.pipeline.models import Pipeline
from desk.filters import LeadFilter

MOST = 200


@dataclass(frozen=True)
class Tab:
    view: SavedView
    url: str
    pinned: bool
    current: bool


@dataclass(frozen=True)
class Views:
    """`current` is the view that is looked at, `changed` whether the list is no longer as it was saved; `may_change`: by
    this person. `on` is the address of the list as it is now, `plain` that without a view, `board` and `table` the same
    leads in the other form.
    """

    preference: ListPreference
    tabs: list[Tab]
    all: list[Tab]
    current: SavedView | None
    changed: bool
    may_change: bool
    layout: str
    on: str
    plain: str
    board: str
    table: str


def views_beside(user: User, pipeline: Pipeline, chosen: LeadFilter, *, layout: str, sort: str = "") -> Views:
    """Two statements. Views of another pipeline are left out."""
    rows = views_for(user).filter(Q(pipeline=pipeline) | Q(pipeline__isnull=True))[:MOST]
    preference = preference_of(user)
    current = chosen.view
    places = {pk: number for number, pk in enumerate(preference.pinned)}
    everything = [
        Tab(view, view_url(view, pipeline), view.pk in places, current is not None and view.pk == current.pk)
        for view in rows
    ]
    tabs = sorted((tab for tab in everything if tab.pinned), key=lambda tab: places[tab.view.pk])
    tabs += [tab for tab in everything if tab.current and not tab.pinned]
    changed = current is not None and not (chosen.is_view and not chosen.mine and sort in ("", current.sort))
    asked = {"sort": sort} if sort and layout == Layout.TABLE else {}
    return Views(
        preference=preference,
        tabs=tabs,
        all=everything,
        current=current,
        changed=changed,
        may_change=current is not None and may_change(current, user),
        layout=layout,
        on=list_url(pipeline, layout, chosen, asked),
        plain=list_url(pipeline, layout, LeadFilter(user)),
        board=list_url(pipeline, Layout.BOARD, chosen),
        table=list_url(pipeline, Layout.TABLE, chosen, asked),
    )


def view_url(view: SavedView, pipeline: Pipeline) -> str:
    return _address(view.pipeline or pipeline, view.layout, f"view={view.public_id}")


def list_url(pipeline: Pipeline, layout: str, chosen: LeadFilter, asked: dict[str, str] | None = None) -> str:
    """The board or the table of the pipeline with that filter."""
    return _address(pipeline, layout, "&".join(filter(None, [chosen.query_string(), urlencode(asked or {})])))


def _address(pipeline: Pipeline, layout: str, query: str) -> str:
    if layout == Layout.BOARD:
        path = reverse("desk:board", args=[pipeline.public_id])
    else:
        path, query = reverse("desk:leads"), "&".join(filter(None, [f"pipeline={pipeline.public_id}", query]))
    return f"{path}?{query}" if query else path
