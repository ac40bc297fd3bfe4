"""How a customer talks is counted on the lead as messages arrive, and rules that ask for it score at once."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from conversations.accounts.models import ChannelAccount
from conversations.channels.contracts import InboundEvent
from conversations.inbound.operations import receive
from conversations.threads.models import Conversation
from core.conditions import parse
from crm.pipeline.models import Lead
from crm.scoring.operations import RuleDraft, publish_rules
from crm.scoring.queries import moment
from crm.scoring.scoring import Thresholds
from tests.factories.crm import DAY, LeadFactory

pytestmark = pytest.mark.django_db


def q(key: str, op: str, value: Any) -> dict[str, Any]:
    return {"field": f"talk.{key}", "op": op, "value": value}


@pytest.fixture
def company(db: None) -> Any:
    from tests.factories.core import CompanyFactory

    return CompanyFactory()


@pytest.fixture
def talked(company: Any) -> Lead:
    LeadFactory()
    lead: Lead = LeadFactory(
        customer_messages=4,
        customer_words=30,
        customer_wrote_at=DAY,
        customer_channel="telegram",
        customer_replies=3,
        customer_reply_seconds=1000,
    )
    return lead


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        (q("messages", "gte", 4), True),
        (q("messages", "gt", 4), False),
        (q("words", "between", [30, 40]), True),
        (q("wrote_at", "within_last", 1), True),
        (q("wrote_at", "within_last", {"minutes": 30}), False),
        (q("channel", "in", ["telegram", "webchat"]), True),
        (q("reply_minutes", "lte", 5), True),
        (q("reply_minutes", "lt", 5), False),
        ({"field": "talk.reply_minutes", "op": "is_not_set"}, False),
    ],
)
def test_conditions_read_it_alike_in_python_and_sql(talked: Lead, condition: Any, holds: bool) -> None:
    parsed, at = parse(condition, "lead"), moment(DAY + timedelta(hours=1))
    in_python = {lead.pk for lead in Lead.objects.all() if parsed.matches(lead, at)}
    assert set(Lead.objects.filter(parsed.to_q(at)).values_list("pk", flat=True)) == in_python
    assert (talked.pk in in_python) is holds


RULE = RuleDraft("Talks", "engagement", q("messages", "gte", 2), 3)


def publish() -> None:
    publish_rules(rules=[RULE], thresholds=Thresholds(), user=None)


def take(account: ChannelAccount, text: str, minute: int) -> Lead:
    said = DAY + timedelta(minutes=minute)
    event = InboundEvent(sender_id="u1", external_id=text, text=text, sent_at=said)
    receive(account=account, event=event, arrived_at=said)
    return Lead.objects.get()


def test_messages_words_channel_and_speed_are_counted(api_account: ChannelAccount) -> None:
    first = take(api_account, "Hello, how much is it?", 0)
    assert (first.customer_messages, first.customer_words, first.customer_channel) == (1, 5, api_account.kind)
    assert first.customer_wrote_at == DAY

    Conversation.objects.update(last_direction="out", last_message_at=DAY + timedelta(minutes=2))
    then = take(api_account, "Thank you", 5)
    again = take(api_account, "And now?", 6)
    assert (then.customer_replies, then.customer_reply_seconds) == (1, 180)
    assert (again.customer_messages, again.customer_words, again.customer_replies) == (3, 9, 1)
    assert again.customer_wrote_at == DAY + timedelta(minutes=6)


def test_a_rule_that_asks_for_it_scores_with_the_message(api_account: ChannelAccount, company: Any) -> None:
    publish()
    assert take(api_account, "Hello", 0).score == 0
    assert take(api_account, "Anybody?", 1).score == 3


def test_without_such_a_rule_a_message_costs_no_scoring(api_account: ChannelAccount) -> None:
    take(api_account, "Hello", 0)
    with CaptureQueriesContext(connection) as sent:
        take(api_account, "Anybody?", 1)
    assert [each for each in sent if "scoreentry" in each["sql"]] == []
