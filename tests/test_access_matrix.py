"""Every address against every role (architecture 9). An address without a row here fails."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from enum import Enum
from typing import Any

import pytest
from django.db import transaction
from pytest_django import DjangoDbBlocker

from core.access.models import Role
from tests.access_world import ROUTES, address, one_of_everything
from tests.factories.conversations import make_user
from tests.visits import client_of, visit


class Level(Enum):
    """Who may come in."""

    ANYBODY = "anybody"
    VISITOR = "whoever holds the token and, beyond it, a session or a signature"
    SIGNED_IN = "every person of the company"
    OWN = "a person of the company who may see this very thing"
    MINE = "the one person whom it belongs to"
    MANAGER = "managers and admins"
    ADMIN = "admins"
    KEY = "programs with an API key of the right scope; tests/api/test_access.py goes through every operation"
    NOTHING = "nobody: there is nothing"


A, V, S, O, M, D = Level.ANYBODY, Level.VISITOR, Level.SIGNED_IN, Level.OWN, Level.MANAGER, Level.ADMIN  # noqa: E741

PLAYBOOK = "install upgrade remove switch"
GOAL = " _new _act _preview _phrase _phrase_remove"
_PARTS = ("counts", "progress", "compare", "effect", "test_lead", "versions")
_ACTS = ("publish", "discard", "groups", "roll_back")
SCORING_READ = [f"desk:settings_scoring_{part}" for part in _PARTS]
SCORING_WRITTEN = [f"desk:settings_scoring_{act}" for act in _ACTS]
SCORING_WRITTEN += [f"desk:settings_{name}" for name in ("consequences", "consequence_delete", "rules_order")]

API = """
    me people teams contacts contact contact_points contact_point contact_consent contact_history contact_duplicates
    contact_merge contact_merges contact_merge_undo views view leads lead lead_step_done lead_move lead_assign
    fields field goals goal goal-phrases goal-phrase criteria criterion
    history lead_history lead_answers lead_score pipelines pipeline stages stage stage_remove lost_reasons lost_reason
    scoring_rules scoring_recalculation calls call conversations conversation messages notes
    conversation_assign conversation_close conversation_reopen services service slots resources bookings
    booking booking_confirm booking_move booking_cancel booking_mark events
"""

API += " lead_bulks lead_bulk lead_bulk_rows lead_bulk_undo"
API += " quote_send quote_template_made quote_templates quote_template"
API += " products product product_picture product_price taxes tax tax_replace rates"
API += """ scoring_versions scoring_roll_back scoring_draft scoring_draft_rules scoring_draft_rule
    scoring_draft_consequences scoring_draft_consequence scoring_draft_effect scoring_draft_test scoring_draft_publish"""
API += " lead_chance lead_next_action win_chance"
API += " orders order order_numbered order_status order_notices order_notice_answer"
API += " quotes quote quote_figures quote_answer quote_withdraw quote_next_version quote_renew quote_copy quote_follow_ups"
API += " playbooks playbook" + "".join(f" playbook_{act}" for act in ("preview", *PLAYBOOK.split()))
API += " assistant assistant_calls assistant_call"
API += " flow_drop_off"
API += " sequences enrolments enrolment enrolment_stop"
API += " payments payment payment_state"
API += " flows flows-check flow flow-draft flow-publish flow-roll-back flow-versions flow-version"
API += " ratings"
API += " articles article article-collections article-collection known-problems known-problem"

QUOTE_PAGE = "page pdf file logo picture seen total accept decline ask again"
"""The customer's page of a quote, and what it sends."""
ORDER = "order order_status order_missing order_answer"
QUOTE = "totals save pdf approve next renew copy withdraw discard send answer renew_send coming coming_cancel coming_now"
QUOTE += " files file file_remove phone preview"

WRITTEN = """
    services_order service_preview service_new service resource_preview resource_new resource
    resource_day resource_day_clear channel_new channel_new_account channel_save channel_secret
    channel_test channel_replay channel_retry channel_seen flow_publish flow_discard flow_roll_back
    flow_new flow_import flow_switch flow_delete flow_channel flow_step flow_step_new flow_step_move flow_step_delete
    flow_case_new flow_part flow_part_delete
    products_order products_import product_new product_edit product_use product_delete product_picture
    followup_new followups_install followups_cap followup_side followup_switch followup_discard
    price_part price_part_delete price_order price_preview tax_new tax rate_new
"""
"""Addresses of settings that only admins open."""

