"""A tenant that came back and was let be: what its state says."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("retention", "0002_roles"),
    ]

    operations = [
        migrations.AlterField(
            model_name="resurrection",
            name="state",
            field=models.CharField(
                choices=[
                    ("found", "waits for a confirmation"),
                    ("confirmed", "confirmed, to be erased again"),
                    ("erased", "erased again"),
                    ("reused", "the key belongs to somebody else now"),
                    ("dismissed", "looked at, nothing to erase"),
                ],
                default="found",
                max_length=9,
                verbose_name="state",
            ),
        ),
    ]
