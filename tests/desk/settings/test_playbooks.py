"""Settings > Playbooks: the gallery, what one would add, installing, switching, removing, the list behind a figure."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from automation.flows.models import Flow
from automation.flows.operations import publish_texts
from automation.playbooks.operations import install
from automation.playbooks.queries import install_of
from automation.playbooks.reading import playbooks
from automation.sequences.models import Sequence
from core.access.models import User
from crm.defaults import install_defaults
from crm.pipeline.models import Lead, Pipeline
from desk.settings.playbooks.context import example
from tests.desk.reading import page_words as words
from tests.factories.conversations import make_web_chat
from tests.factories.crm import LeadFactory

pytestmark = pytest.mark.django_db
Counting = Callable[[], AbstractContextManager[list[str]]]


def url(name: str = "", key: str = "inbound") -> str:
    return reverse(f"desk:settings_playbook{name}", args=[key])


def test_the_gallery_shows_all_and_where_to_begin(desk: Client, pipeline: Pipeline) -> None:
    shown = words(desk.get(reverse("desk:settings_playbooks")))
    for each in playbooks().values():
        assert each.title["en"] in shown
    assert "New here? Begin with the first" in shown
    assert "Target < 2 min" in shown


def test_a_card_says_honestly_that_there_is_not_enough(desk: Client, pipeline: Pipeline) -> None:
    assert "Nothing to count in 30 days yet" in words(desk.get(url("_figure")))
    leads: list[Lead] = [LeadFactory() for _each in range(4)]
    assert "4 in 30 days: not enough to tell yet" in words(desk.get(url("_figure", "qualify")))
    leads += [LeadFactory() for _each in range(8)]
    Lead.objects.filter(pk__in=[each.pk for each in leads[:6]]).update(qualification="qualified")
    shown = words(desk.get(url("_figure", "qualify")))
    assert "Qualified leads 50 % Target ≥ 30 % of 12 in 30 days" in shown
    listed = desk.get(url("_rows", "qualify"))
    assert words(listed).count("Qualified") >= 6
    assert reverse("desk:lead", args=[leads[0].public_id]) in listed.content.decode()


def test_the_page_tells_what_it_would_add_and_what_stays(desk: Client, pipeline: Pipeline) -> None:
    install_defaults()
    shown = words(desk.get(url(key="qualify")))
    assert "When a person takes over Asks for a person soon" in shown
    assert "Who decides is added" in shown
    assert "Budget differs: useful fact, choices yours stays" in shown
    assert "Starts within a week is there" in shown
    assert "Nothing can be booked yet: add a service." in shown
    assert "Where it answers" not in shown


def test_its_words_can_be_read_in_each_language(desk: Client, pipeline: Pipeline) -> None:
    assert "What brings you to us today?" in words(desk.get(url()))
    part = desk.get(f"{url()}?language=hy", headers={"HX-Request": "true", "HX-Target": "words"})
    assert "Ինչո՞վ կարող ենք օգնել այսօր։" in words(part)
    assert "<html" not in part.content.decode()
    assert "С чем Вам помочь сегодня?" in words(desk.get(f"{url()}?language=ru"))


def test_installed_switched_on_and_removed(desk: Client, pipeline: Pipeline) -> None:
    site = make_web_chat(name="Website", flow_key="")
    assert "Installed, 5 parts are new" in _said(desk, desk.post(url("_install"), follow=True))
    assert "It was installed already" in _said(desk, desk.post(url("_install"), follow=True))
    assert "Website" in words(desk.get(url()))
    switched = desk.post(url("_switch"), {"account": site.pk, "on": "1"}, follow=True)
    assert "New chats on Website begin with it." in _said(desk, switched)
    site.refresh_from_db()
    assert site.flow_key == "inbound"
    assert "installed on 1 channel" in words(desk.get(reverse("desk:settings_playbooks")))
    desk.post(url("_switch"), {"account": site.pk, "on": "0"})
    site.refresh_from_db()
    assert site.flow_key == ""
    assert "Removed." in _said(desk, desk.post(url("_remove"), follow=True))
    assert install_of("inbound") is None


def test_the_outline_shows_where_it_goes_on_and_what_the_company_asks(
    desk: Client, pipeline: Pipeline
) -> None:
    shown = words(desk.get(url()))
    assert "→ Qualify without more salespeople" in shown
    install_defaults()
    assert "What would you like to have made?" in words(desk.get(url(key="qualify")))


def test_its_follow_ups_may_begin_at_once(desk: Client, pipeline: Pipeline) -> None:
    desk.post(url("_install"))
    stall = Sequence.objects.get(key="qualification_stall")
    assert not stall.active
    assert "Questions left unanswered switched off is there" in words(desk.get(url()))
    desk.post(url("_remove"))
    desk.post(url("_install"), {"follow_ups": "1"})
    stall.refresh_from_db()
    assert stall.active


def test_edited_parts_are_asked_about_before_they_go(desk: Client, admin: User, pipeline: Pipeline) -> None:
    install(key="inbound", user=admin, now=timezone.now())
    flow = Flow.objects.get(key="inbound")
    publish_texts(flow_id=flow.pk, based_on=1, texts={"goal.text": {"en": "What can we do?"}}, user=admin)
    assert "You have edited: Answer every enquiry in two minutes Keep them Remove them, too" in words(
        desk.get(url())
    )
    told = _said(desk, desk.post(url("_remove"), {"edited": "keep"}, follow=True))
    assert "These stay: Answer every enquiry in two minutes (you have changed it)" in told
    flow.refresh_from_db()
    assert flow.active


def test_bad_wishes_are_refused(desk: Client, pipeline: Pipeline) -> None:
    site = make_web_chat(name="Website", flow_key="")
    assert desk.get(url(key="nonsense")).status_code == 404
    assert desk.post(url("_switch"), {"account": "x", "on": "1"}).status_code == 400
    assert desk.post(url("_switch"), {"account": "999999", "on": "1"}).status_code == 404
    told = _said(desk, desk.post(url("_switch"), {"account": site.pk, "on": "1"}, follow=True))
    assert "This playbook is not installed. Install it first." in told
    told = _said(desk, desk.post(url("_upgrade"), follow=True))
    assert "This playbook is not installed. Install it first." in told


def test_the_pages_take_few_statements(
    desk: Client, admin: User, pipeline: Pipeline, statements: Counting
) -> None:
    install_defaults()
    for key in ("inbound", "qualify"):
        install(key=key, user=admin, now=timezone.now())
    for number in range(3):
        make_web_chat(name=f"Site {number}", flow_key="")
        LeadFactory()
    for address in (
        reverse("desk:settings_playbooks"),
        url(key="qualify"),
        url("_figure"),
        url("_rows", "qualify"),
    ):
        desk.get(address)
        with statements() as made:
            desk.get(address)
        assert len(made) <= 12, (address, len(made), made)


def _said(desk: Client, response: object) -> str:
    return response.content.decode().replace("&quot;", '"').replace("&#x27;", "'")  # type: ignore[attr-defined]


def test_what_only_a_chat_can_tell_is_left_open(db: None) -> None:
    assert example("One detail more: {fact}?", "en") == "One detail more: …?"
    assert example("Thank you[, {name}]! A colleague will answer within about {wait}.", "en") == (
        "Thank you! A colleague will answer within about 5 minutes."
    )
