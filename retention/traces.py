"""Our own traces of a customer: packages, task rows, sessions, and at the end the personal data in our own records.

The first three go with the run that erases the customer's data. What is written in our own records is needed until the
deletion is final – letters still go out, people still answer – and is then reduced to what the evidence needs
(``traces_map`` decides, column by column). The journal stays as it is.
"""

from __future__ import annotations

from typing import Any

from offboarding.models import Customer
from retention import packages, reducing, task_rows
from retention.cleared import Cleared
from retention.models import DeletionRun
from retention.reducing_scope import scope_of

SECONDS = 1.0


def count(customer: Customer) -> dict[str, Any]:
    """What there is of each kind, for the plan; it changes from day to day, so no hash may depend on it."""
    return {**packages.count(customer), **task_rows.count(customer), **reducing.count(customer)}


def erase_packages(run: DeletionRun) -> Cleared:
    """Every stored volume and work directory of the customer's exports goes, checked by listing; again is harmless.

    Takes about a second at most, because it is called under the locks that a hold waits for: call it again while
    something is ``left`` and something went. Raises ``EraserError``.
    """
    return packages.erase(run.customer, SECONDS)


def erase(run: DeletionRun) -> Cleared:
    """Rows of the queue and sessions that speak of the customer go; again is harmless."""
    gone = task_rows.erase(run.customer)
    left = sum(task_rows.count(run.customer).values())
    return Cleared(sum(gone.values()), left, what=gone)


def nothing_goes_on(customer: Customer) -> bool:
    """Whether every agreement of the customer is erased; else it came back, and what it uses now stays."""
    return scope_of(customer).whole


def reduce(run: DeletionRun) -> dict[str, int]:
    """In the transaction that makes the run final: see ``reducing.reduce``."""
    return reducing.reduce(run)
