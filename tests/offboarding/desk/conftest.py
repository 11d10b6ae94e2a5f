"""Alice's case as the screens' tests have it, on a Monday in November."""

from __future__ import annotations

from tests.offboarding.screens.conftest import (  # noqa: F401 – fixtures
    ada,
    bo,
    cases,
    eva,
    fixed,
    hers,
    his,
    lea,
    november,
    switching,
)
