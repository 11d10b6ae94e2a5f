"""What each role of the staff may do with holds, deletion and its proof. Pure.

Who may make or start what deletes may never approve it, and the other way round: no role holds both.
"""

from __future__ import annotations

from offboarding.roles import Grant, Role, Table, gettext_noop

LOOK = Grant(
    gettext_noop("Looks at holds, duties, plans, runs, verifications, attestations, certificates and pauses."),
    (
        "view_legalhold", "view_retentionduty", "view_deletionplan", "view_planapproval", "view_deletionrun",
        "view_deletionstep", "view_verification", "view_attestation", "view_certificate", "view_resurrection",
        "view_pause",
    ),
)  # fmt: skip
DELETE = Grant(
    gettext_noop("Makes deletion plans, and starts or gives up runs that somebody else has approved."),
    ("make_deletionplan", "start_deletionrun"),
)
KEEP = Grant(
    gettext_noop("Places, reviews and releases legal holds, and decides retention duties."),
    ("place_legalhold", "release_legalhold", "decide_retentionduty"),
)
AGREE = Grant(
    gettext_noop("Approves deletion plans that somebody else has made, or takes the approval back."),
    ("approve_deletionplan",),
)
PROVE = Grant(
    gettext_noop("Attests that copies are gone, and says what it means when erased data is found again."),
    ("attest_attestation", "confirm_resurrection"),
)
STOP = Grant(gettext_noop("Pauses all deletion at once, and lets it go on."), ("set_pause",))

ROLES: Table = {
    Role.SUPPORT: (LOOK,),
    Role.LEAD: (LOOK, DELETE),
    Role.LEGAL: (LOOK, KEEP, AGREE, PROVE, STOP),
    Role.AUDITOR: (LOOK,),
}
"""Role → what it may do with the records of this package."""
