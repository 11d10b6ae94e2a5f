"""Two lists are read from their indexes alone, and who may still object is found by one."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("offboarding", "0009_find_contacts_by_name"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="agreement",
            name="agreement_ending",
        ),
        migrations.RemoveIndex(
            model_name="agreement",
            name="agreement_deletion",
        ),
        migrations.AddIndex(
            model_name="agreement",
            index=models.Index(
                condition=models.Q(("erased_at", None), ("service_ends__isnull", False)),
                fields=["service_ends", "id", "customer"],
                name="agreement_ending",
            ),
        ),
        migrations.AddIndex(
            model_name="agreement",
            index=models.Index(
                condition=models.Q(("delete_from__isnull", False), ("erased_at", None)),
                fields=["delete_from", "id", "customer"],
                name="agreement_deletion",
            ),
        ),
        migrations.AddIndex(
            model_name="terminationnotice",
            index=models.Index(
                condition=models.Q(
                    ("object_until__isnull", False),
                    ("objected_at", None),
                    models.Q(("state", "withdrawn"), _negated=True),
                ),
                fields=["object_until", "agreement"],
                name="notice_may_object",
            ),
        ),
    ]
