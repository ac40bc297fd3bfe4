from __future__ import annotations

from decimal import Decimal

from conversations.assistant.models import AssistantCall
from conversations.assistant.operations.settings import SettingsDraft, save_assistant
from core.events.actor import SYSTEM
from core.keys.scopes import Scope
from tests.api.program import Program, make_program
from tests.factories.conversations import make_conversation

DRAFT = SettingsDraft(
    active=True,
    endpoint="https://api.example.com/v1",
    model="small-1",
    uses=("draft",),
    monthly_money=Decimal("12.50"),
    price_in=Decimal(1),
)


def test_the_settings_are_read_without_the_key(program: Program) -> None:
    assert program.get("assistant/")["active"] is False
    save_assistant(draft=DRAFT, actor=SYSTEM, key="sk-very-secret")
    answer = program.get("assistant/")
    assert "sk-very-secret" not in str(answer)
    assert (answer["has_key"], answer["uses"], answer["paused_until"]) == (True, ["draft"], None)
    assert (answer["budget"]["tokens"], answer["budget"]["most_cost"], answer["budget"]["currency"]) == (
        0,
        "12.50",
        "USD",
    )
    make_program([Scope.LEADS_READ]).get("assistant/", expect=403)


def test_uses_are_read_and_narrowed_without_their_words(program: Program) -> None:
    conversation = make_conversation()
    AssistantCall.objects.create(purpose="try", outcome="done")
    made = AssistantCall.objects.create(
        purpose="draft",
        outcome="unsafe",
        conversation=conversation,
        question="words",
        error="It names no source.",
    )
    assert [each["purpose"] for each in program.get("assistant/calls/")["results"]] == ["draft", "try"]
    for asked in ("purpose=draft", "outcome=unsafe", f"conversation={conversation.public_id}"):
        [found] = program.get(f"assistant/calls/?{asked}")["results"]
        assert (found["id"], found["error"]) == (str(made.public_id), "It names no source.")
        assert "words" not in str(found)
    assert program.get(f"assistant/calls/{made.public_id}/")["outcome"] == "unsafe"
    program.get("assistant/calls/?purpose=everything", expect=400)
