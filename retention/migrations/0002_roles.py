"""The groups of the staff, with what they may do in this package: as ``retention.roles`` says it today."""

from django.db import migrations

from offboarding.role_groups import grant, revoke

LOOK = [
    "view_attestation",
    "view_certificate",
    "view_deletionplan",
    "view_deletionrun",
    "view_deletionstep",
    "view_legalhold",
    "view_pause",
    "view_planapproval",
    "view_resurrection",
    "view_retentionduty",
    "view_verification",
]
GROUPS = {
    "Support": LOOK,
    "Lead": [
        *LOOK,
        "make_deletionplan",
        "start_deletionrun",
    ],
    "Legal": [
        *LOOK,
        "approve_deletionplan",
        "attest_attestation",
        "confirm_resurrection",
        "decide_retentionduty",
        "place_legalhold",
        "release_legalhold",
        "set_pause",
    ],
    "Auditor": LOOK,
}


class Migration(migrations.Migration):
    dependencies = [
        ("retention", "0001_holds_plans_runs_and_certificates"),
        ("exports", "0003_roles"),
    ]

    operations = [
        migrations.RunPython(grant("retention", GROUPS), revoke("retention", GROUPS)),
    ]
