"""A draft is written beside what is used, published whole, and never overwritten in silence (spec 5.4)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from automation.flows.document import shipped_text
from automation.flows.editing import step_of
from automation.flows.errors import DocumentError
from automation.flows.models import Flow, FlowRun, FlowVersion, FlowVersionStatus
from automation.flows.operations import (
    HasErrors,
    InUse,
    StaleDraft,
    add_step,
    copy_flow,
    create_flow,
    delete_flow,
    discard_draft,
    edit_part,
    edit_settings,
    edit_step,
    install_shipped,
    move_step,
    publish_draft,
    remove_step,
    renew_shipped,
    roll_back,
    save_draft,
    set_channel,
    switch_flow,
    take_in,
)
from automation.flows.operations.publishing import digest
from automation.flows.queries import document_of, published
from core.access.models import User
from core.errors import Refused
from core.events.models import Event
from crm.defaults import install_defaults
from tests.factories.conversations import make_conversation, make_web_chat
from tests.factories.core import AdminFactory

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
GREET: dict[str, Any] = {"say": {"en": "Good day!", "ru": "Добрый день!", "hy": "Բարի օր։", "az": "Xoş gün!"}}


@pytest.fixture
def flow(db: None) -> Flow:
    install_defaults()
    return install_shipped("first_answer")


@pytest.fixture
def admin(db: None) -> User:
    return AdminFactory(name="Anna Admin")


def statuses(flow: Flow) -> list[tuple[int, str]]:
    return list(flow.versions.order_by("number").values_list("number", "status"))


def revision(flow: Flow) -> int:
    return Flow.objects.get(pk=flow.pk).revision


def test_an_edit_begins_one_draft_and_what_is_used_stays(flow: Flow, admin: User) -> None:
    edit_step(flow_id=flow.pk, step_id="greet", step=GREET, user=admin, now=NOW)
    draft = move_step(flow_id=flow.pk, step_id="city", before="budget", user=admin, now=NOW)

    assert statuses(flow) == [(1, "published"), (2, "draft")]
    assert (draft.created_by, draft.changed_at) == (admin, NOW)
    assert document_of(draft).table["greet.text"]["hy"] == "Բարի օր։"
    used = published("first_answer")
    assert used is not None
    assert document_of(used).table["greet.text"]["en"].startswith("Hello")


def test_wording_alone_leaves_the_script_renewable(flow: Flow, admin: User) -> None:
    before = digest(flow.versions.get().document)

    draft = edit_step(flow_id=flow.pk, step_id="greet", step=GREET, user=admin, now=NOW)

    assert digest(draft.document) == before
    assert draft.texts == {"greet.text": GREET["say"]}
    assert renew_shipped("first_answer") is None


def test_the_same_again_begins_no_draft(flow: Flow, admin: User) -> None:
    step = step_of(flow.versions.get().document, "greet")
    assert step is not None

    same = edit_step(flow_id=flow.pk, step_id="greet", step=step, user=admin, now=NOW)

    assert same.status == FlowVersionStatus.PUBLISHED
    assert statuses(flow) == [(1, "published")]


def test_two_admins_do_not_overwrite_each_other(flow: Flow, admin: User) -> None:
    other = AdminFactory(name="Other Admin")
    seen = revision(flow)
    edit_step(flow_id=flow.pk, step_id="greet", step=GREET, user=other, now=NOW, revision=seen)

    with pytest.raises(StaleDraft, match="Other Admin has changed this flow since you opened it") as stale:
        remove_step(flow_id=flow.pk, step_id="greet", user=admin, now=NOW, revision=seen)
    assert stale.value.revision == revision(flow)
    remove_step(flow_id=flow.pk, step_id="greet", user=admin, now=NOW, revision=stale.value.revision)
    with pytest.raises(StaleDraft):
        publish_draft(flow_id=flow.pk, user=other, now=NOW, revision=seen)
    with pytest.raises(StaleDraft):
        discard_draft(flow_id=flow.pk, user=other, revision=seen)


def test_a_page_from_before_a_publishing_is_old(flow: Flow, admin: User) -> None:
    seen = revision(flow)
    edit_step(flow_id=flow.pk, step_id="greet", step=GREET, user=admin, now=NOW)
    publish_draft(flow_id=flow.pk, user=admin, now=NOW)

    with pytest.raises(StaleDraft):
        edit_part(
            flow_id=flow.pk, section="answers", key="price", value=None, user=admin, now=NOW, revision=seen
        )


def test_publishing_lets_the_draft_count_once(flow: Flow, admin: User) -> None:
    edit_step(flow_id=flow.pk, step_id="greet", step=GREET, user=admin, now=NOW)
    edit_settings(flow_id=flow.pk, settings={"title": "First words"}, user=admin, now=NOW)

    fresh = publish_draft(flow_id=flow.pk, user=admin, now=NOW, revision=revision(flow))
    again = publish_draft(flow_id=flow.pk, user=admin, now=NOW)

    assert statuses(flow) == [(1, "archived"), (2, "published")]
    assert (fresh.pk, fresh.published_at, again.pk) == (again.pk, NOW, fresh.pk)
    assert Flow.objects.get(pk=flow.pk).name == "First words"
    used = published("first_answer")
    assert used is not None
    assert used.number == 2
    told = Event.objects.filter(name="flow.published").order_by("-id").first()
    assert told is not None
    assert told.payload == {"flow": "first_answer", "version": 2}


def test_an_error_that_a_draft_brings_in_holds_it_up(flow: Flow, admin: User) -> None:
    two = {"say": {**GREET["say"], "en": "Who? What?"}}
    edit_step(flow_id=flow.pk, step_id="greet", step=two, user=admin, now=NOW)

    with pytest.raises(HasErrors) as refused:
        publish_draft(flow_id=flow.pk, user=admin, now=NOW)

    assert [each.code for each in refused.value.findings] == ["several_questions", "second_question"]
    assert statuses(flow) == [(1, "published"), (2, "draft")]


def test_an_error_that_was_there_does_not_hold_up_a_correction(flow: Flow, admin: User) -> None:
    FlowVersion.objects.filter(flow=flow).update(texts={"goal.text": {"en": "One? Two?"}})

    edit_step(flow_id=flow.pk, step_id="greet", step=GREET, user=admin, now=NOW)

    assert publish_draft(flow_id=flow.pk, user=admin, now=NOW).number == 2


def test_a_branch_that_asks_for_something_unknown_is_an_error(flow: Flow, admin: User) -> None:
    step = {
        "branch": [{"when": {"field": "answer.moon", "op": "is_set"}, "go": "meeting"}],
        "otherwise": "name",
    }
    edit_step(flow_id=flow.pk, step_id="ready", step=step, user=admin, now=NOW)

    with pytest.raises(HasErrors) as refused:
        publish_draft(flow_id=flow.pk, user=admin, now=NOW)

    assert [(each.code, each.place) for each in refused.value.findings] == [("condition", "ready")]


def test_a_draft_that_was_overtaken_gets_the_next_number(flow: Flow, admin: User) -> None:
    edit_step(flow_id=flow.pk, step_id="greet", step=GREET, user=admin, now=NOW)
    roll_back(flow_id=flow.pk, to_number=1, user=admin)

    assert publish_draft(flow_id=flow.pk, user=admin, now=NOW).number == 4
    assert statuses(flow) == [(1, "archived"), (3, "archived"), (4, "published")]


def test_what_cannot_be_read_is_refused_with_its_place(flow: Flow, admin: User) -> None:
    text = shipped_text("first_answer").replace("go: look_up\n", "go: nowhere\n")

    with pytest.raises(DocumentError) as refused:
        save_draft(flow_id=flow.pk, yaml=text, user=admin, now=NOW)

    places = [(each.path, each.message, each.line) for each in refused.value.problems]
    assert ("goals.support.go", "there is no step nowhere", 22) in places
    assert statuses(flow) == [(1, "published")]


def test_a_draft_is_thrown_away(flow: Flow, admin: User) -> None:
    edit_step(flow_id=flow.pk, step_id="greet", step=GREET, user=admin, now=NOW)

    assert discard_draft(flow_id=flow.pk, user=admin, revision=revision(flow))
    assert not discard_draft(flow_id=flow.pk, user=admin)
    assert statuses(flow) == [(1, "published")]


def test_a_new_flow_greets_and_hands_over(admin: User) -> None:
    made = create_flow(name=" After  hours ", user=admin, now=NOW)

    assert (made.key, made.name) == ("after-hours", "After hours")
    assert create_flow(name="After hours", user=admin, now=NOW).key == "after-hours-2"
    assert create_flow(name="Ночью", user=admin, now=NOW).key == "flow"
    assert create_flow(name="new", user=admin, now=NOW).key == "new-2"
    with pytest.raises(Refused, match="Give the flow a name"):
        create_flow(name="  ", user=admin, now=NOW)
    with pytest.raises(Refused, match="never published"):
        discard_draft(flow_id=made.pk, user=admin)
    assert publish_draft(flow_id=made.pk, user=admin, now=NOW).number == 1
    used = published("after-hours")
    assert used is not None
    assert list(document_of(used).steps) == ["greet", "to_person"]


def test_a_copy_holds_the_wording_and_goes_its_own_way(flow: Flow, admin: User) -> None:
    edit_step(flow_id=flow.pk, step_id="greet", step=GREET, user=admin, now=NOW)

    made = copy_flow(flow_id=flow.pk, name="Night", user=admin, now=NOW)

    copied = made.versions.get()
    assert (copied.document["flow"], copied.document["title"], copied.texts) == ("night", "Night", {})
    assert step_of(copied.document, "greet") == {"id": "greet", **GREET}


def test_a_file_becomes_a_draft_of_its_flow_or_a_new_one(flow: Flow, admin: User) -> None:
    document = flow.versions.get().document

    taken = take_in(
        document={**document, "title": "Other title"}, user=admin, now=NOW, revision=revision(flow)
    )
    new = take_in(document={**document, "flow": "second"}, user=admin, now=NOW)
    add_step(flow_id=new.flow_id, step=GREET, after="greet", user=admin, now=NOW)

    assert (taken.flow_id, taken.status, taken.number) == (flow.pk, "draft", 2)
    assert (new.flow.key, new.status, new.number) == ("second", "draft", 1)


def test_only_a_flow_that_was_never_used_can_be_deleted(flow: Flow, admin: User) -> None:
    account = make_web_chat(name="Site", flow_key="first_answer")
    with pytest.raises(InUse, match="It answers on: Site"):
        delete_flow(flow_id=flow.pk, user=admin)
    set_channel(flow_id=flow.pk, account_id=account.pk, on=False)
    run = FlowRun.objects.create(conversation=make_conversation(), version=flow.versions.get(), state={})
    with pytest.raises(InUse, match="Switch it off instead"):
        delete_flow(flow_id=flow.pk, user=admin)
    run.delete()

    delete_flow(flow_id=flow.pk, user=admin)

    assert not Flow.objects.exists()
    assert published("first_answer") is None


def test_a_flow_is_switched_off_and_on(flow: Flow, admin: User) -> None:
    switch_flow(flow_id=flow.pk, on=False, user=admin)
    switch_flow(flow_id=flow.pk, on=False, user=admin)
    assert published("first_answer") is None
    account = make_web_chat(name="Site")
    with pytest.raises(Refused, match="Switch the flow on first"):
        set_channel(flow_id=flow.pk, account_id=account.pk, on=True)

    switch_flow(flow_id=flow.pk, on=True, user=admin)

    assert set_channel(flow_id=flow.pk, account_id=account.pk, on=True).flow_key == "first_answer"
    assert published("first_answer") is not None
    made = create_flow(name="Fresh", user=admin, now=NOW)
    with pytest.raises(Refused, match="Publish the flow first"):
        set_channel(flow_id=made.pk, account_id=account.pk, on=True)
    assert Event.objects.filter(name="flow.switched").count() == 2
