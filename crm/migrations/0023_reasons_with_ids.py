from __future__ import annotations

from django.db import migrations, models

import core.ids

FILL = "UPDATE crm_lostreason SET public_id = gen_random_uuid() WHERE public_id IS NULL"


class Migration(migrations.Migration):
    dependencies = [
        ("crm", "0022_quote_figures"),
    ]

    operations = [
        migrations.AddField(
            model_name="lostreason",
            name="public_id",
            field=models.UUIDField(default=None, editable=False, null=True),
        ),
        migrations.RunSQL(FILL, reverse_sql=migrations.RunSQL.noop),
        migrations.AlterField(
            model_name="lostreason",
            name="public_id",
            field=models.UUIDField(default=core.ids.uuid7, editable=False, unique=True),
        ),
    ]
