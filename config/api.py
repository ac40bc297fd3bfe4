"""Assembles /api/v1/ of what the rooms offer."""

from __future__ import annotations

from django.urls import URLPattern, path, re_path

from core.access import api as access
from core.api.views import Unknown
from core.keys import api as keys
from crm.contacts import api as contacts
from crm.pipeline.api import leads, pipelines
from crm.qualification import api as qualification
from crm.scoring import api as scoring

app_name = "api"
urlpatterns: list[URLPattern] = [
    path("me/", keys.Me.as_view(), name="me"),
    path("people/", access.People.as_view(), name="people"),
    path("teams/", access.Teams.as_view(), name="teams"),
    path("contacts/", contacts.Contacts.as_view(), name="contacts"),
    path("contacts/<uuid:public_id>/", contacts.OneContact.as_view(), name="contact"),
    path("contacts/<uuid:public_id>/points/", contacts.Points.as_view(), name="contact_points"),
    path(
        "contacts/<uuid:public_id>/points/<str:kind>/<str:value>/",
        contacts.OnePoint.as_view(),
        name="contact_point",
    ),
    path("contacts/<uuid:public_id>/consent/", contacts.Consents.as_view(), name="contact_consent"),
    path("leads/", leads.Leads.as_view(), name="leads"),
    path("leads/<uuid:public_id>/", leads.OneLead.as_view(), name="lead"),
    path("leads/<uuid:public_id>/move/", leads.Move.as_view(), name="lead_move"),
    path("leads/<uuid:public_id>/assign/", leads.Assign.as_view(), name="lead_assign"),
    path("leads/<uuid:public_id>/answers/", leads.Answers.as_view(), name="lead_answers"),
    path("leads/<uuid:public_id>/score/", scoring.Score.as_view(), name="lead_score"),
    path("pipelines/", pipelines.Pipelines.as_view(), name="pipelines"),
    path("pipelines/<uuid:public_id>/", pipelines.OnePipeline.as_view(), name="pipeline"),
    path("stages/", pipelines.Stages.as_view(), name="stages"),
    path("stages/<uuid:public_id>/", pipelines.OneStage.as_view(), name="stage"),
    path("lost-reasons/", pipelines.LostReasons.as_view(), name="lost_reasons"),
    path("criteria/", qualification.Criteria.as_view(), name="criteria"),
    path("criteria/<uuid:public_id>/", qualification.OneCriterion.as_view(), name="criterion"),
    path("scoring/rules/", scoring.Rules.as_view(), name="scoring_rules"),
    path("scoring/recalculation/", scoring.Recalculation.as_view(), name="scoring_recalculation"),
    re_path(r"^.*$", Unknown.as_view(), name="unknown"),
]
