"""Many leads and messages for measuring, made inside the database: `manage.py seed --leads N --messages M`.

Believable in shape (spread over stages, owners, weeks and languages), not in words. History rows are left out: nobody
edited anything.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

from django.db import connection, transaction

from conversations.accounts.models import ChannelAccount
from core.access.models import User
from crm.pipeline.models import Pipeline

_ROWS = """
    WITH contact AS (
        INSERT INTO crm_contact (public_id, name, name_normal, language, timezone, tags, custom, created_at)
        SELECT gen_random_uuid(), 'Load contact ' || i, 'load contact ' || i, (ARRAY['en','ru','hy','az'])[1 + i %% 4],
               'Asia/Yerevan', '{}', '{}', now() - i * interval '1 minute'
          FROM generate_series(1, %(count)s) AS i
        RETURNING id, name, created_at
    ), lead AS (
        INSERT INTO crm_lead (
            public_id, title, title_normal, contact_id, pipeline_id, stage_id, stage_kind, stage_entered_at, owner_id,
            value, currency, goal, source, campaign, tags, next_step, next_step_at, closed_at, answers,
            fit, engagement, score, grade, qualification, last_message_at, revision, created_at)
        SELECT gen_random_uuid(), initcap(word) || ' ' || contact.id, word || ' ' || contact.id, contact.id,
               stage.pipeline_id, stage.id, stage.kind, contact.created_at,
               (%(owners)s::bigint[])[1 + contact.id %% %(owner_count)s], (contact.id %% 40 + 1) * 50000,
               'AMD', 'sales', 'webchat', '', CASE WHEN contact.id %% 50 = 0 THEN '{vip}' ELSE '{}' END::text[],
               CASE WHEN contact.id %% 3 = 0 THEN 'Call' ELSE '' END,
               CASE WHEN contact.id %% 3 = 0 THEN now() + (contact.id %% 9 - 4) * interval '1 day' END,
               CASE WHEN stage.kind <> 'open' THEN now() END,
               jsonb_build_object('start', contact.id %% 90),
               0, 0, 0, 'D', 'unknown', contact.created_at, 0, contact.created_at
          FROM contact
          JOIN unnest(%(stages)s::bigint[]) WITH ORDINALITY AS place (id, number)
            ON place.number = 1 + contact.id %% %(stage_count)s
          JOIN crm_stage AS stage ON stage.id = place.id
         CROSS JOIN LATERAL (
               SELECT (ARRAY['load lead', 'wardrobe', 'sofa', 'kitchen'])[1 + contact.id / 7 %% 4]) AS names (word)
        RETURNING id, contact_id
    ), identity AS (
        INSERT INTO conversations_channelidentity (
            public_id, account_id, external_id, contact_id, display_name, created_at)
        SELECT gen_random_uuid(), %(account)s, 'load-' || contact.id, contact.id, contact.name, contact.created_at
          FROM contact
        RETURNING id, account_id, contact_id, created_at
    ), conversation AS (
        INSERT INTO conversations_conversation (
            public_id, account_id, identity_id, contact_id, lead_id, thread_id, subject, status, handler, language, goal,
            urgency, tags, referral, handoff, last_sequence, last_message_at, last_text, last_direction, unread,
            waiting_since, created_at)
        SELECT gen_random_uuid(), identity.account_id, identity.id, identity.contact_id, lead.id, '', '',
               CASE WHEN identity.id %% 5 = 0 THEN 'solved' ELSE 'waiting_us' END, 'queue', 'en', 'sales', 0, '{}', '{}',
               '{}', %(each)s, identity.created_at, 'Load message', 'in', 1, identity.created_at, identity.created_at
          FROM identity JOIN lead USING (contact_id)
        RETURNING id, account_id, created_at
    )
    INSERT INTO conversations_message (
        public_id, conversation_id, account_id, sequence, direction, author_kind, text, language, payload,
        quick_replies, external_id, reply_to_external_id, status, error, late, sent_at, raw_kind, created_at)
    SELECT gen_random_uuid(), conversation.id, conversation.account_id, i,
           CASE i %% 2 WHEN 1 THEN 'in' ELSE 'out' END, CASE i %% 2 WHEN 1 THEN 'customer' ELSE 'flow' END,
           'Load message ' || i, 'en', '', '[]', '', '', CASE i %% 2 WHEN 1 THEN 'received' ELSE 'sent' END, '', false,
           conversation.created_at + i * interval '1 minute', '', conversation.created_at
      FROM conversation, generate_series(1, %(messages)s) AS i
"""
_TABLES = ("crm_contact", "crm_lead", "conversations_channelidentity", "conversations_conversation")
_INDEXES = """
    SELECT index.relname, pg_get_indexdef(indexrelid)
      FROM pg_index JOIN pg_class AS index ON index.oid = indexrelid JOIN pg_class AS owner ON owner.oid = indrelid
     WHERE owner.relname = ANY (%s) AND NOT indisunique
       AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = indexrelid)
"""
BATCH = 50_000
MANY = 100_000
"""From so many on the indexes are made after the load."""


def load(*, leads: int, messages: int) -> None:
    """Add `leads` leads, each with a conversation, and about `messages` messages in all.

    Raises ValueError on an installation without a pipeline or a channel.
    """
    stages = list(Pipeline.objects.order_by("position").values_list("stages__id", flat=True))
    account = ChannelAccount.objects.order_by("id").first()
    if not stages or account is None:
        raise ValueError("There is no pipeline or no channel yet. Run `manage.py seed --demo` first.")
    owners = list(User.objects.filter(is_active=True).values_list("id", flat=True))
    each = max(1, messages // max(1, leads))
    params = {
        "stages": stages,
        "stage_count": len(stages),
        "owners": owners,
        "owner_count": len(owners),
        "account": account.pk,
        "each": each,
        "messages": each if messages else 0,
    }
    with _indexed_afterwards() if leads >= MANY else nullcontext():
        for start in range(0, leads, BATCH):
            _batch(params | {"count": min(BATCH, leads - start)})
    with connection.cursor() as cursor:
        # As the server does by itself before long; index-only scans need it.
        cursor.execute("VACUUM (ANALYZE)" if leads >= MANY else "ANALYZE")


@contextmanager
def _indexed_afterwards() -> Iterator[None]:
    """Drop the indexes that no constraint needs and make them again at the end, in one transaction: who reads these
    tables waits meanwhile.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_INDEXES, [list(_TABLES)])
        found = cursor.fetchall()
        for name, _definition in found:
            cursor.execute(f'DROP INDEX "{name}"')
        yield
        cursor.execute("SET LOCAL maintenance_work_mem = '1GB'")
        for _name, definition in found:
            cursor.execute(definition)


@transaction.atomic
def _batch(params: dict[str, Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(_history("DISABLE"))
        cursor.execute(_ROWS, params)
        cursor.execute(_history("ENABLE"))


def _history(switch: str) -> str:
    return "; ".join(f"ALTER TABLE {table} {switch} TRIGGER USER" for table in _TABLES)
