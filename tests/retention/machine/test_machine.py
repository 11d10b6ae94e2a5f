"""Whatever people, cron and accidents do in whatever order: nothing goes too early, under a hold, or of bob."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from offboarding import journal_proof
from offboarding.models import Letter
from retention.models import Certificate, DeletionRun, LegalHold, Pause, PlanApproval
from tests.retention.machine.case import Case
from tests.retention.machine.world import MAP, World

pytestmark = [pytest.mark.requires("postgresql"), pytest.mark.usefixtures("undrawn")]
REPORTS = ("results", "invoices", "settings")


class Machine(RuleBasedStateMachine):
    """Each rule looks at the platform from outside before and after; the ground is put in by the test."""

    ground: tuple
    seen: Counter[str] = Counter()
    """What happened in all stories together: a search in which nothing is erased says nothing."""

    def __init__(self) -> None:
        super().__init__()
        postgres, self.folder, self.settings, self.monkeypatch = self.ground
        call_command("flush", verbosity=0, interactive=False, inhibit_post_migrate=True)
        media = self.folder() / "media"
        self.world = World.create(postgres, media)
        self.point()
        users = [User.objects.create(username=name, is_staff=True, is_superuser=True) for name in ("sam", "lee")]
        self.case = Case(self.world, *users, self.settings)
        self.bobs = self.world.neighbours()
        self.before = self.world.left()
        self.extra = False

    def point(self) -> None:
        """The application's settings name this platform and storages of its own."""

        def place(path):
            return {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(path)}}

        base = self.world.media.parent
        self.settings.PLATFORM_URLS = {"platform": self.world.url}
        self.settings.DELETION_WORK_DIR = base / "deletion"
        self.settings.STORAGES = {
            **self.settings.STORAGES,
            "platform_media": place(self.world.media),
            "evidence": place(base / "evidence"),
            "exports": place(base / "exports"),
        }

    def erases(self, act) -> None:
        """Does what may erase, and sees that what went was allowed to go."""
        case, before = self.case, self.world.left()
        held, paused = list(LegalHold.objects.in_force()), Pause.objects.in_force().exists()
        agreed = {(one.plan_id, one.sha256) for one in PlanApproval.objects.filter(withdrawn_at=None)}
        act()
        after = self.world.left()
        gone = {name for name in before if after[name] < before[name]}
        if not gone:
            return
        self.seen["erased"] += 1
        agreement = case.fresh()
        assert agreement.delete_from is not None and case.today() >= agreement.delete_from, "too early"
        assert not paused, "while paused"
        assert not any(hold.keeps.whole for hold in held), "under a hold"
        if held:
            assert not gone & set(REPORTS), "what a hold keeps"
        run = DeletionRun.objects.latest("pk")
        assert (run.plan_id, run.plan.sha256) in agreed | {(a.plan_id, a.sha256) for a in run.plan.approvals.all()}
        sent = Letter.objects.filter(occasion__startswith="warning", state=Letter.State.SENT)
        assert sent.exists(), "nobody was warned"

    # People

    @initialize()
    def begin(self) -> None:
        """Notice is given, every warning sent, and the last day of the export window has come."""
        self.case.notice()
        for day in (date(2026, 8, 30), date(2026, 9, 22), date(2026, 9, 28)):
            self.case.now = datetime.combine(day, time(10), UTC)
            self.case.cron()

    @rule()
    def plan(self) -> None:
        self.case.plan()

    @rule()
    def approve(self) -> None:
        self.case.approve()

    @rule()
    def withdraw(self) -> None:
        self.case.withdraw()

    @rule(everything=st.booleans())
    def hold(self, everything: bool) -> None:
        self.case.hold(everything)

    @rule()
    def release(self) -> None:
        self.case.release()

    @rule()
    def pause(self) -> None:
        self.case.pause()

    @rule()
    def unpause(self) -> None:
        self.case.unpause()

    @rule()
    def attest(self) -> None:
        self.case.attest()

    # Machines and time

    @rule(days=st.sampled_from((0, 1, 2, 8, 40)))
    def time_passes(self, days: int) -> None:
        self.case.now += timedelta(days=days)

    @rule()
    def cron(self) -> None:
        self.erases(self.case.cron)

    @rule()
    def deliver(self) -> None:
        self.erases(self.case.deliver)

    @rule(after=st.integers(0, 12))
    def crash(self, after: int) -> None:
        self.erases(lambda: self.case.crash(after, self.monkeypatch))

    @rule()
    def the_whole_way(self) -> None:
        """What it takes when nothing stands in the way, so that many stories reach the end."""
        self.case.now += timedelta(days=1)
        self.erases(self.case.cron)
        self.case.approve()
        self.erases(self.case.cron)

    # Accidents

    @rule()
    def somebody_writes(self) -> None:
        self.world.run('INSERT INTO settings (value) VALUES (\'{"organisation": "7", "theme": 99}\')')
        self.bobs = self.world.neighbours()

    @rule()
    def a_table_comes_and_goes(self) -> None:
        self.extra = not self.extra
        self.world.run("CREATE TABLE extra (id integer)" if self.extra else "DROP TABLE extra")
        self.bobs = self.world.neighbours()

    @rule()
    def a_backup_is_restored(self) -> None:
        self.world.restore()
        self.extra = False
        self.point()
        self.bobs = self.world.neighbours()

    @rule()
    def reapply(self) -> None:
        before = self.world.left()
        self.case.reapply()
        assert self.world.left() == before, "reporting erases nothing"

    @rule()
    def confirm(self) -> None:
        self.case.confirm()

    # What holds after each step, seen from outside

    @invariant()
    def bob_has_what_he_had(self) -> None:
        assert self.world.neighbours() == self.bobs

    @invariant()
    def certificates_have_no_gap(self) -> None:
        numbers = list(Certificate.objects.order_by("sequence").values_list("sequence", flat=True))
        assert numbers == list(range(1, len(numbers) + 1))

    @invariant()
    def who_is_held_is_not_erased(self) -> None:
        agreement = self.case.fresh()
        whole = any(one.keeps.whole for one in LegalHold.objects.in_force())
        assert not (whole and agreement.erased_at is None) or agreement.held_since is not None

    def teardown(self) -> None:
        self.seen.update(f"certificate {one}" for one in Certificate.objects.values_list("occasion", flat=True))
        proof = journal_proof.verify()
        self.world.drop()
        assert proof.findings == []


@pytest.mark.requires("postgresql")
@pytest.mark.parametrize(
    ("stories", "steps"),
    [(8, 30), pytest.param(60, 60, marks=pytest.mark.long)],
)
def test_nothing_goes_too_early_or_under_a_hold_or_of_bob(
    stories, steps, postgres, transactional_db, tmp_path_factory, settings, monkeypatch
):
    settings.DATA_MAP = MAP
    Machine.ground = (postgres, lambda: tmp_path_factory.mktemp("machine"), settings, monkeypatch)
    chosen = hypothesis_settings(
        max_examples=stories, stateful_step_count=steps, deadline=None, suppress_health_check=list(HealthCheck),
        derandomize=True,
    )  # fmt: skip
    Machine.seen.clear()
    run_state_machine_as_test(Machine, settings=chosen)
    assert Machine.seen["erased"]
