"""50,000 rows come as they are read: the first at once, and memory stays where it was."""

from __future__ import annotations

from pathlib import Path

import pytest

from offboarding.models import Customer
from tests.offboarding.desk_lists.files import of_workbook

MANY = 50_000
A_LITTLE = 12 * 1024**2
LIST = "/admin/offboarding/customer/list"


def memory() -> int:
    """Bytes of this process that lie in memory now."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


@pytest.fixture
def many(db):
    rows = (Customer(tenant_key=f"t{number}", name=f"Customer {number:05} Övre skolan") for number in range(MANY))
    Customer.objects.bulk_create(rows, batch_size=5_000)


def test_csv_is_written_as_it_is_read_in_little_memory(desk, many):
    answer = desk.get(f"{LIST}.csv")
    assert answer.streaming
    pieces = iter(answer.streaming_content)
    lines = (next(pieces) + next(pieces) + next(pieces)).count(b"\r\n")
    before, most = memory(), 0
    for piece in pieces:
        lines += piece.count(b"\r\n")
        most = max(most, memory() - before)
    assert lines == MANY + 1
    assert most < A_LITTLE


@pytest.mark.slow
def test_a_workbook_has_them_all(desk, many):
    rows = of_workbook(desk.get(f"{LIST}.xlsx"))
    assert len(rows) == MANY + 1
    assert [rows[1][1], rows[-1][1]] == ["Customer 49999 Övre skolan", "Customer 00000 Övre skolan"]
