"""Alice's case on 20 November 2026 and her people at the self-service page; Bob's beside it, of whom nothing moves."""

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
from tests.offboarding.portal.visiting import account_of


@pytest.fixture
def enter(client):
    """``enter(contact)``: the browser in which this person is signed in."""

    import offboarding.staff_access  # noqa: F401 – a session begins where this listens

    def signed_in(contact):
        client.force_login(account_of(contact))
        return client

    return signed_in


@pytest.fixture
def page(hers):  # noqa: F811
    """The address of Alice's agreement, and what is below it: ``page("notice/")``."""
    return lambda rest="": f"/leaving/{hers.reference}/{rest}"
