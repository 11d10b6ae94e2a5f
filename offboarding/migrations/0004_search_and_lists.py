"""Indexes behind the list of agreements and its search."""

from django.db import migrations, models

from offboarding import search_indexes


def forwards(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        search_indexes.make(schema_editor.connection)


def backwards(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        search_indexes.drop(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("offboarding", "0003_journal_is_append_only")]

    operations = [
        migrations.RemoveIndex(model_name="agreement", name="agreement_ending"),
        migrations.AddIndex(
            model_name="agreement",
            index=models.Index(
                fields=["service_ends"],
                name="agreement_ending",
                condition=models.Q(("erased_at", None), ("service_ends__isnull", False)),
            ),
        ),
        migrations.RemoveIndex(model_name="agreement", name="agreement_window"),
        migrations.AddIndex(
            model_name="agreement",
            index=models.Index(
                fields=["export_until"],
                name="agreement_window",
                condition=models.Q(("erased_at", None), ("export_until__isnull", False)),
            ),
        ),
        migrations.RemoveIndex(model_name="agreement", name="agreement_deletion"),
        migrations.AddIndex(
            model_name="agreement",
            index=models.Index(
                fields=["delete_from"],
                name="agreement_deletion",
                condition=models.Q(("delete_from__isnull", False), ("erased_at", None)),
            ),
        ),
        migrations.AddIndex(
            model_name="agreement",
            index=models.Index(
                fields=["-term_end", "-id"],
                name="agreement_erased",
                condition=models.Q(("erased_at__isnull", False)),
            ),
        ),
        migrations.AddIndex(
            model_name="agreement",
            index=models.Index(
                fields=["-term_end", "-id"],
                name="agreement_data_act",
                condition=models.Q(("policy", "data_act")),
            ),
        ),
        migrations.RunPython(forwards, backwards, elidable=False),
    ]
