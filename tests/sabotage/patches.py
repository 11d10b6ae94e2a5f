"""What somebody might break without noticing: each patch takes one guard away, and names the tests that must see it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent.parent
POLICY = ("tests/retention/policy",)
PLANS = ("tests/retention/plans",)
FILES = ("tests/retention/erasers/files", "-m", "not slow")
EVIDENCE = ("tests/retention/evidence",)
AFTERWARDS = ("tests/retention/afterwards",)
SIGN_IN = "tests/offboarding/sign_in/"
ERASER = ("tests/retention/erasers/database", "-m", "not slow")


@dataclass(frozen=True, slots=True)
class Patch:
    """One change of one file: ``old`` stands there exactly once and becomes ``new``. ``tests``: pytest's arguments."""

    name: str
    breaks: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]

    def applied_to(self, whole: str) -> str:
        """The file with the patch. ValueError where it does not fit any more."""
        if whole.count(self.old) != 1:
            raise ValueError(f"{self.name}: {self.old!r} stands {whole.count(self.old)} times in {self.file}.")
        return whole.replace(self.old, self.new)


PATCHES = (
    Patch(
        "window-a-day-early", "deletion is allowed on the last day of the export window", "retention/policy.py",
        "if first is not None and today < first:", "if first is not None and (first - today).days > 1:", POLICY,
    ),
    Patch(
        "window-a-day-late", "deletion waits a day longer than was promised", "retention/policy.py",
        "if first is not None and today < first:", "if first is not None and today <= first:", POLICY,
    ),
    Patch(
        "missing-date-is-due", "a date that is not set counts as past", "retention/policy.py",
        "        if day is None:\n            yield blocker(Code.DATE_MISSING, date=mark.value)",
        "        if day is None:\n            continue", POLICY,
    ),
    Patch(
        "hold-not-asked", "holds keep nothing", "retention/policy_keeping.py",
        "            yield blocker(Code.HOLD, hold=hold.number)", "            return", POLICY,
    ),
    Patch(
        "duty-ends-a-day-early", "the last day of a duty is not kept any more", "retention/duties.py",
        "return last is None or day <= last", "return last is None or day < last", POLICY,
    ),
    Patch(
        "bookkeeping-to-the-day", "bookkeeping is kept seven years from the event, not from the calendar year",
        "retention/duties.py", "        return _end_of_calendar_year(ended.year + self.years)",
        "        return plus_months(event, 12 * self.years)", POLICY,
    ),
    Patch(
        "export-not-awaited", "an export that was requested in time and not delivered does not matter",
        "retention/policy_exports.py", "        yield blocker(Code.EXPORT_OWED, export=one.number)", "        return",
        POLICY,
    ),
    Patch(
        "fair-days-short", "a delivered export may go a day too early", "retention/policy_exports.py",
        "elif (today - came).days <= limits.fair_days:", "elif (today - came).days < limits.fair_days:", POLICY,
    ),
    Patch(
        "bounced-warning-counts", "a warning that came back counts as one", "retention/policy_letters.py",
        '    "bounced": Code.WARNING_BOUNCED,\n', "", POLICY,
    ),
    Patch(
        "planner-approves", "the person who made the plan may approve it", "retention/policy_approval.py",
        "        yield blocker(Code.APPROVER_IS_PLANNER)", "        return", POLICY,
    ),
    Patch(
        "changed-plan-goes", "a plan that changed since it was approved is carried out", "retention/policy_approval.py",
        "        yield blocker(Code.PLAN_CHANGED)", "        pass", POLICY,
    ),
    Patch(
        "old-approval-goes", "an approval never gets old", "retention/policy_approval.py",
        "(today - day).days > limits.approval_days", "(today - day).days > 10_000", POLICY,
    ),
    Patch(
        "guard-not-asked", "a batch does not ask before it deletes", "retention/erasers/batches.py",
        "            guard()\n            started", "            started", ERASER,
    ),
    Patch(
        "shared-row-taken", "a row that another tenant uses goes too", "retention/erasers/batches.py",
        '            free = f"{named} AND NOT {self.neighbours.usage.used_now(target)}"',
        "            free = named", ERASER,
    ),
    Patch(
        "silent-cascade", "rows of others that ON DELETE CASCADE would take are not looked for",
        "retention/erasers/neighbours.py",
        "            self._look(reference, target, source, condition)\n\n    def check",
        "            pass\n\n    def check", ERASER,
    ),
    Patch(
        "drift-ignored", "a table that nobody mapped does not stop a deletion", "retention/erasers/inspection.py",
        "for found in drift.compare(store, self.structure.catalogue)", "for found in ()", ERASER,
    ),
    Patch(
        "tenant-predicate-dropped", "a batch takes all rows of a stretch, whoever's they are",
        "retention/erasers/batches.py",
        'condition = f"{self.session.among(target.alias, places)} AND ({target.predicate})"\n        try:',
        "condition = self.session.among(target.alias, places)\n        try:", ERASER,
    ),
    Patch(
        "batch-without-locks", "a batch does not lock the customer's agreements", "retention/locking.py",
        'Agreement.objects.select_for_update(of=("self",)).', "Agreement.objects.",
        ("tests/retention/runs/test_hold_race.py", "-m", "not slow"),
    ),
    Patch(
        "stale-worker-writes", "a worker whose lease ran out goes on", "retention/run_ledger.py",
        "        if not self._mine.update(heartbeat_at=timezone.now()):",
        "        if self._mine.update(heartbeat_at=timezone.now()) is None:",
        ("tests/retention/runs/test_workers.py",),
    ),
    Patch(
        "pause-not-asked", "a pause stops nothing", "retention/policy.py",
        "    yield from _only_false(machine.paused, Code.PAUSED, Code.PAUSE_UNKNOWN)\n", "",
        ("tests/retention/runs/test_stops.py",),
    ),
    Patch(
        "any-name-approves", "whatever is typed approves a plan", "retention/approvals.py",
        "    if typed_name.strip() != plan.customer.name.strip():", "    if not typed_name.strip():", PLANS,
    ),
    Patch(
        "wrong-tenant", "a tenant of another name is the customer's", "retention/identity.py",
        "    elif plain(identity.name) != plain(name):", "    elif not plain(name):", PLANS,
    ),
    Patch(
        "kept-rows-lose-their-parents", "what kept rows refer to goes", "retention/plan_keeping.py",
        "    kept = _closed(set(named), links)", "    kept = set(named)", PLANS,
    ),
    Patch(
        "partial-s3-errors", "objects that S3 refuses to delete count as deleted", "retention/erasers/places/s3.py",
        '        for one in answer.get("Errors", ()):', "        for one in ():", FILES,
    ),
    Patch(
        "unverified-certificate", "a certificate is issued whatever was verified", "retention/certificates.py",
        "    _check(content)\n    return", "    return", ("tests/retention/evidence/test_certificates.py",),
    ),
    Patch(
        "numbers-twice", "two certificates at once may want the same number", "retention/certificates.py",
        "    journal.take_turn()\n    sequence", "    sequence", ("tests/retention/evidence/test_series.py",),
    ),
    Patch(
        "reused-key-erased", "whoever got the key of an erased tenant is taken for it", "retention/sightings.py",
        "        if identity.fingerprint != grave.fingerprint:", "        if not identity.fingerprint:", EVIDENCE,
    ),
    Patch(
        "final-without-attestation", "a deletion is final while backups live", "retention/finality.py",
        "    for attestation in run.attestations.open():", "    for attestation in run.attestations.none():",
        AFTERWARDS,
    ),
    Patch(
        "late-writer-unseen", "what is found in a database afterwards is not told", "retention/looking.py",
        "    for left in one.leftovers:", "    for left in ():", AFTERWARDS,
    ),
    Patch(
        "desk-by-password-alone", "a session of staff counts as proven without a second factor",
        "offboarding/staff_access.py",
        '    enough = {"mfa", "socialaccount"} if settings.OIDC_IS_SECOND_FACTOR else {"mfa"}',
        '    enough = {"mfa", "socialaccount", "password"}', (SIGN_IN + "test_staff.py",),
    ),
    Patch(
        "factor-beside-the-factor", "an old session sets up a factor of its own beside the one it has not shown",
        "offboarding/staff_access.py", "(TO_PROVE if has_factor(user) else TO_ENROL)", "(TO_PROVE | TO_ENROL)",
        (SIGN_IN + "test_staff.py",),
    ),
    Patch(
        "last-factor-gone", "who takes the last factor away goes on as if it were shown", "offboarding/staff_access.py",
        "    if not has_factor(user):\n        records", "    if user is None:\n        records",
        (SIGN_IN + "test_staff.py",),
    ),
    Patch(
        "code-for-the-ended", "who has left the customer signs in with a code asked for before",
        "offboarding/sign_in.py",
        '    return ways == {"code"} and customer_access.may_still_see(user)', '    return ways == {"code"}',
        (SIGN_IN + "test_customers.py",),
    ),
    Patch(
        "code-for-staff", "staff sign in by a mailed code, past the second factor", "offboarding/customer_access.py",
        "    return None if staff else contact", "    return contact", (SIGN_IN + "test_customers.py",),
    ),
    Patch(
        "sessions-outlive-the-contact", "the sessions of a contact that has ended go on",
        "offboarding/customer_access.py", "    if contact_of(address) is not None:", "    if address:",
        (SIGN_IN + "test_customers.py",),
    ),
    Patch(
        "unverified-address", "the single sign-on's word for an unverified address counts",
        "offboarding/single_sign_on.py", "if address.verified is True]", "if address.verified]",
        (SIGN_IN + "test_single_sign_on.py",),
    ),
    Patch(
        "idle-for-ever", "a screen left open stays open", "offboarding/session_limits.py",
        "(user.is_staff and now - seen >= settings.STAFF_IDLE_MINUTES * 60)", "False", (SIGN_IN + "test_sessions.py",),
    ),
)  # fmt: skip
"""Each breaks one promise of the issue, the design or the terms."""
