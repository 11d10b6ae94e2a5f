"""The database itself refuses to change or remove what stands in the journal."""

from django.db import migrations

TABLE = "offboarding_journalentry"
REFUSED = "The journal is append-only"

# A statement trigger too: it refuses TRUNCATE, and a change that would meet no row. ALWAYS: also where a session
# plays a replica (session_replication_role), which turns ordinary triggers off.
POSTGRESQL = f"""
CREATE FUNCTION {TABLE}_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '{REFUSED}: % is refused.', TG_OP USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER journal_refuses_rows BEFORE UPDATE OR DELETE ON {TABLE}
    FOR EACH ROW EXECUTE FUNCTION {TABLE}_refuse();
CREATE TRIGGER journal_refuses_statements BEFORE UPDATE OR DELETE OR TRUNCATE ON {TABLE}
    FOR EACH STATEMENT EXECUTE FUNCTION {TABLE}_refuse();
ALTER TABLE {TABLE} ENABLE ALWAYS TRIGGER journal_refuses_rows;
ALTER TABLE {TABLE} ENABLE ALWAYS TRIGGER journal_refuses_statements;
"""
POSTGRESQL_BACK = f"""
DROP TRIGGER journal_refuses_rows ON {TABLE};
DROP TRIGGER journal_refuses_statements ON {TABLE};
DROP FUNCTION {TABLE}_refuse();
"""

# INSERT OR REPLACE removes rows without asking triggers of DELETE, so a number or hash that stands is refused.
SQLITE = [
    f"CREATE TRIGGER journal_refuses_update BEFORE UPDATE ON {TABLE} "
    f"BEGIN SELECT RAISE(ABORT, '{REFUSED}: UPDATE is refused.'); END",
    f"CREATE TRIGGER journal_refuses_delete BEFORE DELETE ON {TABLE} "
    f"BEGIN SELECT RAISE(ABORT, '{REFUSED}: DELETE is refused.'); END",
    f"CREATE TRIGGER journal_refuses_replace BEFORE INSERT ON {TABLE} "
    f"WHEN EXISTS (SELECT 1 FROM {TABLE} WHERE seq = NEW.seq OR hash = NEW.hash) "
    f"BEGIN SELECT RAISE(ABORT, '{REFUSED}: REPLACE is refused.'); END",
]
SQLITE_BACK = [f"DROP TRIGGER journal_refuses_{what}" for what in ("update", "delete", "replace")]


def _run(schema_editor, postgresql, sqlite):
    for statement in [postgresql] if schema_editor.connection.vendor == "postgresql" else sqlite:
        schema_editor.execute(statement, params=None)


def forwards(apps, schema_editor):
    _run(schema_editor, POSTGRESQL, SQLITE)


def backwards(apps, schema_editor):
    _run(schema_editor, POSTGRESQL_BACK, SQLITE_BACK)


class Migration(migrations.Migration):
    dependencies = [("offboarding", "0002_the_case")]

    operations = [migrations.RunPython(forwards, backwards, elidable=False)]
