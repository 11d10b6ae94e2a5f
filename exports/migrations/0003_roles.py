"""The groups of the staff, with what they may do in this package: as ``exports.roles`` says it today."""

from django.db import migrations

from offboarding.role_groups import grant, revoke

LOOK = [
    "view_exportjob",
    "view_missingfile",
    "view_receipt",
    "view_volume",
]
SUPPORT = [
    *LOOK,
    "cancel_exportjob",
    "record_receipt",
    "request_exportjob",
    "retry_exportjob",
]
GROUPS = {
    "Support": SUPPORT,
    "Lead": [
        *SUPPORT,
        "accept_missingfile",
        "download_exportjob",
        "expire_exportjob",
        "settle_receipt",
    ],
    "Legal": LOOK,
    "Auditor": LOOK,
}


class Migration(migrations.Migration):
    dependencies = [
        ("exports", "0002_faces"),
        ("offboarding", "0008_roles"),
    ]

    operations = [
        migrations.RunPython(grant("exports", GROUPS), revoke("exports", GROUPS)),
    ]
