"""The tenant's own row as it was known before: from the plans made and carried out, and from tombstones."""

from __future__ import annotations

from offboarding.models import Customer
from retention import tombstones
from retention.erasers.findings import Identity
from retention.identity import Known
from retention.models import DeletionPlan, DeletionRun


def known_of(customer: Customer, occasion: str = DeletionPlan.Occasion.END) -> dict[str, Known]:
    """Store → what is known, from the newest plan that was carried out or begun, else from the newest that could be.

    A plan that was refused says nothing: perhaps because its tenant was another. After a restored backup our own
    records may have been restored too; then a tombstone, which lies outside, says what the erased row was.
    """
    buried = _buried(customer) if occasion == DeletionPlan.Occasion.RESTORED else {}
    found = _planned(customer)
    return {**found, **{store: one for store, one in buried.items() if store not in found or not found[store].erased}}


def _planned(customer: Customer) -> dict[str, Known]:
    plans = DeletionPlan.objects.filter(customer=customer).order_by("-pk").values_list("pk", "content")
    erased, begun = _carried_out(customer)
    found: dict[str, Known] = {}
    for pk, content in sorted(plans, key=lambda plan: (plan[0] not in erased, plan[0] not in begun, -plan[0])):
        if content["customer"]["tenant_key"] != customer.tenant_key:
            continue
        for database in content["databases"]:
            if database["identity"] and not database["refused"]:
                known = Known(Identity(**database["identity"]), f"plan {pk}", pk in erased, pk in begun)
                found.setdefault(database["store"], known)
    return found


def _carried_out(customer: Customer) -> tuple[set[int], set[int]]:
    """The plans under which everything went, and those under which something may have gone."""
    runs = DeletionRun.objects.filter(customer=customer, started_at__isnull=False)
    told = list(runs.values_list("plan", "live_erased_at"))
    return {plan for plan, erased in told if erased is not None}, {plan for plan, _erased in told}


def _buried(customer: Customer) -> dict[str, Known]:
    """From the newest tombstone of the key; a tombstone keeps no more of the row than its fingerprint."""
    found: dict[str, Known] = {}
    for one in tombstones.every():
        for grave in one.tombstone.graves if one.tombstone else ():
            if grave.tenant_key == customer.tenant_key:
                row = Identity(grave.tenant_key, "", "", "", grave.fingerprint)
                found[grave.store] = Known(row, one.name, erased=True, begun=False)
    return found
