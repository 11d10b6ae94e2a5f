"""A dump loads into an empty PostgreSQL and gives back every value, every rule and every sequence."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from exports.sources.database import open_snapshot
from tests.exports.dumping import contents, dump, everything, psql

AWKWARD = (Path(__file__).parent / "awkward.sql").read_text()


@pytest.fixture
def load(postgres, make_database) -> Callable[..., str]:
    """``load(*files)`` loads scripts into a fresh database, gives its URL; warnings are in ``load.warnings``."""

    def load(*files: Path) -> str:
        url = make_database()
        load.warnings = psql(postgres.bin / "psql", url, *files)
        return url

    return load


@pytest.mark.parametrize("part_limit", [1 << 40, 1])
def test_an_awkward_database_comes_back_value_for_value(make_database, load, tmp_path, part_limit):
    source = make_database(AWKWARD)
    with open_snapshot("platform", source) as snapshot:
        selections = everything(snapshot)
        before = contents(snapshot, selections)
        dumped = dump(snapshot, tmp_path / "dump", selections, part_limit)
    target = load(*dumped.files)
    assert load.warnings == ""
    with open_snapshot("platform", target) as snapshot:
        assert [s.table for s in everything(snapshot)] == [s.table for s in selections]
        assert contents(snapshot, selections) == before
    assert dumped.read_back() == [part.rows for part in dumped.parts]
    assert (len(dumped.files) > 10) == (part_limit == 1)
    assert dumped.ddl.left_out == []
