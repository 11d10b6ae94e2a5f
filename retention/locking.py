"""The lock that every verb about a customer's data takes first.

Lock order: the customer's agreements, the run, its steps and plans and holds, letters, the journal.
"""

from __future__ import annotations

from offboarding.models import Agreement, Customer


def locked_agreements(customer: Customer) -> list[Agreement]:
    """All agreements of the customer, read anew and locked until the transaction ends: the first lock of every verb.

    A batch of a run holds the same locks from its question to its commit on the platform. So whoever holds them knows
    that nothing of the customer goes meanwhile.
    """
    rows = Agreement.objects.select_for_update(of=("self",)).select_related("customer")
    return list(rows.filter(customer=customer.pk).order_by("pk"))
