"""Alice's case as the case tests have it, and the forms of it; Bob's never moves."""

from __future__ import annotations

import pytest

from tests.offboarding.case.conftest import (  # noqa: F401 – fixtures
    ada,
    bo,
    eva,
    fixed,
    hers,
    his,
    lea,
    november,
    switching,
)
from tests.offboarding.screens.cases import Cases


@pytest.fixture
def cases(hers, ada, staff, lea):  # noqa: F811
    """Alice's agreement, brought into the state that a form needs."""
    return Cases(hers, ada, staff, lea)
