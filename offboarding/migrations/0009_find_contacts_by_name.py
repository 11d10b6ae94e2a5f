"""The index by which contacts are found by a part of their name."""

from django.db import migrations

from offboarding import search_indexes


def forwards(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        search_indexes.make(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("offboarding", "0008_roles")]

    operations = [migrations.RunPython(forwards, migrations.RunPython.noop, elidable=False)]
