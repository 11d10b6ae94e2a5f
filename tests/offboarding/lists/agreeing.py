"""Random agreements and notices, and whether SQL and Python say the same of them; also run alone, on SQLite."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta

FIRST = date(2026, 1, 1)
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def populate(dice: random.Random, count: int) -> None:
    """Agreements with and without dates, in every order of facts, some with an undecided notice."""
    from offboarding.models import Agreement, Customer, TerminationNotice

    customer = Customer.objects.create(name="Random", tenant_key="random")
    agreements = Agreement.objects.bulk_create(_agreement(dice, customer, number) for number in range(count))
    TerminationNotice.objects.bulk_create(
        TerminationNotice(
            agreement=agreement, channel="email", received_at=NOW, received_by="machine:test", recorded_at=NOW,
            state=dice.choice(["received", "received", "withdrawn"]),
        )
        for agreement in agreements if dice.random() < 0.3
    )  # fmt: skip


def _agreement(dice, customer, number):
    from offboarding.models import Agreement

    agreement = Agreement(
        customer=customer, number=f"A-{number}", term_start=FIRST, term_end=FIRST + timedelta(days=dice.randrange(60)),
        notice_days=dice.choice([0, 1, 7, 30, 365]), held_since=dice.choice([None, None, NOW]),
    )  # fmt: skip
    if dice.random() < 0.8:
        agreement.ending = dice.choice(Agreement.Ending.values)
        agreement.service_ends = agreement.term_end
        agreement.export_until = agreement.service_ends + timedelta(days=dice.choice([0, 1, 5, 90]))
        agreement.delete_from = agreement.export_until + timedelta(days=1)
        agreement.erased_at = dice.choice([None, None, NOW])
    return agreement


def disagreements(days: int = 170) -> tuple[list[str], set[str]]:
    """What SQL and Python say differently, day by day, and which phases were met at all."""
    from offboarding.models import Agreement
    from offboarding.phases import Phase, phase_of

    wrong, met = [], set()
    undecided = set(Agreement.objects.filter(notices__state="received").values_list("pk", flat=True))
    for on in (FIRST + timedelta(days=offset - 10) for offset in range(days)):
        by_phase = {phase: set(Agreement.objects.in_phase(phase, on).values_list("pk", flat=True)) for phase in Phase}
        for agreement in Agreement.objects.with_phase(on):
            said = phase_of(agreement, on, undecided=agreement.pk in undecided)
            listed = {phase for phase, found in by_phase.items() if agreement.pk in found}
            met.add(said.value)
            if agreement.phase != said or listed != {said}:
                wrong.append(f"{agreement.number} on {on}: {said} in Python, {agreement.phase} in SQL, under {listed}")
    return wrong, met


if __name__ == "__main__":
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    populate(random.Random(7), 150)
    wrong, met = disagreements()
    print("\n".join(wrong) or f"agree on {len(met)} phases")
