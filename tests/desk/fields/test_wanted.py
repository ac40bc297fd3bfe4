"""Custom fields that a stage asks for: the dialog of the move has an input that fits each."""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client
from django.urls import reverse

from core.access.models import User
from crm.pipeline.models import Lead, Pipeline, Stage
from tests.desk.reading import attributes, page_words, words
from tests.factories.crm import LeadFactory
from tests.factories.fields import make_field


def test_several_choices_and_yes_or_no_are_asked_for_and_kept(
    manager: User, pipeline: Pipeline, sign_in: Callable[[User], Client]
) -> None:
    for key, kind in (("likes", "choices"), ("lift", "yes_no"), ("floor", "number")):
        make_field(key, kind)
    lead = LeadFactory(stage=pipeline.stages.get(name="New"), title="Kitchen")
    asking = pipeline.stages.get(name="Meeting")
    wanted = ["custom.likes", "custom.lift", "custom.floor"]
    Stage.objects.filter(pk=asking.pk).update(required=wanted)
    client, address = sign_in(manager), reverse("desk:lead_move", args=[lead.public_id])
    sent = {"stage": str(asking.public_id), "revision": str(lead.revision)}

    asked = client.post(address, sent)
    assert "“Meeting” asks for a little more" in page_words(asked)
    assert words(asked.content, "form-label") == ["Likes", "Lift", "Floor"]
    assert attributes(asked.content, "form-check-input", "value") == ["small", "large"]

    given = {"given-custom.likes": ["small", "large"], "given-custom.lift": "", "given-custom.floor": "3"}
    refused = client.post(address, {**sent, **given})
    assert refused.status_code == 422
    assert words(refused.content, "#id_given-custom.lift_error") == ["This field is required."]
    ticked = attributes(refused.content, "form-check-input", "checked")
    assert len(ticked) == 2
    assert Lead.objects.get(pk=lead.pk).custom == {}

    client.post(address, {**sent, **given, "given-custom.lift": "false"})
    lead.refresh_from_db()
    assert (lead.stage, lead.custom) == (asking, {"likes": ["small", "large"], "lift": False, "floor": 3})


def test_what_was_ticked_stays_when_more_is_asked_for(
    manager: User, pipeline: Pipeline, sign_in: Callable[[User], Client]
) -> None:
    make_field("likes", "choices")
    make_field("floor", "number")
    lead, asking = LeadFactory(stage=pipeline.stages.get(name="New")), pipeline.stages.get(name="Meeting")
    Stage.objects.filter(pk=asking.pk).update(required=["custom.likes", "custom.floor"])
    sent = {"stage": str(asking.public_id), "given-custom.likes": ["small", "large"]}

    page = sign_in(manager).post(reverse("desk:lead_move", args=[lead.public_id]), sent).content

    assert page.count(b" checked") == 2
