from django.db import migrations

HEARD = r"""
    WITH spoken AS (
        SELECT conversation.lead_id, message.direction, message.sent_at, account.kind, message.text,
            lag(message.direction) OVER line AS before, lag(message.sent_at) OVER line AS asked_at
        FROM conversations_message AS message
            JOIN conversations_conversation AS conversation ON conversation.id = message.conversation_id
            JOIN conversations_channelaccount AS account ON account.id = message.account_id
        WHERE conversation.lead_id IS NOT NULL
        WINDOW line AS (PARTITION BY message.conversation_id ORDER BY message.sequence)
    ),
    heard AS (
        SELECT lead_id, count(*) AS messages, max(sent_at) AS wrote_at,
            (array_agg(kind ORDER BY sent_at DESC))[1] AS channel,
            sum(coalesce(array_length(regexp_split_to_array(nullif(btrim(text), ''), '\s+'), 1), 0)) AS words,
            count(*) FILTER (WHERE before = 'out') AS replies,
            coalesce(sum(greatest(floor(extract(epoch FROM sent_at - asked_at)), 0))
                FILTER (WHERE before = 'out'), 0) AS seconds
        FROM spoken WHERE direction = 'in' GROUP BY lead_id
    )
    UPDATE crm_lead SET customer_messages = heard.messages, customer_words = heard.words,
        customer_wrote_at = heard.wrote_at, customer_channel = heard.channel,
        customer_replies = heard.replies, customer_reply_seconds = heard.seconds
    FROM heard WHERE crm_lead.id = heard.lead_id
"""


class Migration(migrations.Migration):
    """Leads that came before the columns get what their conversations tell; history does not follow these columns."""

    dependencies = [("conversations", "0007_talk_beside_the_flow"), ("crm", "0007_rule_drafts")]
    operations = [migrations.RunSQL(HEARD, migrations.RunSQL.noop)]
