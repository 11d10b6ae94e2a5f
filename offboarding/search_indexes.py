"""What lets PostgreSQL find words inside names: trigram indexes, which need its extension pg_trgm.

Without the right to create the extension the application works and its search reads whole tables; a check says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Warning
from django.db import DatabaseError, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

EXTENSION = "CREATE EXTENSION IF NOT EXISTS pg_trgm"
COLUMNS = {
    "agreement_number_words": ("offboarding_agreement", "number"),
    "customer_name_words": ("offboarding_customer", "name"),
    "customer_tenant_key_words": ("offboarding_customer", "tenant_key"),
    "contact_email_words": ("offboarding_contact", "email"),
    "contact_name_words": ("offboarding_contact", "name"),
}
"""Index → table and column. ``UPPER`` because that is how Django compares without regard to case."""
INDEXES = [
    f'CREATE INDEX IF NOT EXISTS {name} ON {table} USING gin (UPPER("{column}") gin_trgm_ops)'
    for name, (table, column) in COLUMNS.items()
]


def make(connection: BaseDatabaseWrapper) -> bool:
    """Makes the extension and the indexes; False, and nothing is changed, where the database refuses."""
    try:
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            for statement in [EXTENSION, *INDEXES]:
                cursor.execute(statement)
    except DatabaseError:
        return False
    return True


def drop(connection: BaseDatabaseWrapper) -> None:
    """Removes the indexes; the extension stays, others may use it."""
    with connection.cursor() as cursor:
        for name in COLUMNS:
            cursor.execute(f"DROP INDEX IF EXISTS {name}")


def check_search(databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """W001: an index that searching needs is missing (asked only where a command checks databases)."""
    missing: set[str] = set()
    for alias in databases or ():
        connection = connections[alias]
        if connection.vendor == "postgresql" and "offboarding_agreement" in connection.introspection.table_names():
            with connection.cursor() as cursor:
                cursor.execute("SELECT indexname FROM pg_indexes WHERE indexname = ANY(%s)", [list(COLUMNS)])
                missing |= COLUMNS.keys() - {name for (name,) in cursor.fetchall()}
    if not missing:
        return []
    return [
        Warning(
            f"Searching agreements reads whole tables: PostgreSQL lacks {', '.join(sorted(missing))}.",
            hint=f"Let somebody who may create extensions run: {'; '.join([EXTENSION, *INDEXES])};",
            id="offboarding.W001",
        )
    ]
