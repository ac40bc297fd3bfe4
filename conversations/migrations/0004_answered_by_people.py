from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("conversations", "0003_fewer_indexes"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="conversation",
            index=models.Index(
                fields=["-id"],
                name="answered_by_people",
                condition=models.Q(("first_person_response_at__isnull", False)),
            ),
        ),
    ]