ARTICLE = " _new _ask _dismiss _act _link _collection_new _collection _collection_act"
"""Addresses of articles that only admins open."""

MATRIX: dict[str, Level] = {
    "healthz": A,
    "readyz": A,
    "set_language": A,
    "core:live_ticket": S,
    "core:notifications": S,
    "core:notification_count": S,
    "core:notifications_read": S,
    "conversations:hook": V,
    "conversations:chat_page": V,
    "conversations:chat_session": V,
    "conversations:chat_messages": V,
    "conversations:chat_upload": V,
    "conversations:chat_file": V,
    "conversations:chat_ticket": V,
    "conversations:chat_typing": V,
    "desk:demo": A,
    "api_schema": A,
    "api_flow_schema": A,
    "api_docs": A,
    "api:unknown": Level.NOTHING,
    **{f"api:{name}": Level.KEY for name in API.split()},
    "bookings:book": A,
    "bookings:book_service": V,
    "bookings:booking": V,
    "bookings:booking_move": V,
    "bookings:booking_cancel": V,
    "bookings:booking_ics": V,
    "bookings:feed": V,
    **dict.fromkeys((f"quotes:{part}" for part in QUOTE_PAGE.split()), V),
    "articles:home": A,
    **dict.fromkeys((f"articles:{part}" for part in ("collection", "article", "short")), V),
    "payments:page": V,
    "payments:hook": V,
    **dict.fromkeys(
        (
            "desk:home",
            "desk:waiting",
            "desk:presence",
            "desk:language",
            "desk:search",
            "desk:today",
            "desk:inbox",
            "desk:inbox_rows",
            "desk:pipeline",
            "desk:board",
            "desk:board_totals",
            "desk:board_changes",
            "desk:board_more",
            "desk:lead_filter",
            "desk:lead_new",
            "desk:contact_new",
            "desk:person_known",
            "desk:lead_bulk",
            "desk:lead_bulk_ask",
            "desk:lead_bulk_count",
            "desk:condition_part",
            "desk:calendar",
            "desk:calendar_events",
            "desk:calendar_new",
            "desk:calendar_contacts",
            "desk:contacts",
            "desk:duplicates",
            "desk:payments",
            "desk:payment_sums",
            "desk:payment_new",
            "desk:quotes",
            "desk:quote_new",
            "desk:orders",
            "desk:quote_products",
            "desk:product_picture",
            "desk:quote_convert",
            "desk:quote_figures",
            "desk:quote_figures_csv",
        ),
        S,
    ),
    **dict.fromkeys(
        (
            "desk:conversation",
            "desk:conversation_side",
            "desk:assistant_strip",
            "desk:assistant_side",
            "desk:assistant_ask",
            "desk:assistant_dismiss",
            "desk:conversation_about",
            "desk:thread_older",
            "desk:thread_fresh",
            "desk:conversation_write",
            "desk:conversation_assign",
            "desk:conversation_take_over",
            "desk:conversation_hand_back",
            "desk:conversation_resolve",
            "desk:conversation_spam",
            "desk:conversation_typing",
            "desk:conversation_reopen",
            "desk:conversation_read",
            "desk:conversation_lead",
            "desk:conversation_later",
            "desk:conversation_articles",
            "desk:conversation_article",
            "desk:message_undo",
            "desk:message_cancel",
            "desk:message_send_now",
            "desk:message_scheduled",
            "desk:attachment",
            "desk:attachment_fetch",
            "desk:lead",
            "desk:lead_bulk_one",
            "desk:lead_bulk_state",
            "desk:lead_bulk_undo",
            "desk:lead_bulk_retry",
            "desk:lead_bulk_resume",
            "desk:lead_head",
            "desk:lead_side",
            "desk:lead_about",
            "desk:lead_files",
            "desk:lead_file",
            "desk:lead_file_remove",
            "desk:lead_history",
            "desk:lead_panel",
            "desk:lead_timeline",
            "desk:lead_why",
            "desk:lead_advice",
            "desk:lead_chance",
            "desk:lead_move",
            "desk:lead_details",
            "desk:lead_next_step",
            "desk:lead_step_done",
            "desk:contact_call",
            "desk:contact_calls",
            "desk:call_undo",
            "desk:call_lead",
            "desk:lead_owner",
            "desk:lead_answer",
            "desk:lead_field",
            "desk:contact_field",
            "desk:calendar_booking",
            "desk:calendar_move",
            "desk:lead_followups",
            "desk:lead_followup_act",
            "desk:lead_followup_start",
            "desk:calendar_cancel",
            "desk:calendar_mark",
            "desk:contact",
            "desk:contact_history",
            "desk:contact_bought",
            "desk:contact_details",
            "desk:contact_point",
            "desk:contact_point_remove",
            "desk:contact_consent",
            "desk:contact_merge",
            "desk:contact_dismiss",
            "desk:contact_merge_undo",
        ),
        O,
    ),
    **dict.fromkeys(("desk:quote", *(f"desk:quote_{name}" for name in QUOTE.split())), O),
    **dict.fromkeys(("desk:payment", *(f"desk:payment_{name}" for name in ("history", "state", "send"))), O),
    **dict.fromkeys(
        (f"desk:orders_import{part}" for part in ("s", "", "_columns", "_run", "_undo", "_refused")), M
    ),
    **dict.fromkeys((f"desk:{name}" for name in ORDER.split()), O),
    "core:notification_open": Level.MINE,
    **dict.fromkeys(("desk:leads", "desk:lead_columns", "desk:view_bar", "desk:view_new"), S),
    **dict.fromkeys(("desk:lead_row", "desk:lead_cell"), O),
    **dict.fromkeys(("desk:view", "desk:view_save", "desk:view_pin"), Level.MINE),
    **dict.fromkeys(
        (
            "desk:settings",
            "desk:settings_channel",
            "desk:settings_channels",
            "desk:settings_chances",
            "desk:settings_chances_progress",
            "desk:settings_channel_provider",
            "desk:settings_catalogue",
            "desk:settings_criteria",
            "desk:settings_fields",
            *(
                f"desk:settings_flow{part}"
                for part in (
                    "",
                    "_side",
                    "_yaml",
                    "_compare",
                    "_export",
                    "_tryout",
                    "_dropoff",
                    "_dropoff_list",
                )
            ),
            "desk:settings_articles",
            "desk:settings_article_collections",
            "desk:settings_article_qr",
            "desk:settings_notices",
            "desk:settings_goals",
            *(f"desk:settings_playbook{part}" for part in ("s", "", "_figure", "_rows")),
            "desk:settings_unclear",
            "desk:settings_history",
            "desk:settings_flows",
            "desk:settings_followup",
            "desk:settings_followups",
            "desk:settings_pipelines",
            "desk:settings_price_leads",
            "desk:settings_products_export",
            "desk:settings_product",
            "desk:settings_rates",
            "desk:settings_taxes",
            "desk:quote_keep",
            *(f"desk:settings_quote_template{part}" for part in ("s", "", "_new", "_totals", "_delete")),
            "desk:settings_scoring",
            *SCORING_READ,
            "desk:settings_services",
            "desk:settings_resources",
            "desk:settings_team",
        ),
        M,
    ),
    **dict.fromkeys(
        (
            "desk:settings_company",
            "desk:settings_keys",
            "desk:settings_assistant",
            "desk:settings_assistant_log",
            "desk:settings_assistant_try",
            "desk:settings_assistant_tried",
            "desk:settings_payments",
            "desk:settings_provider",
            "desk:settings_provider_new",
            "desk:settings_provider_preview",
            "desk:settings_provider_secret",
            "desk:settings_quotes",
            "desk:settings_quotes_following",
            "desk:settings_key_new",
            "desk:settings_key_revoke",
            "desk:settings_sending",
            "desk:settings_hours",
            "desk:settings_hours_preview",
            "desk:settings_hours_day",
            "desk:settings_hours_day_clear",
            "desk:settings_hours_own",
            "desk:settings_invite",
            "desk:settings_person",
            "desk:settings_person_deactivate",
            "desk:settings_person_reactivate",
            "desk:settings_person_password",
            "desk:settings_team_new",
            "desk:settings_team_edit",
            "desk:settings_team_delete",
            "desk:settings_pipeline_new",
            "desk:settings_pipelines_order",
            "desk:settings_reason_new",
            "desk:settings_reason",
            "desk:settings_pipeline",
            "desk:settings_pipeline_delete",
            "desk:settings_stages_order",
            "desk:settings_stage_new",
            "desk:settings_stage",
            "desk:settings_stage_delete",
            "desk:settings_criteria_order",
            "desk:settings_fields_order",
            "desk:settings_field_new",
            "desk:settings_field",
            "desk:settings_field_delete",
            *(f"desk:settings_goal{name}" for name in GOAL.split(" ")),
            *(f"desk:settings_article{name}" for name in ARTICLE.split(" ")),
            "desk:settings_notice",
            "desk:settings_notice_new",
            "desk:settings_unclear_decide",
            "desk:settings_review_done",
            "desk:settings_review_switch",
            "desk:settings_criterion_preview",
            "desk:settings_criterion_new",
            "desk:settings_criterion",
            "desk:settings_criterion_delete",
            *SCORING_WRITTEN,
            *(f"desk:settings_playbook_{act}" for act in PLAYBOOK.split()),
            "desk:settings_chances_learn",
            "desk:settings_chances_turn",
            "desk:settings_thresholds",
            "desk:settings_rule_new",
            "desk:settings_rule",
            "desk:settings_rule_delete",
            *(f"desk:settings_{name}" for name in WRITTEN.split()),
        ),
        D,
    ),
}


