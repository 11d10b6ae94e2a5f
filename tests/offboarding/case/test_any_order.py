"""Whatever people do in whatever order over months: promised dates move later only, and a refusal changes nothing."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from offboarding import cases, clock, endings, notices, windows
from offboarding.actors import Actor
from offboarding.models import Agreement, JournalEntry, Letter, StoredMessage
from tests.offboarding.case.telling import given

LAWYER = Actor.machine("enforce_retention")
STEPS = 40


class Month:
    """One agreement, its people, and a source of chance."""

    def __init__(self, seed, agreement, ada, eva, staff, lea):
        self.chance, self.agreement = random.Random(seed), agreement
        self.ada, self.eva, self.staff, self.lea = ada, eva, staff, lea

    def day(self, least=-20, most=200):
        return clock.today() + timedelta(days=self.chance.randint(least, most))

    def notice(self):
        found = list(self.agreement.notices.all())
        if not found:
            raise ValidationError({"notice": "none yet"})
        return self.chance.choice(found)

    def waiver(self):
        found = self.agreement.waivers.first()
        if found is None:
            raise ValidationError({"waiver": "none yet"})
        return found

    def document(self):
        now = timezone.now()
        digest = f"{self.chance.getrandbits(256):064x}"
        return StoredMessage.objects.create(
            sha256=digest, storage_name="x", bytes=1, source="upload", received_at=now, stored_at=now, state="matched"
        )

    def verbs(self):
        case, why = self.agreement, "because"
        return {
            "give": lambda: given(case, self.chance.choice([self.ada, self.eva, None])),
            "vouch": lambda: notices.vouch(self.notice(), by=self.staff, because=why),
            "decide": lambda: notices.decide(
                self.notice(), self.chance.choice(["timely", "timely", "late_accepted", "next_term", "refused"]),
                by=self.staff, because=why,
            ),
            "withdraw": lambda: notices.withdraw(self.notice(), because=why, contact=self.ada),
            "object": lambda: notices.object_to(self.notice(), text=why, contact=self.eva),
            "settle": lambda: notices.settle_objection(
                self.notice(), by=self.staff, upheld=self.chance.random() < 0.3, because=why
            ),
            "terminate": lambda: endings.terminate(
                case, cause=self.chance.choice(["vendor", "for_cause", "mutual"]), service_ends=self.day(),
                by=self.staff, because=why,
            ),
            "renew": lambda: endings.renew(case, until=self.day(0, 700), by=self.staff, because=why),
            "extend": lambda: windows.extend(case, until=self.day(0, 400), by=self.staff, because=why),
            "record_waiver": lambda: windows.record_waiver(
                case, delete_from=self.day(), asked_by=self.ada, document=self.document(), by=self.staff, because=why
            ),
            "approve": lambda: windows.approve_waiver(self.waiver(), by=self.staff),
            "approve_too": lambda: windows.approve_waiver(self.waiver(), by=self.lea),
            "lengthen": lambda: windows.extend_transition(case, until=self.day(0, 300), because=why, contact=self.ada),
            "hold": lambda: cases.place_hold(case, actor=LAWYER, because=why, tell=True),
            "release": lambda: cases.release_hold(case, actor=LAWYER, because=why),
            "erase": lambda: cases.mark_erased(case, actor=LAWYER),
        }  # fmt: skip


def state_of(agreement):
    row = Agreement.objects.get(pk=agreement.pk)
    return (
        Agreement.objects.values().get(pk=agreement.pk),
        list(row.notices.order_by("pk").values()), list(row.waivers.order_by("pk").values()),
        JournalEntry.objects.count(), list(Letter.objects.order_by("pk").values_list("pk", "state")),
    )  # fmt: skip


def check_promise(before, after, new_events):
    """Deletion and exports move later, or are cleared, or earlier by a waiver that two people approved."""
    for name in ("delete_from", "export_until"):
        if before[name] and after[name] and after[name] < before[name]:
            assert {"waiver.approved", "dates.cleared"} & new_events, name
    if after["erased_at"] and not before["erased_at"]:
        assert before["delete_from"] <= clock.today()
        assert before["held_since"] is None


@pytest.mark.parametrize("seed", range(12))
def test_over_months_of_anything_promised_dates_hold(seed, hers, ada, eva, staff, lea, time_machine):
    hers.auto_renews = seed % 3 != 0
    hers.policy = "data_act" if seed % 4 == 0 else "contract"
    hers.save()
    endings.register(hers, by=None)
    month, done = Month(seed, hers, ada, eva, staff, lea), 0
    for _step in range(STEPS):
        time_machine.shift(timedelta(days=month.chance.choice([0, 0, 0, 1, 2, 9]), minutes=1))
        name, verb = month.chance.choice(list(month.verbs().items()))
        before, seq = state_of(hers), JournalEntry.objects.count()
        try:
            verb()
        except ValidationError:
            assert state_of(hers) == before, f"{name} was refused and changed something"
            continue
        done += 1
        new_events = set(JournalEntry.objects.filter(seq__gt=seq).values_list("event", flat=True))
        assert new_events, f"{name} did something of which the journal knows nothing"
        check_promise(before[0], state_of(hers)[0], new_events)
    assert done > 2
