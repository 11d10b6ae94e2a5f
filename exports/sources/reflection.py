"""The live schema of a platform database as a ``Catalogue``."""

from __future__ import annotations

from exports.catalogue import Catalogue
from exports.sources import reflection_alchemy, reflection_postgres
from exports.sources.snapshot import Snapshot


def reflect(snapshot: Snapshot) -> Catalogue:
    """Everything in the database that is or looks like a table, in a number of queries that does not grow with it.

    PostgreSQL (12 and later): every schema but the system's own. Other engines: the schema of the URL.
    """
    if snapshot.engine == "postgresql":
        return reflection_postgres.reflect(snapshot)
    return reflection_alchemy.reflect(snapshot)