def test_every_address_has_a_row() -> None:
    assert sorted(set(ROUTES) - set(MATRIX)) == []
    assert sorted(set(MATRIX) - set(ROUTES)) == []


EXPECTED = {
    # anonymous, an agent of another team, manager, admin
    Level.ANYBODY: ("in", "in", "in", "in"),
    Level.SIGNED_IN: ("sign-in", "in", "in", "in"),
    Level.OWN: ("sign-in", "missing", "in", "in"),
    Level.MINE: ("sign-in", "missing", "missing", "missing"),
    Level.MANAGER: ("sign-in", "forbidden", "in", "in"),
    Level.ADMIN: ("sign-in", "forbidden", "forbidden", "in"),
    Level.KEY: ("key", "key", "key", "key"),
    Level.NOTHING: ("missing", "missing", "missing", "missing"),
}


@pytest.fixture(scope="module")
def made_once(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[dict[str, Any]]:
    """One of everything for all rows of the matrix; each test is a savepoint inside this transaction."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield one_of_everything()
        transaction.set_rollback(True)


@pytest.fixture
def world(made_once: dict[str, Any], db: None) -> dict[str, Any]:
    return deepcopy(made_once)


@pytest.mark.parametrize("name", sorted(name for name, level in MATRIX.items() if level is not Level.VISITOR))
def test_who_comes_in(name: str, world: dict[str, Any]) -> None:
    roles = (None, make_user("Outsider"), make_user("Boss", Role.MANAGER), make_user("Admin", Role.ADMIN))
    found = tuple(visit(client_of(user), address(name, world)) for user in roles)
    if name == "desk:demo":
        assert set(found) == {"missing"}  # where no demo is installed
    else:
        assert found == EXPECTED[MATRIX[name]]


@pytest.mark.parametrize("name", sorted(name for name, level in MATRIX.items() if level is Level.VISITOR))
def test_a_forged_token_opens_nothing(name: str, world: dict[str, Any]) -> None:
    world["account"].token = "forged"
    admin = make_user("Admin", Role.ADMIN)
    for user in (None, admin):
        client = client_of(user)
        url = address(name, world)
        assert {client.get(url).status_code, client.post(url).status_code} <= {403, 404, 405}
