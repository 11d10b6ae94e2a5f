"""One customer of the sample platform as SQL: it loads, it is all there, and it is nobody else's."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from exports import scope
from exports.datamap import DatabaseStore
from exports.scope import Selection
from exports.sources.database import open_snapshot
from exports.sources.reflection import reflect
from tests.exports.dumping import contents, dump, psql
from tests.exports.sample.conftest import Sample
from tests.exports.sample.test_datamap import store  # noqa: F401
from tests.servers.postgres import Postgres


@pytest.mark.parametrize("word", ["nordic", "empty", "fjord"])
def test_a_customers_dump_restores_exactly_its_rows(
    sample: Sample,
    store: DatabaseStore,  # noqa: F811
    restore: Callable[[Sample, list[Path]], str],
    tmp_path: Path,
    word: str,
) -> None:
    tenant = sample.summary.tenants[word]
    with open_snapshot("platform", sample.url) as snapshot:
        found = [snapshot.fitted(one) for one in scope.selections(store, reflect(snapshot), tenant.key)]
        before = contents(snapshot, found)
        dumped = dump(snapshot, tmp_path / "dump", found)
    assert dumped.read_back() == [dumped.rows]
    others = [other.canary for other in sample.summary.tenants.values() if other is not tenant]
    assert [canary for canary in [*others, *sample.summary.forbidden] if canary in dumped.text] == []
    with open_snapshot("platform", restore(sample, dumped.files)) as snapshot:
        everything = [Selection(one.table, whole(one), one.columns, "1") for one in found]
        assert rows(contents(snapshot, everything)) == rows(before)


def rows(data: dict[str, bytes]) -> dict[str, list[bytes]]:
    return {key: sorted(text.split(b"\n")) for key, text in data.items()}


def whole(selection: Selection) -> str:
    table = selection.table
    return f'"{table.schema}"."{table.name}"' if table.schema else f'"{table.name}"'


@pytest.fixture
def restore(
    postgres: Postgres, make_database: Callable[..., str], tmp_path: Path
) -> Callable[[Sample, list[Path]], str]:
    """Loads scripts into an empty database of the sample's engine and gives its URL."""

    def restore(sample: Sample, files: list[Path]) -> str:
        if sample.engine == "sqlite":
            with closing(sqlite3.connect(tmp_path / "restored.sqlite3")) as connection:
                for file in files:
                    connection.executescript(file.read_text())
            return f"sqlite:///{tmp_path / 'restored.sqlite3'}"
        assert postgres.bin is not None
        url = make_database()
        psql(postgres.bin / "psql", url, *files)
        return url

    return restore
